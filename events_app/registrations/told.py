"""What people have been told: who holds something old, the SEQUENCE that follows from it, and who needs no reminder."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from tortoise.functions import Count

from events_app.database import rows
from events_app.events.models.event import Event
from events_app.events.models.where import (
    MATERIAL,
    SMALL,
    Tellings,
    differs,
)
from events_app.registrations.models import Registration
from events_app.registrations.rules import Due


@dataclass(frozen=True)
class Hearers:
    """Living registrations of one language and way of taking part that heard the same telling last.

    before: what they hold; now: what the event says to them now. changes: how often their entry has become another.
    """

    language: str
    mode: str
    telling: int
    people: int
    before: Mapping[str, Any]
    now: Mapping[str, Any]
    changes: int

    @property
    def is_material(self) -> bool:
        """They hold an old time or place."""
        return differs(self.before, self.now, MATERIAL)

    @property
    def is_behind(self) -> bool:
        return self.is_material or differs(self.before, self.now, SMALL)


async def hearers_of(event: Event) -> list[Hearers]:
    """Everybody living, by what they were told last; the event was read with its room."""
    return (await hearers_of_many([event]))[event.id]


async def hearers_of_many(events: Sequence[Event]) -> dict[uuid.UUID, list[Hearers]]:
    """`hearers_of` of each of these events, in two questions to the database."""
    found: dict[uuid.UUID, list[Hearers]] = {event.id: [] for event in events}
    tellings = await Tellings.of_many(events)
    grouped = (
        await Registration.filter(event_id__in=list(found), live=1)
        .annotate(n=Count("id"))
        .group_by("event_id", "language", "mode", "telling")
        .order_by("language", "mode", "telling")
        .values_list("event_id", "language", "mode", "telling", "n")
    )
    for event_id, language, mode, number, people in grouped:
        told = tellings[event_id]
        found[event_id].append(_hearers(told, language, mode, number, people))
    return found


async def hearers_among(event: Event, registrations: Sequence[Registration]) -> list[Hearers]:
    """`hearers_of`, of these people only."""
    told = await Tellings.of(event)
    ways = Counter((each.language, each.mode, each.telling) for each in registrations)
    return [_hearers(told, *way, people) for way, people in ways.items()]


def _hearers(told: Tellings, language: str, mode: str, number: int, people: int) -> Hearers:
    before, now = told.held(language, mode, number), told.now(language, mode)
    return Hearers(language, mode, number, people, before, now, told.changes(language, mode, number))


async def is_behind(registration: Registration, event: Event) -> bool:
    """Whether this person holds an old time or place."""
    if registration.telling >= event.telling:
        return False
    told = await Tellings.of(event)
    held = told.held(registration.language, registration.mode, registration.telling)
    return differs(held, told.now(registration.language, registration.mode), MATERIAL)


async def sequence_of(registration: Registration, event: Event) -> int:
    """The SEQUENCE of an entry that says what is true now, also where its person has not been told of it yet.

    It grows with what the entry says to this person (RFC 5546, 2.1.4), never with what only others see. Who was never
    invited has nothing to count on.
    """
    if registration.telling >= event.telling or not registration.invited:
        return registration.sequence
    told = await Tellings.of(event)
    return registration.sequence + told.changes(
        registration.language, registration.mode, registration.telling
    )


async def hear(registration: Registration, event: Event) -> None:
    """What is sent to this person now says what is true now; saving the row is the caller's."""
    registration.sequence = await sequence_of(registration, event)
    registration.telling = event.telling


def mark_of(moment: datetime) -> str:
    """The moment a reminder is due, as the row of whoever had it keeps it: UTC, to the minute.

    Another moment is another reminder; whatever else is changed about the event is not.
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"


async def skip_what_is_due(event: Event, registrations: Sequence[Registration], *, now: datetime) -> bool:
    """Who has just been confirmed, or has just been told a new time, is not reminded of what they know.

    Called under the event's claim; says whether there was anything to skip. Every reminder before the start that is
    due already counts as had. It is due from so many real minutes before the instant of the start, so that DST cannot
    shift it.
    """
    due = await due_by(event, now=now)
    for mark in marks_of(due, registrations, event):
        await rows(_SKIP, *mark.values())
    return bool(due)


async def due_by(event: Event, *, now: datetime) -> Sequence[Any]:
    """The reminders before the start that are due already: rows with `id` and `minutes`."""
    left = ceil((event.starts_at - now).total_seconds() / 60)
    return await rows(_DUE, event.id, max(-_NEVER, min(left, _NEVER)))


def marks_of(due: Sequence[Any], registrations: Sequence[Registration], event: Event) -> list[dict[str, Any]]:
    """What says of each of them that they had each of these reminders."""
    return [
        {
            "reminder_id": uuid.UUID(str(reminder["id"])),
            "registration_id": registration.id,
            "told": mark_of(event.starts_at - timedelta(minutes=reminder["minutes"])),
        }
        for reminder in due
        for registration in registrations
    ]


_DUE = """
    SELECT "id", "minutes" FROM "reminder" WHERE "event_id" = $1 AND "is_after" = FALSE AND "minutes" >= $2
"""
_SKIP = """
    INSERT INTO "reminded" ("reminder_id", "registration_id", "told") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_NEVER = 2**31 - 1
"""More minutes than a reminder can have: the largest number of the column."""


def may_hear_of_it(registration: Registration) -> bool:
    """Whether letters may go to this person: not to a colleague whom somebody named who has not shown to be anybody.

    Otherwise an invented address would be enough to have letters sent to any other ones.
    """
    return registration.due_for != Due.ADDRESS or registration.party in {None, registration.id}
