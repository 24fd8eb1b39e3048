"""The tables of registrations, quotas, invitations and history. Personal data lies in `person`, as ciphertext."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from tortoise import fields
from tortoise.functions import Count
from tortoise.models import Model

from events_app.addresses import Address
from events_app.database import Prepared, rows
from events_app.events.models.event import Event
from events_app.registrations.rules import (
    CodeForAnother,
    CodeRevoked,
    CodeUnknown,
    CodeUsed,
    NoSuchRegistration,
    Status,
    bare_code,
)
from events_app.rounds.models import Round
from events_app.tokens import digest
from events_app.vault import Vault


class Quota(Model):
    """Places of one mode that are kept for a partner. They are part of the mode's capacity, not beside it."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    name = fields.CharField(max_length=120)
    mode = fields.CharField(max_length=16)
    places = fields.IntField()

    class Meta:
        table = "quota"
        unique_together = (("event_id", "mode", "name"),)


class Registration(Model):
    """One person's registration for one event.

    `seated` says whether it holds a seat, and is all that capacity counts. `live` is 1 while it has a place or waits
    for one and NULL afterwards, so that the unique key (event, address index, live) allows one living registration
    per address. `arrival` counts who came before whom, for each event, without a clock. `party` is shared by people
    who came together (the id of the one who registered them). `due_at` (unix ms) and `due_for` say what lapses by
    itself, and when. `sequence` counts what calendars were told, `telling` is the event's that this person heard last
    (`told` and `said` are marks of versions up to 0006, read once by a later one); `organizer_name` is the ORGANIZER's
    CN, the same for life; `answered_at` (unix ms) is the DTSTAMP of the last calendar answer that counted,
    `undeliverable` that mail bounced; `invited` says whether a calendar holds an entry of ours.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.RESTRICT)
    event_id: uuid.UUID
    quota: fields.ForeignKeyNullableRelation[Quota] = fields.ForeignKeyField(
        "house.Quota", null=True, on_delete=fields.RESTRICT
    )
    quota_id: uuid.UUID | None
    # Imports live above: the column is older than the rooms, so the table is named and not imported.
    import_batch: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "house.ImportBatch", null=True, on_delete=fields.SET_NULL
    )
    import_batch_id: uuid.UUID | None
    status = fields.CharField(max_length=16)
    seated = fields.BooleanField(default=False)
    mode = fields.CharField(max_length=16)
    language = fields.CharField(max_length=8)
    address_index = fields.BinaryField()
    live = fields.SmallIntField(null=True)
    arrival = fields.IntField(default=0)
    waitlist_order = fields.IntField(null=True)
    party = fields.UUIDField(null=True)
    due_at = fields.BigIntField(null=True)
    due_for = fields.CharField(max_length=16, default="")
    registered_on: date = fields.DateField()
    token_digest = fields.BinaryField()
    person = fields.BinaryField()
    notes = fields.BinaryField(null=True)
    erased = fields.BooleanField(default=False)
    consent_version = fields.IntField(default=0)
    answer = fields.CharField(max_length=16)
    sequence = fields.IntField(default=0)
    invited = fields.BooleanField(default=False)
    organizer_address = fields.CharField(max_length=254)
    organizer_name = fields.CharField(max_length=200, default="")
    told = fields.CharField(max_length=16, default="")
    said = fields.CharField(max_length=16, default="")
    telling = fields.IntField(default=1)
    undeliverable = fields.BooleanField(default=False)
    answered_at = fields.BigIntField(null=True)

    class Meta:
        table = "registration"
        unique_together = (("event_id", "address_index", "live"),)
        indexes = (
            ("event_id", "status", "mode", "waitlist_order"),
            ("event_id", "id"),
            ("event_id", "arrival"),
            ("event_id", "seated", "mode", "quota_id"),
            ("organizer_address",),
            ("due_at",),
            ("party",),
        )

    @property
    def is_heard(self) -> bool:
        """Whether what its calendar answers can reach us: its ORGANIZER is an address of its own."""
        return "+r-" in self.organizer_address

    @staticmethod
    async def find_by_token(token: str) -> "Registration":
        """The registration that a mailed link opens; an unknown link is `NoSuchRegistration`."""
        found = await _by_token.first(digest(token))
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
        return await _living.first(event_id, address_index)


_by_token = Prepared(lambda mark: Registration.filter(token_digest=mark, erased=False), bytes)
_living = Prepared(
    lambda event_id, index: Registration.filter(event_id=event_id, address_index=index, live=1),
    uuid.UUID,
    bytes,
)


async def next_arrival(event_id: uuid.UUID) -> int:
    """The number of whoever comes now; under the event's claim nobody else gets it."""
    (found,) = await rows(_LATEST, event_id)
    return (found["latest"] or 0) + 1


_LATEST = 'SELECT MAX("arrival") AS "latest" FROM "registration" WHERE "event_id" = $1'


async def end_of_line(event_id: uuid.UUID) -> int:
    """The number that the next one on the waitlist gets."""
    found = await rows(_LAST, event_id)
    return max(found[0]["last"] if found else 0, FRONT_OF_LINE) + 1


_LAST = """
    SELECT "waitlist_order" AS "last" FROM "registration"
    WHERE "event_id" = $1 AND "waitlist_order" IS NOT NULL ORDER BY "waitlist_order" DESC LIMIT 1
"""


FRONT_OF_LINE: Final = 0
"""The number of everybody whose invitation passes the line: before all others, among themselves as they arrived."""


async def next_of(found: Round, *, most: int) -> list[Registration]:
    """The next living people of a round, in the order of their arrival, which is each one's own."""
    living = Registration.filter(event_id=found.event_id, live=1, arrival__gt=found.reached)
    return await living.filter(arrival__lte=found.until).order_by("arrival").limit(most)


async def party_of(registration: Registration) -> Sequence[Registration]:
    """Everybody who came together and is still living, the one who registered them first; at least itself."""
    if registration.party is None:
        return [registration]
    found = await Registration.filter(party=registration.party, live=1)
    return sorted(found, key=lambda each: (each.id != each.party, each.arrival, each.id)) or [registration]


async def counts_of(event_id: uuid.UUID) -> dict[tuple[str, str], int]:
    """How many registrations the event has, by (status, mode)."""
    found: list[dict[str, Any]] = (
        await Registration.filter(event_id=event_id)
        .annotate(number=Count("id"))
        .group_by("status", "mode")
        .values("status", "mode", "number")
    )
    return {(row["status"], row["mode"]): row["number"] for row in found}


class HistoryLine(Model):
    """One thing that happened to a registration: what, on which day, whose doing. Never a name, never a minute."""

    number = fields.BigIntField(primary_key=True, generated=True)
    registration: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "house.Registration", on_delete=fields.CASCADE
    )
    registration_id: uuid.UUID
    day: date = fields.DateField()
    what = fields.CharField(max_length=32)
    who = fields.CharField(max_length=16)

    class Meta:
        table = "history_line"
        indexes = (("registration_id",),)


class Invitation(Model):
    """A single-use code or personal link. The code itself is nowhere in the clear: rows keep its HMAC.

    `purpose`: 'open' lets its holder register (also where an event is for invited people only), 'jump' also passes
    the waiting line, 'transfer' hands over the place of `registration_id`. `guest` is sealed: the code, and where
    known the name, address and language it was made for. `address_index` binds it to an address.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    quota: fields.ForeignKeyNullableRelation[Quota] = fields.ForeignKeyField(
        "house.Quota", null=True, on_delete=fields.SET_NULL
    )
    quota_id: uuid.UUID | None
    batch = fields.CharField(max_length=120, default="")
    purpose = fields.CharField(max_length=16)
    code_index = fields.BinaryField()
    address_index = fields.BinaryField(null=True)
    guest = fields.BinaryField()
    state = fields.CharField(max_length=16, default="created")
    registration_id = fields.UUIDField(null=True)
    created_on: date = fields.DateField()

    class Meta:
        table = "invitation"
        unique_together = (("event_id", "code_index"),)
        indexes = (("event_id", "batch"),)

    @staticmethod
    async def of_code(event_id: uuid.UUID, code: str, *, vault: Vault) -> "Invitation | None":
        """The invitation of a code, whatever became of it."""
        return await Invitation.get_or_none(
            event_id=event_id, code_index=code_index(str(event_id), code, vault)
        )

    @staticmethod
    async def find(event_id: uuid.UUID, code: str, address: Address, *, vault: Vault) -> "Invitation":
        """The invitation of a typed code, if it may be used by this address.

        Refuses `CodeUnknown`, `CodeUsed`, `CodeRevoked`, `CodeForAnother`.
        """
        invitation = await Invitation.of_code(event_id, code, vault=vault)
        if invitation is None:
            raise CodeUnknown()
        if invitation.state == "used":
            raise CodeUsed()
        if invitation.state == "revoked":
            raise CodeRevoked()
        bound = invitation.address_index
        mine = {vault.blind_index(str(event_id), each) for each in (address, address.earlier)}
        if bound is not None and bytes(bound) not in mine:
            raise CodeForAnother()
        return invitation


def code_index(scope: str, code: str, vault: Vault) -> bytes:
    """What a row keeps of a code: its HMAC under the event's own key."""
    return vault.code_index(scope, bare_code(code))


async def quota_for(invitation: Invitation, mode: str) -> uuid.UUID | None:
    """The quota whose places an invitation opens. One of the other mode has none here: everybody's places count."""
    if invitation.quota_id is None or not await Quota.exists(id=invitation.quota_id, mode=mode):
        return None
    return invitation.quota_id


async def giver_of(invitation: Invitation) -> Registration:
    """Whose place an invitation passes on, while they still have it; `CodeRevoked` otherwise."""
    giver = await Registration.get_or_none(id=invitation.registration_id, event_id=invitation.event_id)
    if giver is None or giver.status != Status.CONFIRMED:
        raise CodeRevoked()
    return giver


class ErasedMark(Model):
    """That somebody registered here and asked to be erased: nothing but their address under the event's index key."""

    number = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    mark = fields.BinaryField()

    class Meta:
        table = "erased_mark"
