"""A conference's days as schedules number them: by the conference's own clock, from its first day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from events_app.calendar.zones import zone as zone_of
from events_app.conferences.models import Conference
from events_app.events.models.event import Event
from events_app.events.models.where import room_id_of

DAY_BEGINS: Final = time(4)
"""What begins earlier belongs to the evening before (a night of films ends at two), as conference apps expect it."""

MOST_EMPTY_DAYS: Final = 31
"""Of a longer conference only the days that hold something are listed, and its first; numbers stay as they are."""


@dataclass(frozen=True)
class ConferenceDay:
    """One day: its number (the first is 1), when it begins and ends, and its events by room, in order."""

    index: int
    day: date
    starts: datetime
    ends: datetime
    rooms: dict[UUID, list[Event]]


def days_of(found: Conference, events: Sequence[Event]) -> list[ConferenceDay]:
    """The conference's days, empty ones too, and those of events before and after; always at least one.

    A number depends on the date alone, so an empty first day shifts nothing. Only an event before the first day does.
    """
    here = zone_of(found.zone)
    by_day: dict[date, list[Event]] = {}
    for each in sorted(events, key=lambda one: (one.starts_at, one.slug)):
        by_day.setdefault(day_of(each, here), []).append(each)
    first = min([found.starts_on, *by_day])
    return [
        _day((day - first).days + 1, day, by_day.get(day, []), here)
        for day in sorted({*_own_days(found), *by_day})
    ]


def day_of(event: Event, here: ZoneInfo) -> date:
    """On which of the conference's days an event begins. Whole days are their own dates, whatever the clock."""
    if event.all_day:
        return event.starts.date()
    starts = event.starts.astimezone(here)
    return starts.date() if starts.time() >= DAY_BEGINS else starts.date() - timedelta(days=1)


def end_of(event: Event) -> datetime:
    """When an event is over. Whole days end at the midnight after the last of them."""
    return event.ends + timedelta(minutes=1) if event.all_day else event.ends


def _own_days(found: Conference) -> list[date]:
    number = (found.ends_on - found.starts_on).days + 1
    shown = number if number <= MOST_EMPTY_DAYS else 1
    return [found.starts_on + timedelta(days=each) for each in range(shown)]


def _day(index: int, day: date, events: Sequence[Event], here: ZoneInfo) -> ConferenceDay:
    """From its first event to its last, but never into the next day: an exhibition of four weeks ends later."""
    rooms: dict[UUID, list[Event]] = {}
    for each in events:
        rooms.setdefault(room_id_of(each), []).append(each)
    begins = datetime.combine(day, DAY_BEGINS, here)
    is_over = datetime.combine(day + timedelta(days=1), DAY_BEGINS, here)
    starts = min((each.starts.astimezone(here) for each in events), default=begins)
    ends = max((end_of(each).astimezone(here) for each in events), default=is_over)
    return ConferenceDay(index, day, starts, min(ends, is_over), rooms)
