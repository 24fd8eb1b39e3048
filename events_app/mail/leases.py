"""Leases: the locks by which couriers share the table of letters, and the outcomes that a lease allows to record."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from events_app.clock import as_day, milliseconds
from events_app.database import is_sqlite, one_transaction, rows
from events_app.mail.emptying import empty_ended
from events_app.mail.models import facts_context, message_context
from events_app.mail.rules import MOST_DOUBTS, NO_WAIT_IS_LONGER, State, before

_Value = str | int | bytes | date | None

_ROW_LOCKS = 'FOR UPDATE OF "l" SKIP LOCKED'

_MAY_LEAVE = f"""
    SELECT "l"."number" FROM "letter" AS "l"
    WHERE ("l"."due_at" <= $1 OR "l"."due_at" > $1 + {NO_WAIT_IS_LONGER}) AND NOT EXISTS (
        SELECT 1 FROM "letter" AS "older" WHERE "older"."thread" = "l"."thread"
        AND "older"."number" < "l"."number" AND "older"."due_at" IS NOT NULL
        AND COALESCE("older"."address_index" = "l"."address_index", TRUE))
    ORDER BY "l"."due_at", "l"."number" LIMIT $2"""  # noqa: S608 - made of constants

_DOUBT_LAPSED = f"""
    UPDATE "letter" SET "state" = 'unsure', "doubts" = "doubts" + 1, "lease_by" = NULL,
        "due_at" = CASE WHEN "when_unsure" = 'again' AND "words" <> 'once' AND "doubts" + 1 < {MOST_DOUBTS}
            THEN "due_at" END
    WHERE "state" = 'sending' AND ("due_at" <= $1 OR "due_at" > $1 + {NO_WAIT_IS_LONGER})
    RETURNING "number", "words" """  # noqa: S608 - made of constants

_FIRST_SENT = """
    SELECT "older"."message_id" FROM "letter" AS "l" JOIN "letter" AS "older" ON "older"."thread" = "l"."thread"
        AND "older"."number" < "l"."number" AND "older"."address_index" = "l"."address_index"
    WHERE "l"."number" = $1 AND "older"."state" = 'sent' ORDER BY "older"."number" LIMIT 1"""

_TAKE = f"""
    WITH "chosen" AS MATERIALIZED ({_MAY_LEAVE} {_ROW_LOCKS})
    UPDATE "letter" SET "lease_by" = $3, "due_at" = $4
    WHERE "number" IN (SELECT "number" FROM "chosen") AND "state" <> 'sending'
    RETURNING "number", "id", "scope", "thread", "kind", "facts", "message", "message_id", "attempts",
        "tried_day", "doubts", "when_unsure"
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Leased:
    """A letter that this courier may send, until its lease ends. attempts: tries before this one."""

    number: int
    id: uuid.UUID
    scope: str
    thread: uuid.UUID | None
    kind: str
    facts: bytes
    message: bytes | None
    message_id: str | None
    attempts: int
    tried_day: date | None
    doubts: int
    when_unsure: str

    @property
    def facts_context(self) -> str:
        return facts_context(self.id)

    @property
    def message_context(self) -> str:
        return message_context(self.id)


class Leases:
    """One courier's leases. holder: a name that no other courier, past or present, has; lease: seconds."""

    def __init__(self, holder: str, *, lease: float) -> None:
        self._holder = holder
        self._lease = timedelta(seconds=lease)

    async def take(self, most: int, *, now: datetime) -> list[Leased]:
        """Lease up to `most` letters that may leave now, oldest first. When there are none, nothing is
        written.

        First, whatever another courier was sending when its lease ran out becomes unsure.
        """
        if not await rows(_MAY_LEAVE, milliseconds(now), most):
            return []
        taken = await _take(milliseconds(now), most, self._holder, milliseconds(now + self._lease))
        return sorted((_leased(row) for row in taken), key=lambda letter: letter.number)

    async def first_sent(self, letter: Leased) -> str:
        """The Message-ID of the first letter about the same matter that the same address got; '' if there is none."""
        found = await rows(_FIRST_SENT, letter.number) if letter.thread else []
        return str(found[0]["message_id"]) if found else ""

    async def sending(self, letter: Leased, message: bytes, message_id: str, *, now: datetime) -> bool:
        """Committed just before DATA, with the sealed bytes. False: it is not ours to send any more."""
        return await self._record(
            letter,
            "sending",
            message=message,
            message_id=message_id,
            attempts=letter.attempts + 1,
            tried_day=letter.tried_day or now.date(),
            due_at=milliseconds(now + self._lease),
        )

    async def sent(self, letter: Leased, *, now: datetime) -> bool:
        """The server took it."""
        return await self._finish(letter, "sent", sent_day=now.date(), last_error="")

    async def kept(self, letter: Leased, message: bytes, message_id: str) -> bool:
        """It is composed, and there is no server to give it to."""
        return await self._finish(letter, "kept", message=message, message_id=message_id, last_error="")

    async def refused(self, letter: Leased, words: str) -> bool:
        """The server said no for good, or it has been tried for long enough."""
        return await self._finish(letter, "refused", last_error=words, attempts=letter.attempts + 1)

    async def withheld(self, letter: Leased, words: str) -> bool:
        """It could not be composed."""
        return await self._finish(letter, "withheld", last_error=words)

    async def deferred(self, letter: Leased, words: str, *, until: datetime, now: datetime) -> bool:
        """It certainly did not arrive, and is tried again."""
        return await self._record(
            letter,
            "queued",
            lease_by=None,
            last_error=words,
            attempts=letter.attempts + 1,
            tried_day=letter.tried_day or now.date(),
            due_at=milliseconds(until),
        )

    async def held(self, letter: Leased, words: str, *, until: datetime) -> bool:
        """The server is away or refuses us: it was not tried, as far as the letter is concerned, and patience with it
        begins anew."""
        return await self._record(
            letter,
            "queued",
            lease_by=None,
            last_error=words,
            attempts=letter.attempts,
            tried_day=None,
            due_at=milliseconds(until),
        )

    async def unsure(self, letter: Leased, words: str, *, until: datetime | None) -> bool:
        """Nobody knows whether it arrived. until: when it is tried again; None leaves it to a person."""
        return await self._record(
            letter,
            "unsure",
            doubts=letter.doubts + 1,
            lease_by=None,
            last_error=words,
            due_at=None if until is None else milliseconds(until),
        )

    async def released(self, letter: Leased, *, now: datetime) -> bool:
        """It was not tried; any courier may take it. Its state stays as it is."""
        return await self._write(letter, before("sending"), lease_by=None, due_at=milliseconds(now))

    async def _finish(self, letter: Leased, state: State, **values: _Value) -> bool:
        return await self._record(letter, state, lease_by=None, due_at=None, **values)

    async def _record(self, letter: Leased, state: State, **values: _Value) -> bool:
        return await self._write(letter, before(state), state=state, **values)

    async def _write(self, letter: Leased, from_states: tuple[State, ...], **values: _Value) -> bool:
        """The fence: whoever lost the lease, or whose letter was superseded meanwhile, changes nothing."""
        fence: tuple[_Value, ...] = (letter.number, self._holder, *from_states)
        written = await rows(_fenced(tuple(values), len(from_states)), *values.values(), *fence)
        await _empty(written)
        return bool(written)


@cache
def _fenced(columns: tuple[str, ...], states: int) -> str:
    """UPDATE ... RETURNING "number", "words". Said here, and not by the ORM, because that costs more than the rest."""
    blanks = (f"${number}" for number in count(1))
    changes = ", ".join(f'"{column}" = {next(blanks)}' for column in columns)
    mine = f'"number" = {next(blanks)} AND "lease_by" = {next(blanks)}'
    among = ", ".join(next(blanks) for _ in range(states))
    return f'UPDATE "letter" SET {changes} WHERE {mine} AND "state" IN ({among}) RETURNING "number", "words"'  # noqa: S608


@one_transaction
async def _take(now: int, most: int, holder: str, until: int) -> Sequence[Any]:
    """SQLite needs no row locks: its transactions hold the write lock."""
    await _empty(await rows(_DOUBT_LAPSED, now))
    take = _TAKE.replace(_ROW_LOCKS, "") if is_sqlite() else _TAKE
    return await rows(take, now, most, holder, until)


async def _empty(written: Sequence[Any]) -> None:
    """Who finishes a letter of somebody who was erased empties it."""
    for row in written:
        if row["words"] in {"last", "once"}:
            await empty_ended(row["number"])


def _leased(row: Any) -> Leased:
    day = row["tried_day"]
    return Leased(
        number=row["number"],
        id=_uuid(row["id"]),
        scope=row["scope"],
        thread=None if row["thread"] is None else _uuid(row["thread"]),
        kind=row["kind"],
        facts=bytes(row["facts"]),
        message=None if row["message"] is None else bytes(row["message"]),
        message_id=row["message_id"],
        attempts=row["attempts"],
        tried_day=None if day is None else as_day(day),
        doubts=row["doubts"],
        when_unsure=row["when_unsure"],
    )


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
