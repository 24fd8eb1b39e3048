"""The events that others may clash with: four questions to the database, however many there are."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tortoise.queryset import QuerySet

from events_app.clashes.rules import Booked, Days, Kind, Wanted
from events_app.events.models.event import Event, EventHost
from events_app.events.models.panel import Speaker
from events_app.events.rules import LONGEST, HostRole, Status, Visibility
from events_app.folding import folded
from events_app.i18n import choose, languages

MOST_BESIDE: Final = 2000
"""Events of one stretch of time, the soonest: no more are looked at."""

_LOOKED_BACK = LONGEST + timedelta(days=1)
"""Whatever began earlier is over: so that the index over the starts is enough."""

_COLUMNS = (
    "id", "title", "starts_at", "ends_at", "zone", "all_day", "place", "room_id", "room__name", "room__seats",
    "offers_in_person", "capacity_in_person", "conference_id", "conference__name", "conference__zone",
    "conference__starts_on", "conference__ends_on",
)  # fmt: skip

Row = Mapping[str, Any]


async def booked_event(event_id: uuid.UUID, *, called_off: bool = False) -> Booked | None:
    """This event; None where it is gone, or called off (unless that is wanted too)."""
    events = Event.filter(id=event_id)
    found = await _booked(events if called_off else events.exclude(status=Status.CANCELLED))
    return found[0] if found else None


async def living(starts_at: datetime, ends_at: datetime) -> list[Booked]:
    """The drafts and published events of this stretch of time; what was called off takes nothing from anybody."""
    beside = Event.filter(
        status__in=[Status.DRAFT, Status.PUBLISHED],
        visibility__in=list(Visibility),
        starts_at__gt=starts_at - _LOOKED_BACK,
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
    )
    return await _booked(beside.order_by("starts_at", "id").limit(MOST_BESIDE))


async def coming_of(conference_id: uuid.UUID, now: datetime) -> list[Booked]:
    """What is still to come of a conference."""
    of_it = Event.filter(conference_id=conference_id, ends_at__gt=now, status__not=Status.CANCELLED)
    return await _booked(of_it.order_by("starts_at", "id").limit(MOST_BESIDE))


async def _booked(events: QuerySet[Event]) -> list[Booked]:
    found: list[dict[str, Any]] = await events.values(*_COLUMNS)
    ids = [row["id"] for row in found]
    people = (
        await Speaker.filter(event_id__in=ids).order_by("position").values("event_id", "name", "person_id")
    )
    hosted = EventHost.filter(event_id__in=ids, role__in=[HostRole.HOST, HostRole.CO_HOST]).order_by(
        "position"
    )
    hosts = await hosted.values("event_id", "organization_id", "organization__name")
    wanted: dict[uuid.UUID, list[Wanted]] = defaultdict(list)
    for row in found:
        wanted[row["id"]] += _rooms_of(row)
    for row in people:
        wanted[row["event_id"]].append(_speaker(row))
    for row in hosts:
        key = frozenset({str(row["organization_id"])})
        wanted[row["event_id"]].append(Wanted(Kind.HOST, row["organization__name"], key))
    return [_booked_of(row, wanted[row["id"]]) for row in found]


def _booked_of(row: Row, wants: Iterable[Wanted]) -> Booked:
    comes = row["offers_in_person"]
    names = ("conference__name", "conference__zone", "conference__starts_on", "conference__ends_on")
    return Booked(
        row["id"],
        row["title"],
        row["starts_at"],
        row["ends_at"],
        row["zone"],
        row["all_day"],
        conference_id=row["conference_id"],
        days=Days(*(row[name] for name in names)) if row["conference_id"] else None,
        seats=row["room__seats"] if comes and row["room_id"] else None,
        capacity=row["capacity_in_person"],
        wants=tuple(wants),
    )


def _rooms_of(row: Row) -> list[Wanted]:
    """The chosen room, else the place as it is written; none where nobody comes, or nothing is said yet."""
    if not row["offers_in_person"]:
        return []
    if row["room_id"]:
        return [Wanted(Kind.ROOM, row["room__name"], frozenset({str(row["room_id"])}))]
    place = folded(choose(row["place"], languages()[0]))
    return [Wanted(Kind.ROOM, row["place"], frozenset({f"place {place}"}))] if place else []


def _speaker(row: Row) -> Wanted:
    """Somebody is known by what programmes know, or by a name, which may be two people's: that is for the organizer."""
    names = {f"name {folded(name)}" for name in row["name"].values() if name}
    return Wanted(Kind.SPEAKER, row["name"], frozenset({f"person {row['person_id']}", *names}))
