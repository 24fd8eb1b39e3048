"""The trial of a list: what importing it would do, without writing a thing."""

import secrets
import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from events_app.acts import Act
from events_app.addresses import kept
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.imports.rules import Candidate, Choice, Place, places_of, plan_of
from events_app.offload.breathing import with_breaths
from events_app.optouts.actions import opted_out_of
from events_app.people.duplicates import Unaddressed, unaddressed
from events_app.registrations.actions.registering import REFUSAL_AT
from events_app.registrations.models import ErasedMark, Registration
from events_app.registrations.places import pool_of
from events_app.registrations.rules import Status


@dataclass(frozen=True)
class Forecast:
    """What importing a list would do, and does when it is imported under the same conditions.

    `new` people have a place, a status and an address index each. `twice` pairs a row with the earlier one that has the
    same address; `known` are rows of people registered already, `erased` those of people who had asked to be erased
    from this event; all are left out. `missing` people can neither sit nor wait. `unwanted` of the new people have said
    that they want no letters, so none is sent to them.
    """

    new: Sequence[Candidate]
    places: Sequence[Place]
    statuses: Sequence[Status]
    indexes: Sequence[bytes]
    twice: Sequence[tuple[int, int]]
    known: Sequence[int]
    erased: Sequence[int]
    missing: int
    unwanted: int = 0

    def count(self, status: Status, mode: str) -> int:
        return sum(
            each == status and line.applicant.mode == mode
            for line, each in zip(self.new, self.statuses, strict=True)
        )

    @property
    def without_address(self) -> int:
        return sum(not line.applicant.address for line in self.new)


async def forecast(event_id: uuid.UUID, lines: Sequence[Candidate], *, wish: Choice, act: Act) -> Forecast:
    """What importing these people would do now. Refuses `EventOver` and `EventCalledOff`."""
    event = await Event.find(event_id)
    refuse_what_is_over(event, act=act)
    sieve = await _sieve_of(event, lines, wish=wish, act=act)
    async for line in with_breaths(lines):
        sieve.take(line)
    places = places_of(sieve.new)
    plan = plan_of(places, await free_seats(event))
    opted_out = await opted_out_of(event, vault=act.vault)
    return Forecast(
        sieve.new,
        places,
        [plan.status(place) for place in places],
        sieve.indexes,
        sieve.twice,
        sieve.known,
        sieve.erased,
        plan.too_many if wish.everybody or not event.keeps_waitlist else 0,
        len([1 async for line in with_breaths(sieve.new) if line.applicant.address in opted_out]),
    )


async def _sieve_of(event: Event, lines: Sequence[Candidate], *, wish: Choice, act: Act) -> "_Sieve":
    living = Registration.filter(event_id=event.id, live=1)
    taken = {bytes(index) for index in await living.values_list("address_index", flat=True)}
    marked = ErasedMark.filter(event_id=event.id)
    marks = set() if wish.brings_back else set(map(bytes, await marked.values_list("mark", flat=True)))
    may_be_here = any(not line.applicant.address for line in lines)
    here = await unaddressed(event.id, act=act) if may_be_here else Unaddressed()
    return _Sieve(event, act, taken, marks, here)


@dataclass
class _Sieve:
    """Parts those who are new from those who are here already, are there twice, or had asked to be erased."""

    event: Event
    act: Act
    taken: Set[bytes]
    marks: Set[bytes]
    here: Unaddressed
    first: dict[bytes, int] = field(default_factory=dict)
    new: list[Candidate] = field(default_factory=list)
    indexes: list[bytes] = field(default_factory=list)
    twice: list[tuple[int, int]] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)

    def take(self, line: Candidate) -> None:
        index = self._index_of(line.applicant.address)
        if index in self.marks and index not in self.taken:
            self.erased.append(line.number)
        elif not line.lives:
            self._is_new(line, index)
        elif index in self.first:
            self.twice.append((line.number, self.first[index]))
        else:
            self.first[index] = line.number
            if self._is_here(line, index):
                self.known.append(line.number)
            else:
                self._is_new(line, index)

    def _index_of(self, address: str) -> bytes:
        """Whoever has no address is like nobody."""
        if not address:
            return secrets.token_bytes(32)
        return self.act.vault.blind_index(str(self.event.id), kept(address))

    def _is_here(self, line: Candidate, index: bytes) -> bool:
        asked = line.applicant
        return index in self.taken or (not asked.address and self.here.takes(asked.name, line.leader))

    def _is_new(self, line: Candidate, index: bytes) -> None:
        self.new.append(line)
        self.indexes.append(index)


def refuse_what_is_over(event: Event, *, act: Act) -> None:
    """Refuses `EventOver` and `EventCalledOff`."""
    opening = event.opening(act.now)
    if opening in {Opening.PAST, Opening.CANCELLED}:
        raise REFUSAL_AT[opening]()


async def free_seats(event: Event) -> Mapping[str, int | None]:
    """By way of taking part; None where they have no end. Whoever waits needs more than are free."""
    return {mode.value: (await pool_of(event, mode.value)).free for mode in event.modes}
