"""On which days an event comes again, at the same hours of its own clock, and where no clock shows them."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from typing import Final

from events_app.calendar.zones import TimeDoesNotExist, TimeIsAmbiguous, instant, whole_days
from events_app.errors import Refusal

MOST: Final = 60
"""Copies in one act: a year of weeks, and some."""

FOLDS: Final = ("0", "1")


class How(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    DAYS = "days"


@dataclass(frozen=True)
class Hours:
    """When an event happens on a day: `nights` later it ends."""

    starts: str
    ends: str
    nights: int
    zone: str
    all_day: bool = False


@dataclass(frozen=True)
class Slot:
    """A day on which it comes again. Without instants it cannot be made: `refused` says why, or `asked` which ends
    ('starts', 'ends') are in an hour that comes twice, with the offsets to choose from."""

    day: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    refused: Refusal | None = None
    asked: Mapping[str, tuple[str, str]] | None = None
    runs_on: bool = False

    @property
    def name(self) -> str:
        return self.day.isoformat()


def weekly(first: date, times: int) -> list[date]:
    return [first + timedelta(weeks=number) for number in range(min(times, MOST))]


def on_days_of_the_week(first: date, last: date, weekdays: Collection[int]) -> list[date]:
    """These weekdays (0 is Monday) from the first day to the last; one more than may be made, where there are more."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return list(islice((day for day in days if day.weekday() in weekdays), MOST + 1))


def slots(days: Sequence[date], hours: Hours, folds: Mapping[str, str]) -> list[Slot]:
    """Each day with its instants. `folds`: what was chosen where an hour comes twice: {'2027-10-31.starts': '1'}."""
    found = [_slot(day, hours, folds) for day in days]
    late = {one.day for one, other in pairwise(found) if _overlap(one, other)}
    return [replace(each, runs_on=each.day in late) for each in found]


def _overlap(one: Slot, other: Slot) -> bool:
    return bool(one.ends_at and other.starts_at and one.ends_at > other.starts_at)


def _slot(day: date, hours: Hours, folds: Mapping[str, str]) -> Slot:
    last = day + timedelta(days=hours.nights)
    if hours.all_day:
        return Slot(day, *whole_days(day, last, hours.zone))
    found: dict[str, datetime] = {}
    asked: dict[str, tuple[str, str]] = {}
    for end, on, at in (("starts", day, hours.starts), ("ends", last, hours.ends)):
        wall = datetime.fromisoformat(f"{on:%Y-%m-%d}T{at}")
        chosen = folds.get(f"{day.isoformat()}.{end}")
        try:
            found[end] = instant(wall, hours.zone)
        except TimeDoesNotExist as refusal:
            return Slot(day, refused=refusal)
        except TimeIsAmbiguous as refusal:
            asked[end] = (str(refusal.values["first"]), str(refusal.values["second"]))
            if chosen in FOLDS:
                found[end] = instant(wall, hours.zone, int(chosen))
    if len(found) < 2:
        return Slot(day, asked=asked)
    return Slot(day, found["starts"], found["ends"], asked=asked or None)


def ids_of(token: uuid.UUID) -> list[uuid.UUID]:
    """The ids of the copies of one act: they follow from what its address says, and nothing of it is kept anywhere."""
    return [uuid.uuid5(token, str(number)) for number in range(MOST)]


def order_of_week(first: int) -> Iterator[int]:
    """The weekdays (0 is Monday) as a language counts them."""
    return ((first + number) % 7 for number in range(7))
