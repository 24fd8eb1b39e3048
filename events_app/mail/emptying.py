"""How letters end in emptiness: of somebody who was erased, and of everybody when their days are over."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from tortoise.expressions import Q

from events_app.clock import milliseconds
from events_app.database import one_transaction, rows
from events_app.errors import Conflict
from events_app.i18n import N_
from events_app.mail.models import Letter
from events_app.mail.rules import NO_WAIT_IS_LONGER, State, ever_called

EMPTY: Final = b""
"""What facts become. It is no blob of the vault, so nothing can be opened."""

ENDED: Final[tuple[State, ...]] = ("sent", "kept", "superseded", "refused", "withheld")


class LetterForgotten(Conflict):
    """Its person was erased, or its days are over."""

    sentence = N_("The text of this email is deleted, so it cannot be sent again.")


@one_transaction
async def empty_thread(
    thread: uuid.UUID, *, only: Collection[str] = (), may_leave: Collection[str] = ()
) -> None:
    """The letters of a thread, or those of the kinds `only`, lose their words, and none of them is ever sent again.

    Those of the kinds `may_leave` still leave, once, and are emptied by whoever finishes them; so is one that is being
    sent in this moment.
    """
    theirs = Letter.filter(thread=thread)
    if only:
        theirs = theirs.filter(kind__in=_names(only))
    leaving = Q(kind__in=_names(may_leave))
    gone = {
        "facts": EMPTY,
        "message": None,
        "address_index": None,
        "words": "gone",
        "due_at": None,
        "lease_by": None,
    }
    await theirs.filter(~leaving, state="queued").update(state="superseded", **gone)
    await theirs.filter(state="kept").update(state="superseded", **gone)
    await theirs.filter(state__in=list(ENDED)).exclude(words="gone").update(**gone)
    await theirs.filter(Q(due_at__isnull=True) | ~leaving, state="unsure").update(**gone)
    await theirs.filter(leaving, words="kept").update(words="last")
    await theirs.filter(words="kept").update(words="once")


async def take_back_unheard(thread: uuid.UUID, *, now: datetime) -> bool:
    """Whether nothing of a thread has gone out yet, and all of it waits for a later time: then none of it ever does."""
    return bool(await rows(_TAKE_BACK, thread, milliseconds(now)))


_WAITS = f"""
    "state" = 'queued' AND "attempts" = 0 AND "lease_by" IS NULL
    AND "due_at" > $2 AND "due_at" <= $2 + {NO_WAIT_IS_LONGER}
"""
_TAKE_BACK = f"""
    UPDATE "letter" SET "state" = 'superseded', "due_at" = NULL WHERE "thread" = $1 AND {_WAITS} AND NOT EXISTS (
        SELECT 1 FROM "letter" AS "other" WHERE "thread" = $1 AND "state" <> 'superseded' AND NOT ({_WAITS})
    )
    RETURNING "number"
"""  # noqa: S608 - made of constants


async def take_back_from(thread: uuid.UUID, address_index: bytes) -> bool:
    """The letters of a thread to an address that turns out to be wrong never leave, unless one may have left already;
    says whether anything may have arrived there."""
    await rows(_TAKE_BACK_FROM, thread, address_index)
    return bool(await rows(_MAY_HAVE_ARRIVED, thread, address_index))


_TAKE_BACK_FROM = """
    UPDATE "letter" SET "state" = 'superseded', "due_at" = NULL, "lease_by" = NULL
    WHERE "thread" = $1 AND "address_index" = $2 AND "doubts" = 0 AND "state" IN ('queued', 'kept')
    RETURNING "number"
"""
_MAY_HAVE_ARRIVED = """
    SELECT 1 FROM "letter" WHERE "thread" = $1 AND ("address_index" = $2 OR "address_index" IS NULL)
        AND "state" IN ('queued', 'sending', 'sent', 'unsure') LIMIT 1
"""
"""Letters of versions that kept no index of the address, and emptied ones, count as theirs."""


def _names(kinds: Collection[str]) -> list[str]:
    return [name for kind in kinds for name in ever_called(kind)]


async def empty_ended(number: int) -> None:
    """Empty a letter of somebody who was erased, now that it has ended or is not to be tried again."""
    await rows(_EMPTY_ENDED, number, EMPTY)


_EMPTY_ENDED = """
    UPDATE "letter" SET "facts" = $2, "message" = NULL, "address_index" = NULL, "words" = 'gone',
        "due_at" = NULL, "lease_by" = NULL,
        "state" = CASE WHEN "state" IN ('queued', 'kept') THEN 'superseded' ELSE "state" END
    WHERE "number" = $1 AND "state" <> 'sending' AND ("words" = 'once' OR ("words" = 'last' AND "due_at" IS NULL))
    RETURNING "number"
"""


async def empty_those_left_over() -> None:
    """Those whose courier died between the outcome and the emptying. Idle, it writes nothing."""
    for row in await rows(_LEFT_OVER):
        await empty_ended(row["number"])


_LEFT_OVER = 'SELECT "number" FROM "letter" WHERE "words" IN (\'last\', \'once\') AND "due_at" IS NULL'


async def empty_without_event(before: date) -> int:
    """Letters about no event that had ended before that day lose their words; says how many. Of an older version's, so
    long after this one's first start at the earliest.
    """
    if await first_started() >= before:
        return 0
    old = Letter.filter(event_id__isnull=True, due_at__isnull=True, posted_day__lt=before).exclude(
        words="gone"
    )
    ended = old.filter(Q(tried_day__isnull=True) | Q(tried_day__lt=before))
    ended = ended.filter(Q(sent_day__isnull=True) | Q(sent_day__lt=before))
    if not await ended.exists():
        return 0
    await ended.filter(state="kept").update(state="superseded")
    return await ended.update(facts=EMPTY, message=None, address_index=None, words="gone")


async def first_started() -> date:
    """The day (UTC) on which this installation first was of a version that has deletion days."""
    (found,) = await rows('SELECT "applied_at" FROM "migration_applied" WHERE "name" = $1', "0008_deletion")
    return datetime.fromisoformat(str(found["applied_at"])).date()
