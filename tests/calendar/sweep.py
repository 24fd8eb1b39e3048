"""Wall times worth trying: every zone and year from 2025 to 2032, and the hours around each change."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from events_app.calendar.zones import zone, zones

YEARS = range(2025, 2033)
CHUNKS = 8

# EVENTS_DEEP_CALENDAR=1 tries a start every six hours (seven million of them) instead of two a month.
STEP = (
    timedelta(hours=6) if os.environ.get("EVENTS_DEEP_CALENDAR") else timedelta(days=15, hours=7, minutes=15)
)


def chunk(number: int) -> tuple[str, ...]:
    """One eighth of the zones, so that several processes share the work."""
    return zones()[number::CHUNKS]


@cache
def walls(zone_key: str) -> tuple[datetime, ...]:
    """Naive wall times that exist exactly once in a zone."""
    return tuple(
        sorted({wall for wall in (*_steady(), *_near_changes(zone_key)) if is_plain(zone_key, wall)})
    )


def is_plain(zone_key: str, wall: datetime) -> bool:
    """Whether the clocks show a time once, not never and not twice."""
    aware = wall.replace(tzinfo=zone(zone_key))
    return aware.utcoffset() == aware.replace(fold=1).utcoffset()


def doubtful(zone_key: str) -> list[datetime]:
    """Wall times near a change that the clocks never show, or show twice."""
    return [wall for wall in _near_changes(zone_key) if not is_plain(zone_key, wall)]


def _steady() -> Iterator[datetime]:
    wall = datetime.combine(datetime(YEARS[0], 1, 1, tzinfo=UTC).date(), datetime.min.time())
    while wall.year <= YEARS[-1]:
        yield wall
        wall += STEP


def _near_changes(zone_key: str) -> Iterator[datetime]:
    here = zone(zone_key)
    moment, last = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC)
    while moment < last:
        following = moment + timedelta(days=1)
        if moment.astimezone(here).utcoffset() != following.astimezone(here).utcoffset():
            middle = moment.astimezone(here).replace(tzinfo=None)
            yield from (middle + timedelta(minutes=30 * step) for step in range(-8, 60))
        moment = following
