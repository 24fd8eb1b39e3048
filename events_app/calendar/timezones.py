"""VTIMEZONEs that every calendar reads alike: one STANDARD, at most one DAYLIGHT, never an RDATE.

icalendar's own `add_missing_timezones()` writes lists of RDATE, of which ical.js reads the first and
Outlook none, and puts the onset of summer time an hour late; docs/decisions tells what that does to an
invitation. Here a zone whose rule lasts is written as that rule (RRULE, yearly, one BYDAY). Any other zone is
not written at all: half of all calendars trust their own zone data over the file's, which for such zones are
often a year old, so that its times are told in UTC.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vDatetime, vRecur, vText, vUTCOffset

from events_app.calendar.zones import UTC_NAMES, zone

# A rule lasts if it holds from three years before the event, by which time calendars with zone data of their own
# have heard of it, to this year, or 28 years on: the length of a full calendar cycle, so that "the fourth Sunday"
# and "the last Sunday" cannot be taken for each other.
LEARNED = 3
HORIZON = 2064
CYCLE = 28
EPOCH = 1970
LONG_AGO = datetime.combine(date(EPOCH, 1, 1), time())
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Turn:
    """One change of a zone's offset: the moment (UTC), and the offset before and after it."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def wall(self) -> datetime:
        """The onset as RFC 5545 3.6.5 wants it: what the old clocks show at the change."""
        return (self.at + self.before).replace(tzinfo=None)


@dataclass(frozen=True)
class Yearly:
    """The nth weekday (Monday is 0; nth -1 is the last) of a month."""

    month: int
    weekday: int
    nth: int

    def day(self, year: int) -> date:
        """The day in that year."""
        return _nth_day(year, self.month, self.weekday, self.nth)


@cache
def _nth_day(year: int, month: int, weekday: int, nth: int) -> date:
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year, month, calendar.monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7)


@dataclass(frozen=True)
class Onset:
    """One STANDARD or DAYLIGHT to be: first wall time (old offset), offsets, abbreviation, yearly rule."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool
    yearly: Yearly | None = None

    def latest(self, wall: datetime) -> datetime | None:
        """The last time this onset came at or before a wall time."""
        if self.yearly is None:
            return self.wall if self.wall <= wall else None
        for year in (wall.year, wall.year - 1):
            came = datetime.combine(self.yearly.day(year), self.wall.time())
            if self.wall <= came <= wall:
                return came
        return None


Rules = tuple[Onset, ...]


def tells(rules: Rules, moment: datetime) -> bool:
    """Whether a reader who has only these onsets finds the offset that an aware wall time really has.

    Never for an hour that comes twice: RFC 5545 3.3.5 reads such a wall time as the first, ical.js (and so
    Thunderbird) as the second.
    """
    if moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset():
        return False
    wall = moment.replace(tzinfo=None)
    came = [(when, onset.after) for onset in rules if (when := onset.latest(wall))]
    offset = max(came)[1] if came else min(rules, key=lambda onset: onset.wall).before
    return offset == moment.utcoffset()


@lru_cache(maxsize=4096)
def tells_all_day(zone_key: str, year: int, day: date) -> bool:
    """Whether the zone's lasting rules of `year` tell every wall time of a day, and no clock is changed on it.

    A no only means that each moment has to be looked at. A conference has many events and few days.
    """
    rules = () if is_utc(zone_key) else lasting_rules(zone_key, year)
    first, last = (datetime.combine(day, at, zone(zone_key)) for at in (time.min, time.max))
    walls = first.replace(tzinfo=None), last.replace(tzinfo=None)
    is_quiet = first.utcoffset() == last.utcoffset() and all(
        onset.latest(walls[0]) == onset.latest(walls[1]) for onset in rules
    )
    return bool(rules) and is_quiet and tells(rules, first) and tells(rules, last)


@cache
def lasting_rules(zone_key: str, year: int) -> Rules:
    """The zone's rule if it holds from three years before `year` on: one STANDARD, perhaps one DAYLIGHT.

    Empty if the zone is irregular (Cairo, Jerusalem, Santiago), has changed its ways lately (Casablanca in 2026) or is
    about to.
    """
    years = range(year - LEARNED, max(HORIZON, year + CYCLE) + 1)
    turns = [turns_of(zone_key, each) for each in years]
    if not any(turns):
        return (_fixed(zone_key, datetime.combine(date(year, 7, 1), time())),)
    if any(len(each) != 2 or each[0].before != each[1].after for each in turns):
        return ()
    first, second = ([each[index] for each in turns] for index in (0, 1))
    onsets = [_yearly(zone_key, first), _yearly(zone_key, second)]
    return (
        tuple(sorted((each for each in onsets if each), key=lambda each: each.daylight))
        if all(onsets)
        else ()
    )


@cache
def turns_of(zone_key: str, year: int) -> tuple[Turn, ...]:
    """The changes of offset whose onset, by the zone's old clocks, lies in a year; in order."""
    here = zone(zone_key)
    found: list[Turn] = []
    low = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=2)
    last = datetime(year + 1, 1, 1, tzinfo=UTC) + timedelta(days=2)
    before = low.astimezone(here).utcoffset()
    while low < last:
        high = low + timedelta(days=5)  # no zone changes and changes back within five days
        after = high.astimezone(here).utcoffset()
        if after != before:
            found.append(_pin_down(zone_key, low, high))
        low, before = high, after
    return tuple(turn for turn in found if turn.wall.year == year)


def _pin_down(zone_key: str, low: datetime, high: datetime) -> Turn:
    here = zone(zone_key)
    before, after = low.astimezone(here).utcoffset(), high.astimezone(here).utcoffset()
    assert before is not None
    assert after is not None
    seconds = int((high - low).total_seconds())
    first, last = 0, seconds
    while last - first > 1:
        middle = (first + last) // 2
        if (low + timedelta(seconds=middle)).astimezone(here).utcoffset() == before:
            first = middle
        else:
            last = middle
    return Turn(at=low + timedelta(seconds=last), before=before, after=after)


def _yearly(zone_key: str, turns: Sequence[Turn]) -> Onset | None:
    """One onset with a yearly rule, if all the turns (one a year) follow the same one."""
    first = turns[0]
    alike = {
        (turn.wall.month, turn.wall.weekday(), turn.wall.time(), turn.before, turn.after) for turn in turns
    }
    common = set.intersection(*(_ordinals(turn.wall.date()) for turn in turns))
    if len(alike) != 1 or not common:
        return None
    yearly = Yearly(month=first.wall.month, weekday=first.wall.weekday(), nth=min(common))
    onset = _onset(zone_key, first)
    start = datetime.combine(yearly.day(EPOCH), first.wall.time())
    return Onset(start, onset.before, onset.after, onset.name, onset.daylight, yearly)


def _ordinals(day: date) -> set[int]:
    """Which weekday of its month a day is: the nth, and -1 if the last. A fifth is always the last."""
    nth = (day.day - 1) // 7 + 1
    is_last = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
    return ({nth} if nth < 5 else set()) | ({-1} if is_last else set())


def _onset(zone_key: str, turn: Turn) -> Onset:
    name = turn.at.astimezone(zone(zone_key)).tzname() or ""
    return Onset(turn.wall, turn.before, turn.after, name, daylight=turn.after > turn.before)


def _fixed(zone_key: str, wall: datetime) -> Onset:
    moment = wall.replace(tzinfo=zone(zone_key))
    offset = moment.utcoffset() or timedelta()
    return Onset(LONG_AGO, offset, offset, moment.tzname() or "", daylight=False)


def is_utc(zone_key: str) -> bool:
    """Whether a zone is UTC under one of its names: written with Z, without a VTIMEZONE."""
    return zone_key in UTC_NAMES


@lru_cache(maxsize=4096)
def component(zone_key: str, rules: Rules) -> Timezone:
    """The icalendar component for these onsets. Shared: do not change it."""
    whole = Timezone()
    whole["TZID"] = vText(zone_key)
    for onset in rules:
        whole.add_component(_observance(onset))
    return whole


@lru_cache(maxsize=4096)
def component_bytes(zone_key: str, rules: Rules) -> bytes:
    """The same component as it stands in a file, with its last CRLF."""
    return bytes(component(zone_key, rules).to_ical())


def _observance(onset: Onset) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if onset.daylight else TimezoneStandard()
    part["DTSTART"] = vDatetime(onset.wall)
    part["TZOFFSETFROM"] = vUTCOffset(onset.before)
    part["TZOFFSETTO"] = vUTCOffset(onset.after)
    if onset.name:
        part["TZNAME"] = vText(onset.name)
    if onset.yearly:
        nth = f"{onset.yearly.nth}{WEEKDAYS[onset.yearly.weekday]}"
        part["RRULE"] = vRecur(FREQ="YEARLY", BYMONTH=onset.yearly.month, BYDAY=nth)
    return part
