"""People opened for a search: in slices, with breaths for others; and their words, opened once and then known.

Opening 10,000 people takes a quarter of a second, at each letter that somebody types. So what was opened for a search
is kept for the next one of the same organizer: names and addresses, folded. It is true by the stamp of each row: the
beginning of its sealed person, which is another as soon as anything of them is sealed anew.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final, NamedTuple, Protocol

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from events_app.addresses import in_both_spellings
from events_app.folding import folded
from events_app.health.rules import is_about_the_row
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from events_app.vault import Reader, Vault

AT_ONCE: Final = 800
"""Rows asked of the database in one go."""

BREATH: Final = 200
"""People opened in one go. Each of the two is less than 10 ms of work, after which the event loop answers others."""

_OPENED: Final = ("id", "event_id", "person", "status", "waitlist_order", "arrival")

Known = dict[uuid.UUID, tuple[bytes, str]]
"""By registration: its stamp, and the folded name, a line feed, the folded address in its spellings."""

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
    async for part in slices(rows):
        for place, row in enumerate(await part.only(*_OPENED)):
            if place % BREATH == 0:
                await asyncio.sleep(0)
            yield row, opens(row)


async def slices(rows: QuerySet[Registration]) -> AsyncIterator[QuerySet[Registration]]:
    """The rows by ranges of their ids, in order. Ids are random (UUIDv4), so each holds about `AT_ONCE`."""
    parts = max(1, ceil(await rows.count() / AT_ONCE))
    bounds = [uuid.UUID(int=(each << 128) // parts) for each in range(parts)]
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        yield rows.filter(id__gte=low) if high is None else rows.filter(id__gte=low, id__lt=high)
        await asyncio.sleep(0)


def words_of(person: Searchable) -> str:
    """Folded: the name, a line feed, the address."""
    name = " ".join(person.name.splitlines())
    return f"{folded(name)}\n{folded(in_both_spellings(person.address))}"


class Brief(NamedTuple):
    """As much of a registration as orders it, and the stamp of its person: what a seal begins with is random."""

    id: uuid.UUID
    stamp: bytes
    status: str
    waitlist_order: int | None
    arrival: int


async def known_words(
    rows: QuerySet[Registration], known: Known, *, opens: Callable[[Registration], Searchable]
) -> AsyncIterator[tuple[Brief, str]]:
    """Each of these rows and its words, in no order. Only those are opened that are new or were sealed anew."""
    async for part in slices(rows):
        stamped = part.annotate(stamp=RawSQL(_STAMP))
        briefs = [Brief(each[0], bytes(each[1]), *each[2:]) for each in await stamped.values_list(*_BRIEF)]
        stale = [each.id for each in briefs if known.get(each.id, (b"", ""))[0] != each.stamp]
        for start in range(0, len(stale), BREATH):
            some = Registration.filter(id__in=stale[start : start + BREATH]).only(*_OPENED)
            for row in await some:
                known[row.id] = (bytes(row.person[:_STAMP_BYTES]), words_of(opens(row)))
            await asyncio.sleep(0)
        for brief in briefs:
            if brief.id in known:
                yield brief, known[brief.id][1]


_STAMP_BYTES: Final = 13
_STAMP: Final = f'substr("registration"."person", 1, {_STAMP_BYTES})'
_BRIEF: Final = ("id", "stamp", "status", "waitlist_order", "arrival")


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


UNREADABLE: Final = Person(name="", address="", needs="", token="")
"""Who somebody is whose data cannot be opened."""


def person_or_blank(registration: Registration, *, vault: Vault, reader: Reader) -> Person:
    """For a list: who it is, or UNREADABLE, so that one row does not hide all others. Refuses what says nothing about
    the row: `NoKey`, `KeyringBusy` ..."""
    try:
        return reveal_person(registration, vault=vault, reader=reader)
    except Exception as error:
        if not is_about_the_row(error):
            raise
        return UNREADABLE
