"""The time zones of the house: pinned, and honest about hours that do not exist or come twice."""

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from zoneinfo import ZoneInfo

from events_app.errors import Invalid
from events_app.i18n import N_

# The rules come from the PyPI package tzdata, whose version requirements.lock fixes, and never from the
# host: two machines with the same lock write the same invitation. This line is the one place; it counts for
# every ZoneInfo made after it, so events_app/app.py imports this module first, and nothing makes a ZoneInfo
# of its own.
zoneinfo.reset_tzpath(())
ZoneInfo.clear_cache()

UTC_NAMES = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"})


class UnknownZone(Invalid):
    sentence = N_(
        "There is no time zone called “%(zone)s”. Choose one from the list, such as “Europe/Brussels”."
    )


class TimeDoesNotExist(Invalid):
    sentence = N_(
        "On %(day)s there is no %(time)s in %(zone)s: "
        "the clocks go forward that day, from %(before)s to %(after)s."
    )


class TimeIsAmbiguous(Invalid):
    sentence = N_(
        "On %(day)s the hour of %(time)s comes twice in %(zone)s, because the clocks go back. "
        "Choose the first (%(first)s) or the second (%(second)s)."
    )


@cache
def zones() -> tuple[str, ...]:
    """Every IANA name the pinned data knows, sorted."""
    return tuple(sorted(zoneinfo.available_timezones()))


@cache
def _names() -> Mapping[str, None]:
    return dict.fromkeys(zones())


def zone(key: str) -> ZoneInfo:
    """The zone of that IANA name. Refuses UnknownZone (abbreviations, offsets, Windows names)."""
    if key not in _names():
        raise UnknownZone(zone=key)
    return ZoneInfo(key)


def tzdata_version() -> str:
    """The release of the IANA database in use, as IANA names it ("2026f"). For the health page."""
    return str(import_module("tzdata").IANA_VERSION)


def instant(wall: datetime, zone_key: str, fold: int | None = None) -> datetime:
    """The moment (UTC) at which the clocks of a zone show `wall`, a naive datetime.

    `fold` 0 or 1 chooses the first or second of an hour that comes twice. Refuses UnknownZone,
    TimeDoesNotExist, and, when no fold is given, TimeIsAmbiguous with both offsets. PEP 495.
    """
    if wall.tzinfo is not None:
        raise ValueError("A wall time has no zone of its own.")
    here = zone(zone_key)
    first, second = (wall.replace(tzinfo=here, fold=each) for each in (0, 1))
    said = {"day": f"{wall:%Y-%m-%d}", "time": f"{wall:%H:%M}", "zone": zone_key}
    refuse_gap(first)
    if fold is None and first.utcoffset() != second.utcoffset():
        raise TimeIsAmbiguous(**said, first=say_offset(first), second=say_offset(second))
    return (second if fold else first).astimezone(UTC)


def whole_days(first: date, last: date, zone_key: str) -> tuple[datetime, datetime]:
    """The first and the last minute (UTC) of these days, also where clocks leave out midnight or show it twice."""
    here = zone(zone_key)
    starts = datetime.combine(first, time(0, 0), here)
    ends = datetime.combine(last, time(23, 59), here).replace(fold=1)
    return starts.astimezone(UTC), ends.astimezone(UTC)


def refuse_gap(moment: datetime) -> None:
    """Refuses TimeDoesNotExist for an aware wall time in an hour that the clocks leave out."""
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    if back.replace(tzinfo=None) == moment.replace(tzinfo=None):
        return
    before, after = _edges(moment)
    raise TimeDoesNotExist(
        day=f"{moment:%Y-%m-%d}", time=f"{moment:%H:%M}", zone=str(moment.tzinfo), before=before, after=after
    )


def say_offset(moment: datetime) -> str:
    """How far the clocks are from UTC, for people: "UTC+02:00", "UTC−03:30"."""
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"UTC{'−' if seconds < 0 else '+'}{hours:02}:{rest // 60:02}"


def _edges(moment: datetime) -> tuple[str, str]:
    """The last and first times around a gap, as the clocks show them: ("02:00", "03:00")."""
    offsets = (moment.replace(fold=0).utcoffset(), moment.replace(fold=1).utcoffset())
    old, new = (each or timedelta() for each in offsets)
    # With fold=0 the wall time is read in the old offset, which puts it after the change; so look for the
    # change.
    low, high = moment.replace(tzinfo=UTC) - new, moment.replace(tzinfo=UTC) - old
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(moment.tzinfo).utcoffset() == old:
            low = middle
        else:
            high = middle
    change = high.replace(microsecond=0)
    return f"{change + old:%H:%M}", f"{change + new:%H:%M}"
