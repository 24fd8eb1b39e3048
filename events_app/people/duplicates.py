"""Who may be registered twice: living registrations with the same name or nearly the same address."""

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from tortoise.expressions import F, Q

from events_app.acts import Act
from events_app.folding import folded
from events_app.offload.breathing import with_breaths
from events_app.people.reading import Searchable, opened, person_or_blank, slices
from events_app.registrations.facts import NOBODY
from events_app.registrations.models import Registration
from events_app.registrations.rules import is_near


@dataclass(frozen=True)
class Pair:
    """Two registrations that may be one person, and why: 'name' or 'address'."""

    first: uuid.UUID
    second: uuid.UUID
    why: str


async def find_pairs(event_id: uuid.UUID, *, opens: Callable[[Registration], Searchable]) -> list[Pair]:
    """Who may be registered twice: living registrations with the same name or nearly the same address."""
    people: list[tuple[uuid.UUID, str, str, str]] = []
    async for row, person in opened(Registration.filter(event_id=event_id, live=1), opens=opens):
        local, _at, domain = person.address.casefold().rpartition("@")
        people.append((row.id, name_key(person.name), mailbox_key(local), domain))
    same_name, same_box = defaultdict[str, list[uuid.UUID]](list), defaultdict[str, list[Any]](list)
    async for person_id, name, box, domain in with_breaths(people, 250):
        if name:
            same_name[name].append(person_id)
        if box:
            same_box[box].append((person_id, domain))
    pairs = {
        (one[0], other[0]): "address"
        for group in same_box.values()
        for one, other in combinations(sorted(group), 2)
        if is_near(one[1], other[1])
    }
    for ids in same_name.values():
        pairs |= dict.fromkeys(pairwise(sorted(ids)), "name")  # of three, two pairs are enough to look at
    return [Pair(one, other, why) for (one, other), why in sorted(pairs.items())]


@dataclass(frozen=True)
class Unaddressed:
    """Living people who have no address to be known by: how many, by their name and that of whoever brought them."""

    numbers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def takes(self, name: str, leader: str) -> bool:
        """Whether this may be one of them; each is taken once, so that two of one name are two."""
        who = (name_key(name), name_key(leader))
        self.numbers[who] -= 1
        return self.numbers[who] >= 0


async def unaddressed(event_id: uuid.UUID, *, act: Act) -> Unaddressed:
    """Opens everybody of the event once (some 10 microseconds each)."""
    leaders, found = dict[uuid.UUID, str](), list[tuple[str, uuid.UUID | None]]()
    living_or_leading = Registration.filter(Q(live=1) | Q(party=F("id")), event_id=event_id)
    async for part in slices(living_or_leading):
        for row in await part.only("id", "event_id", "person", "party", "live"):
            person = person_or_blank(row, vault=act.vault, reader=act.by)
            if row.party == row.id:
                leaders[row.id] = person.name
            if row.live and person is not NOBODY and not person.address:
                found.append((person.name, row.party if row.party != row.id else None))
        await asyncio.sleep(0)
    keys = ((name_key(name), name_key(leaders.get(party, "") if party else "")) for name, party in found)
    return Unaddressed(Counter(keys))


def name_key(name: str) -> str:
    """Equal for two spellings of one name: folded, without punctuation, the words in any order."""
    bare = "".join(letter if letter.isalnum() else " " for letter in folded(name))
    return " ".join(sorted(bare.split()))


def mailbox_key(local: str) -> str:
    """What stands before the @, without dots and without what follows a plus: many providers ignore both."""
    return local.partition("+")[0].replace(".", "")
