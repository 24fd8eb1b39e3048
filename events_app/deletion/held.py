"""What is still held, and until when: of each event's people, and of everybody else."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tortoise.functions import Count
from tortoise.models import Model

from events_app.accounts.models import OneTimeLink, Organizer
from events_app.calendar.zones import zone
from events_app.deletion.rules import Plan
from events_app.events.models.event import Event
from events_app.imports.models import ImportDraft
from events_app.mail.models import Letter
from events_app.mailings.models import Mailing
from events_app.personal.models import PersonalFeed
from events_app.registrations.models import ErasedMark, Invitation, Registration

KINDS: Final[Mapping[str, tuple[type[Model], Mapping[str, Any]]]] = {
    "people": (Registration, {"erased": False}),
    "invitations": (Invitation, {}),
    "letters": (Letter, {"words__in": ["kept", "last", "once"]}),
    "lists": (ImportDraft, {}),
    "mailings": (Mailing, {}),
    "marks": (ErasedMark, {}),
}
"""What may be held of an event's people: the table, and which of its rows."""


@dataclass(frozen=True)
class Holding:
    """One event, how many of each kind it holds, and the day on which they go."""

    event: Event
    numbers: Mapping[str, int]
    until: date


async def holdings() -> list[Holding]:
    """Every event that holds anything, the one that goes first at the head."""
    events = await Event.filter(is_emptied=False).order_by("ends_at", "id")
    numbers = await _numbers([event.id for event in events])
    found = [
        Holding(event, numbers[event.id], event.deletion_day) for event in events if numbers.get(event.id)
    ]
    return sorted(found, key=lambda each: each.until)


async def holding_of(event: Event) -> Holding:
    return Holding(event, (await _numbers([event.id])).get(event.id, {}), event.deletion_day)


async def holds_anything(event_id: uuid.UUID) -> bool:
    return bool(await _numbers([event_id]))


async def _numbers(event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    found: dict[uuid.UUID, dict[str, int]] = {}
    for kind, (table, which) in KINDS.items():
        rows: list[dict[str, Any]] = (
            await table.filter(event_id__in=list(event_ids), **which)
            .annotate(number=Count("event_id"))
            .group_by("event_id")
            .values("event_id", "number")
        )
        for row in rows:
            found.setdefault(row["event_id"], {})[kind] = row["number"]
    return found


async def held_by_the_site() -> dict[str, int]:
    """What belongs to no event: accounts, links for new ones, letters, personal calendars."""
    return {
        "accounts": await Organizer.all().count(),
        "welcomes": await OneTimeLink.all().count(),
        "site_letters": await Letter.filter(event_id=None).exclude(words="gone").count(),
        "calendars": await PersonalFeed.all().count(),
    }


PLANNED_BY: Final = (
    "id", "status", "zone", "ends_wall", "ends_fold", "ends_at", "deletion_days", "deletion_not_before",
    "week_notice_for", "week_notice_on", "day_notice_for", "forgotten_on",
)  # fmt: skip
"""What must be read of an event to say when its people's data goes."""


def plan_of(event: Event) -> Plan:
    return Plan(
        event.deletion_day,
        zone(event.zone),
        event.ends_at,
        is_old=event.deletion_not_before is not None,
        told_for=event.week_notice_for,
        told_on=event.week_notice_on,
        last_told_for=event.day_notice_for,
    )
