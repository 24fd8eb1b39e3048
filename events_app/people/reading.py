"""People opened for a search: in slices, with breaths for others; and their words, opened once and then known.

Opening 10,000 people takes a quarter of a second, at each letter that somebody types. So what was opened for a search
is kept for the next one of the same organizer: names and addresses, folded. It is true by the stamp of each row: the
beginning of its sealed person, which is another as soon as anything of them is sealed anew.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final, NamedTuple, Protocol

from tortoise.queryset import QuerySet

from events_app.addresses import in_both_spellings
from events_app.database import rows
from events_app.folding import folded
from events_app.health.rules import is_about_the_row
from events_app.offload.breathing import breathe, with_breaths
from events_app.registrations.facts import NOBODY, Person
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from events_app.vault import Reader, Vault

AT_ONCE: Final = 800
"""Rows asked of the database in one go; of those that are opened `BREATH`."""

BREATH: Final = 50
"""People asked for, to be opened; of those some at a time (`breathing.PIECE`), after which the event loop answers
others."""

_OPENED: Final = ("id", "event_id", "person", "status", "waitlist_order", "arrival")

Known = dict[str, tuple[bytes, str]]
"""By a registration's id: its stamp, and the folded name, a line feed, the folded address in its spellings."""

LASTS: Final = 300.0
"""Seconds after the last search of that list."""

MOST_PEOPLE: Final = 100_000
"""In all lists together, some 40 MB; then the one that was searched longest ago goes."""


class Searchable(Protocol):
    """Somebody whose seal is open, as far as a search looks at them."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def answers(self) -> Mapping[str, Any]: ...


async def opened(
    rows: QuerySet[Registration], *, opens: Callable[[Registration], Searchable]
) -> AsyncIterator[tuple[Registration, Searchable]]:
    """Each of these rows (only its columns of `_OPENED`) and who it is, in no order, with breaths for others."""
    async for part in slices(rows, BREATH):
        async for row in with_breaths(await part.only(*_OPENED)):
            yield row, opens(row)


async def slices(rows: QuerySet[Registration], most: int = AT_ONCE) -> AsyncIterator[QuerySet[Registration]]:
    """The rows by ranges of their ids, in order. Ids are random (UUIDv4), so each holds about `most`."""
    parts = max(1, ceil(await rows.count() / most))
    bounds = [uuid.UUID(int=(each << 128) // parts) for each in range(parts)]
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        yield rows.filter(id__gte=low) if high is None else rows.filter(id__gte=low, id__lt=high)
        await breathe()


def words_of(person: Searchable) -> str:
    """Folded: the name, a line feed, the address."""
    name = " ".join(person.name.splitlines())
    return f"{folded(name)}\n{folded(in_both_spellings(person.address))}"


class Brief(NamedTuple):
    """As much of a registration as orders it."""

    id: uuid.UUID
    status: str
    waitlist_order: int | None
    arrival: int


async def known_words(
    event_id: uuid.UUID,
    known: Known,
    *,
    opens: Callable[[Registration], Searchable],
    fits: Callable[[str], bool],
) -> AsyncIterator[tuple[Brief, str]]:
    """Everybody of the event whose words fit. Only those are opened that are new or were sealed anew."""
    after: tuple[int, Any] = (-1, uuid.UUID(int=0))
    while found := await rows(_STAMPED, event_id, *after):
        ids = [str(each[0]) for each in found]
        stale = [own for own, each in zip(ids, found, strict=True) if known.get(own, _NOTHING)[0] != each[1]]
        for start in range(0, len(stale), BREATH):
            await _learn(stale[start : start + BREATH], known, opens=opens)
        async for own, each in with_breaths(zip(ids, found, strict=True), FITTED):
            words = known.get(own, _NOTHING)[1]
            if fits(words):
                yield Brief(uuid.UUID(own), *each[2:]), words
        await breathe()
        after = (found[-1][4], uuid.UUID(ids[-1]))


async def _learn(ids: Sequence[str], known: Known, *, opens: Callable[[Registration], Searchable]) -> None:
    """Opens these, but for whom another search of the same organizer has opened meanwhile: somebody types."""
    async for row in with_breaths(await Registration.filter(id__in=ids).only(*_OPENED)):
        own, stamp = str(row.id), bytes(row.person[:_STAMP_BYTES])
        if known.get(own, _NOTHING)[0] != stamp:
            known[own] = (stamp, words_of(opens(row)))
    await breathe()


FITTED: Final = 100
"""People whose known words are looked at in one go: half a millisecond."""

_NOTHING: Final = (b"", "")
_STAMP_BYTES: Final = 13
_STAMPED: Final = """
    SELECT "id", substr("person", 1, 13), "status", "waitlist_order", "arrival" FROM "registration"
    WHERE "event_id" = $1 AND ("arrival", "id") > ($2, $3) ORDER BY "arrival", "id" LIMIT 400
"""
"""A stamp is how a sealed person begins: random, and so another as soon as anything of them is sealed anew. Asked by
hand: the ORM takes four times as long, and this is done at each letter that somebody types."""


@dataclass
class _List:
    known: Known = field(default_factory=dict)
    searched_at: float = 0.0


class OpenedWords:
    """One for each process. Two organizers never share a list: each was opened for whom it is kept."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lists: dict[tuple[str, uuid.UUID], _List] = {}

    def of(self, organizer_id: str, event_id: uuid.UUID) -> Known:
        """What this organizer's searches of that event have opened; the caller adds to it and takes away."""
        self.forget_unused()
        found = self._lists.pop((organizer_id, event_id), None) or _List()
        self._lists[organizer_id, event_id] = found
        found.searched_at = self._now()
        while len(self._lists) > 1 and sum(len(each.known) for each in self._lists.values()) > MOST_PEOPLE:
            del self._lists[next(iter(self._lists))]
        asyncio.get_running_loop().call_later(LASTS + 1, self.forget_unused)
        return found.known

    def forget(self, organizer_id: str) -> None:
        """They have signed out."""
        for key in [key for key in self._lists if key[0] == organizer_id]:
            del self._lists[key]

    def forget_unused(self) -> None:
        """Nobody has searched these for some minutes."""
        until = self._now() - LASTS
        for key in [key for key, each in self._lists.items() if each.searched_at < until]:
            del self._lists[key]


def person_or_blank(registration: Registration, *, vault: Vault, reader: Reader) -> Person:
    """For a list: who it is, or NOBODY, so that one row does not hide all others. Refuses what says nothing about
    the row: `NoKey`, `KeyringBusy` ..."""
    try:
        return reveal_person(registration, vault=vault, reader=reader)
    except Exception as error:
        if not is_about_the_row(error):
            raise
        return NOBODY
