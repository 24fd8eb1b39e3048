"""The table of registrations and the questions asked of it. Personal data lies in `person`, as ciphertext."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from tortoise import fields
from tortoise.functions import Count, Max
from tortoise.models import Model

from events_app.events.models import Event
from events_app.registrations.rules import NoSuchRegistration, Room, Status
from events_app.tokens import digest


class Registration(Model):
    """One person's registration for one event.

    `live` is 1 while it holds a place or waits for one and NULL afterwards, so that the unique key (event, address
    index, live) allows one living registration per address. `sequence` counts what calendars were told; `told` marks
    which times and place that was; `invited` says whether a calendar holds an entry of ours.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.RESTRICT)
    event_id: uuid.UUID
    status = fields.CharField(max_length=16)
    mode = fields.CharField(max_length=16)
    language = fields.CharField(max_length=8)
    address_index = fields.BinaryField()
    live = fields.SmallIntField(null=True)
    waitlist_order = fields.IntField(null=True)
    registered_on: date = fields.DateField()
    token_digest = fields.BinaryField()
    person = fields.BinaryField()
    consent_version = fields.IntField(default=0)
    answer = fields.CharField(max_length=16)
    sequence = fields.IntField(default=0)
    invited = fields.BooleanField(default=False)
    organizer_address = fields.CharField(max_length=254)
    told = fields.CharField(max_length=16, default="")

    class Meta:
        table = "registration"
        unique_together = (("event_id", "address_index", "live"),)
        indexes = (("event_id", "status", "mode", "waitlist_order"),)

    @staticmethod
    async def find_by_token(token: str) -> "Registration":
        """The registration that a mailed link opens; an unknown link is `NoSuchRegistration`."""
        found = await Registration.get_or_none(token_digest=digest(token))
        if found is None:
            raise NoSuchRegistration()
        return found

    @staticmethod
    async def find(registration_id: uuid.UUID | str, *, event_id: uuid.UUID | str) -> "Registration":
        found = await Registration.get_or_none(id=registration_id, event_id=event_id)
        if found is None:
            raise NoSuchRegistration()
        return found

    @staticmethod
    async def find_living(event_id: uuid.UUID, address_index: bytes) -> "Registration | None":
        return await Registration.get_or_none(event_id=event_id, address_index=address_index, live=1)


async def room_of(event: Event, mode: str) -> Room:
    """How full one mode is. Exact only after `Event.claim` in the same transaction."""
    confirmed = await Registration.filter(event_id=event.id, status=Status.CONFIRMED, mode=mode).count()
    waiting = await Registration.filter(event_id=event.id, status=Status.WAITLISTED, mode=mode).count()
    return Room(event.capacity(mode), confirmed, waiting)


async def next_in_line(event_id: uuid.UUID) -> int:
    """The number that the next one on the waitlist gets."""
    rows = await Registration.filter(event_id=event_id).annotate(last=Max("waitlist_order")).values("last")
    last: int | None = rows[0]["last"] if rows else None
    return (last or 0) + 1


async def head_of_waitlist(event_id: uuid.UUID, mode: str, *, most: int) -> Sequence[Registration]:
    waiting = Registration.filter(event_id=event_id, status=Status.WAITLISTED, mode=mode)
    return await waiting.order_by("waitlist_order").limit(most)


async def place_in_line(registration: Registration) -> int:
    """1 for the first one waiting in this mode."""
    ahead = Registration.filter(
        event_id=registration.event_id,
        status=Status.WAITLISTED,
        mode=registration.mode,
        waitlist_order__lt=registration.waitlist_order,
    )
    return await ahead.count() + 1


async def counts_of(event_id: uuid.UUID) -> dict[tuple[str, str], int]:
    """How many registrations the event has, by (status, mode)."""
    rows: list[dict[str, Any]] = (
        await Registration.filter(event_id=event_id)
        .annotate(number=Count("id"))
        .group_by("status", "mode")
        .values("status", "mode", "number")
    )
    return {(row["status"], row["mode"]): row["number"] for row in rows}


async def how_many_hold_an_old_time(event: Event) -> int:
    """Confirmed people whose invitation says another time or place than the event does now."""
    invited = Registration.filter(event_id=event.id, status=Status.CONFIRMED)
    return await invited.exclude(told=event.told).count()
