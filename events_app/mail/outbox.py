"""The outbox, where letters are queued with the fact they tell of; a person sees what became of them."""

import asyncio
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from events_app.addresses import Address, kept
from events_app.clock import milliseconds
from events_app.database import Statement, after_commit, insertion, rows, write
from events_app.errors import NotFound
from events_app.i18n import N_
from events_app.mail.message import Attachment, read_back
from events_app.mail.models import OPEN_COLUMNS, Letter, MailStop, facts_context
from events_app.mail.rules import LEASE, State, WhenUnsure
from events_app.offload.breathing import with_breaths

_waiting: set[asyncio.Event] = set()
"""What the couriers of this process wait for, each for its own."""


class Sealing(Protocol):
    """What this room needs of the vault, which it does not import."""

    def seal(self, scope: str, context: str, value: Mapping[str, Any], /) -> bytes: ...
    def seal_bytes(self, scope: str, context: str, data: bytes, /) -> bytes: ...
    def reveal(self, scope: str, context: str, blob: bytes, reader: Any, /) -> Mapping[str, Any]: ...
    def reveal_bytes(self, scope: str, context: str, blob: bytes, reader: Any, /) -> bytes: ...
    def reveal_each(
        self, scope: str, sealed: Sequence[tuple[str, bytes]], reader: Any, /, *, instead: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]: ...
    def blind_index(self, scope: str, address: Address, /) -> bytes: ...


class NoSuchLetter(NotFound):
    """The outbox does not hold this letter."""

    sentence = N_("There is no such email.")


@dataclass(frozen=True)
class About:
    """What a letter is about.

    thread: letters of one thread to one address leave in the order in which they were posted. replaces: a word;
    an older letter of the thread with the same word is superseded while nobody has tried to send it. when_unsure:
    what happens when nobody knows whether it was sent: "again" (the same Message-ID, so that a mail program
    can tell), or "ask" a person. not_before: it waits so long.
    """

    event_id: uuid.UUID | None = None
    thread: uuid.UUID | None = None
    replaces: str | None = None
    when_unsure: WhenUnsure = "again"
    not_before: datetime | None = None


@dataclass(frozen=True)
class OpenLetter:
    """A letter as a person may see it. Before it is composed there is only its address."""

    letter: Letter
    to_address: str
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


async def post(
    kind: str, *, vault: Sealing, scope: str, about: About, facts: Mapping[str, Any], now: datetime
) -> uuid.UUID:
    """Put a letter in the outbox, inside the caller's transaction, and wake the courier after its COMMIT; its id.

    kind: "ROOM.LETTER", such as "registrations.confirmed"; the room's composer will be asked. facts: JSON
    values, frozen here, with "to_address". To keep the order of a thread, post under the lock that its
    facts changed under.
    """
    row = _row(Owed(kind, about, facts), vault=vault, scope=scope, now=now)
    await write(*superseding([about]), insertion("letter", [row]))
    after_commit(wake_couriers)
    letter_id: uuid.UUID = row["id"]
    return letter_id


@dataclass(frozen=True)
class Owed:
    """A letter that is to be posted: its kind, what it is about and its facts, as `post` takes them."""

    kind: str
    about: About
    facts: Mapping[str, Any]


def posting(owed: Sequence[Owed], *, vault: Sealing, scope: str, now: datetime) -> Statement:
    """What puts letters in the outbox, for `database.write` beside the fact that they tell of, which has no earlier
    letters (else `superseding`). The courier is woken after the COMMIT."""
    after_commit(wake_couriers)
    matters = [(letter.about.thread, letter.about.replaces) for letter in owed]
    letters = []
    for number, letter in enumerate(owed):
        row = _row(letter, vault=vault, scope=scope, now=now)
        if letter.about.replaces and matters[number] in matters[number + 1 :]:
            row |= {"state": "superseded", "due_at": None}  # by one that is posted with it
        letters.append(row)
    return insertion("letter", letters)


def superseding(abouts: Sequence[About]) -> list[Statement]:
    """What ends the letters that nobody has tried to send and that newer ones about this make needless."""
    matters = {(about.thread, about.replaces) for about in abouts if about.thread and about.replaces}
    return [Statement(_SUPERSEDE, matter) for matter in matters]


_SUPERSEDE = """
    UPDATE "letter" SET "state" = 'superseded', "due_at" = NULL, "lease_by" = NULL
    WHERE "thread" = $1 AND "replaces" = $2 AND "state" = 'queued' AND "attempts" = 0
"""


def _row(letter: Owed, *, vault: Sealing, scope: str, now: datetime) -> dict[str, Any]:
    letter_id = uuid.uuid4()
    return {
        "id": letter_id,
        "scope": scope,
        "event_id": letter.about.event_id,
        "thread": letter.about.thread,
        "address_index": vault.blind_index(scope, kept(letter.facts["to_address"])),
        "replaces": letter.about.replaces,
        "kind": letter.kind,
        "state": "queued",
        "when_unsure": letter.about.when_unsure,
        "doubts": 0,
        "facts": vault.seal(scope, facts_context(letter_id), {**letter.facts, "posted_at": now.isoformat()}),
        "attempts": 0,
        "due_at": milliseconds(letter.about.not_before or now),
        "last_error": "",
        "posted_day": now.date(),
    }


@dataclass(frozen=True)
class Posting:
    """One of many letters that are posted together: its thread and its facts, as `post` takes them."""

    thread: uuid.UUID | None
    facts: Mapping[str, Any]


async def post_many(
    kind: str,
    postings: Sequence[Posting],
    *,
    vault: Sealing,
    scope: str,
    event_id: uuid.UUID | None,
    now: datetime,
) -> list[uuid.UUID]:
    """Put many letters of one kind in the outbox, one to each person, inside the caller's transaction; their ids.

    They supersede nothing. Otherwise as `post`.
    """
    letters = []
    async for each in with_breaths(postings, 10):
        letter = Owed(kind, About(event_id=event_id, thread=each.thread), each.facts)
        letters.append(_row(letter, vault=vault, scope=scope, now=now))
    for start in range(0, len(letters), 50):
        await write(insertion("letter", letters[start : start + 50]))
    after_commit(wake_couriers)
    return [letter["id"] for letter in letters]


def of_event(event_id: uuid.UUID | None) -> QuerySet[Letter]:
    """The letters of an event, or those about none."""
    return Letter.filter(event_id=event_id) if event_id else Letter.filter(event_id__isnull=True)


async def counts_of(event_id: uuid.UUID | None) -> dict[State, int]:
    """How many letters of the event, or about none, are in each state; states without letters are left out."""
    found = await of_event(event_id).annotate(n=Count("number")).group_by("state").values("state", "n")
    return {row["state"]: row["n"] for row in found}


async def letters_of(
    event_id: uuid.UUID | None,
    *,
    states: Collection[State] = (),
    address_index: bytes | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Letter]:
    """The letters of an event, or those about none, newest first, without their sealed parts. before: the `number` of
    the last one seen. address_index: only those that go to this address, or may, because they are older than indexes.

    The state "unsure" also lists the letters that were in doubt before a later try succeeded.
    """
    found = of_event(event_id)
    if address_index is not None:
        found = found.filter(Q(address_index=address_index) | Q(address_index__isnull=True))
    if states:
        in_them = Q(state__in=list(states))
        found = found.filter(in_them | Q(doubts__gt=0) if "unsure" in states else in_them)
    if before is not None:
        found = found.filter(number__lt=before)
    return await found.order_by("-number").limit(limit).only(*OPEN_COLUMNS)


async def facts_of(letters: Sequence[Letter], vault: Sealing, reader: Any) -> dict[int, Mapping[str, Any]]:
    """The facts of these letters by their `number`, opened for `reader`; nothing for those that were emptied."""
    opened: dict[int, Mapping[str, Any]] = {}
    numbers = [letter.number for letter in letters if letter.is_open]
    sealed = await Letter.filter(number__in=numbers).only("number", "id", "scope", "facts")
    for scope in {letter.scope for letter in sealed}:
        of_scope = [letter for letter in sealed if letter.scope == scope]
        values = vault.reveal_each(
            scope, [(each.facts_context, each.facts) for each in of_scope], reader, instead={}
        )
        opened |= {letter.number: value for letter, value in zip(of_scope, values, strict=True) if value}
    return opened


async def read(letter_id: uuid.UUID, vault: Sealing, reader: Any) -> OpenLetter:
    """One letter opened for `reader`, whom the vault is told. Refuses NoSuchLetter, or as the vault does."""
    letter = await Letter.get_or_none(id=letter_id)
    if letter is None:
        raise NoSuchLetter
    if not letter.is_open:
        return OpenLetter(letter, "")
    if letter.message is None:
        facts = vault.reveal(letter.scope, letter.facts_context, letter.facts, reader)
        return OpenLetter(letter, str(facts["to_address"]))
    raw = vault.reveal_bytes(letter.scope, letter.message_context, letter.message, reader)
    said = read_back(raw)
    return OpenLetter(letter, said.to_address, said.subject, said.text, said.html, said.attachments)


def wake_couriers() -> None:
    """Wake the couriers of this process. Those of other processes look by themselves every few seconds."""
    for posted in _waiting:
        posted.set()


def add_courier(posted: asyncio.Event) -> None:
    """From now on `wake_couriers` sets this event, which belongs to the running loop."""
    _waiting.add(posted)


def remove_courier(posted: asyncio.Event) -> None:
    """`wake_couriers` forgets this event."""
    _waiting.discard(posted)


async def stop_of_mail() -> MailStop | None:
    """Why nothing leaves at present, where a courier says that the mail server is away or refuses us, and letters
    wait for it."""
    stop = await MailStop.first()
    return stop if stop and await rows('SELECT 1 FROM "letter" WHERE "due_at" IS NOT NULL LIMIT 1') else None


@dataclass(frozen=True)
class Health:
    """How the mail is: letters by state over everything, the oldest that waits (unix ms), and what went wrong last."""

    states: dict[State, int]
    oldest_due: int | None
    in_doubt: int
    trouble: list[Letter]
    stop: MailStop | None


async def health() -> Health:
    """The outbox at a glance. No letter is opened, and none is passed that has nothing to do with it. What a courier
    has taken, which may be dead, has waited since then."""
    (found,) = await rows(_AT_A_GLANCE, int(LEASE * 1000))
    numbers = [row["number"] for row in await rows(_TROUBLE)]
    return Health(
        states={row["state"]: row["letters"] for row in await rows(_STATES)},
        oldest_due=found["oldest_due"],
        in_doubt=found["in_doubt"],
        trouble=await Letter.filter(number__in=numbers or [0]).order_by("-number").only(*OPEN_COLUMNS),
        stop=await stop_of_mail(),
    )


_STATES = 'SELECT "state", COUNT(*) AS "letters" FROM "letter" GROUP BY "state"'
_AT_A_GLANCE = """
    SELECT (SELECT MIN(CASE WHEN "lease_by" IS NULL THEN "due_at" ELSE "due_at" - $1 END) FROM "letter"
        WHERE "due_at" IS NOT NULL AND "state" IN ('queued', 'sending')) AS "oldest_due",
        (SELECT COUNT(*) FROM "letter" WHERE "doubts" > 0) AS "in_doubt"
"""
_TROUBLE = """SELECT "number" FROM "letter" WHERE "last_error" <> '' ORDER BY "number" DESC LIMIT 20"""
"""Said here, and not by the ORM: an index that holds only some rows is found by the words of the question."""
