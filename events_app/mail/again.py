"""Sending again what was refused or kept: of each matter only the newest word, and nothing overtaken."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable
from datetime import datetime
from typing import Any, Final

from events_app.clock import milliseconds
from events_app.database import after_commit, one_transaction
from events_app.errors import Conflict
from events_app.i18n import N_
from events_app.mail.emptying import LetterForgotten
from events_app.mail.models import Letter
from events_app.mail.outbox import NoSuchLetter, wake_couriers
from events_app.mail.rules import HAS_PERHAPS_LEFT, RETRIED_BY_HAND, State, called_today

AGAIN: Final[frozenset[State]] = frozenset({"refused", "kept"})

OverOf = Callable[[Collection[uuid.UUID]], Awaitable[set[uuid.UUID]]]
"""Which of these events are over: what their letters said of how things stand is of no use any more."""

Hope = Callable[[Collection[uuid.UUID]], Awaitable[None]]
"""Told of threads to which mail is tried again, by hand: whatever was noted of their addresses is forgotten."""


async def hope_for_nobody(threads: Collection[uuid.UUID]) -> None:
    """Where letters are about nobody who is kept."""


_STANDINGS: Final = frozenset(
    {
        "registrations.cancelled", "registrations.confirmed", "registrations.declined",
        "registrations.event_cancelled", "registrations.lapsed", "registrations.moved",
        "registrations.offer_lapsed", "registrations.offered", "registrations.passed_on",
        "registrations.pending", "registrations.promoted", "registrations.switched",
        "registrations.waitlisted", "mailings.changed",
    }
)  # fmt: skip
"""Letters that say how somebody's registration stands: a newer one says all that an older one said."""

_WORDS_OF_THEIR_OWN: Final = frozenset({"mailings.mailing", "mailings.follow_up", "replies.forwarded"})
"""What people wrote: no letter says it again, and it is worth reading after the event too."""

_COLUMNS: Final = ("number", "event_id", "thread", "address_index", "replaces", "kind", "state")
_PAGE: Final = 250


class LetterNotRetried(Conflict):
    """Only a letter that is not on its way can be sent again."""

    sentence = N_("This email has been sent, or is still on its way.")


class LetterOvertaken(Conflict):
    """Sent now, an older letter would contradict a newer one."""

    sentence = N_(
        "A newer email about the same matter has already been sent, so this one is not sent any more."
    )


@one_transaction
async def retry(letter_id: uuid.UUID, *, now: datetime) -> None:
    """Send a refused, withheld, kept or unsure letter (again): the same bytes and Message-ID, if it has any.

    Refuses NoSuchLetter, LetterNotRetried, LetterForgotten, LetterOvertaken (a newer one of its thread has left).
    """
    letter = await Letter.get_or_none(id=letter_id).only("number", "thread", "words")
    if letter is None:
        raise NoSuchLetter
    if letter.words != "kept":
        raise LetterForgotten
    newer = Letter.filter(thread=letter.thread, number__gt=letter.number, state__in=list(HAS_PERHAPS_LEFT))
    if letter.thread is not None and await newer.exists():
        raise LetterOvertaken
    idle = Letter.filter(number=letter.number, state__in=list(RETRIED_BY_HAND), lease_by=None, words="kept")
    if not await idle.update(state="queued", due_at=milliseconds(now), tried_day=None):
        raise LetterNotRetried
    after_commit(wake_couriers)


async def sendable(event_id: uuid.UUID | None, *, over_of: OverOf) -> list[int]:
    """The numbers of the refused and kept letters of an event, or of the whole site, that are worth sending again,
    oldest first. Left out: what a newer letter about the same matter says better (one that waits, has perhaps left or
    is itself sent again), what was emptied, and how things stood with an event that is over."""
    among = Letter.filter(state__in=list({"queued", *AGAIN, *HAS_PERHAPS_LEFT}), words="kept")
    among = among if event_id is None else among.filter(event_id=event_id)
    found = await among.order_by("-number").values(*_COLUMNS)
    events = {row["event_id"] for row in found if row["state"] in AGAIN and row["event_id"]}
    return sorted(_newest(found, await over_of(events)))


def _newest(found: Iterable[dict[str, Any]], over: Collection[uuid.UUID]) -> Iterable[int]:
    said = set[Hashable]()
    for row in found:
        matter = _matter_of(row)
        is_late = row["event_id"] in over and called_today(row["kind"]) not in _WORDS_OF_THEIR_OWN
        if row["state"] in AGAIN and matter not in said and not is_late:
            yield row["number"]
        said.add(matter)


def _matter_of(row: dict[str, Any]) -> Hashable:
    """What a letter is about, so far that one of the same says it better."""
    kind = called_today(row["kind"])
    if row["thread"] is None or kind in _WORDS_OF_THEIR_OWN:
        return int(row["number"])
    address = bytes(row["address_index"] or b"")
    return row["thread"], address, "standing" if kind in _STANDINGS else row["replaces"] or kind


@one_transaction
async def send_again(
    event_id: uuid.UUID | None, *, over_of: OverOf, hope: Hope = hope_for_nobody, now: datetime
) -> int:
    """Queue all that is `sendable`, in the order in which it was posted; says how many letters that is. `hope` is told
    of the threads that are tried again."""
    numbers = await sendable(event_id, over_of=over_of)
    queued = 0
    for start in range(0, len(numbers), _PAGE):
        page = Letter.filter(number__in=numbers[start : start + _PAGE])
        await hope([each for each in await page.values_list("thread", flat=True) if each])  # type: ignore[misc]
        idle = page.filter(state__in=list(AGAIN), lease_by=None, words="kept")
        queued += await idle.update(state="queued", due_at=milliseconds(now), tried_day=None)
    after_commit(wake_couriers)
    return queued


async def withdraw(thread: uuid.UUID, word: str) -> None:
    """Letters of a thread that have this word (see `outbox.About`) and surely have not left are not true any more:
    they are not sent, not even when kept and refused letters are sent again together."""
    theirs = Letter.filter(thread=thread, replaces=word)
    await theirs.filter(state="queued", doubts=0).update(**_SUPERSEDED)
    await theirs.filter(state__in=["kept", "refused"]).update(**_SUPERSEDED)


_SUPERSEDED: Final[dict[str, Any]] = {"state": "superseded", "due_at": None, "lease_by": None}
