"""Who may be registered twice: living registrations with the same name or nearly the same address."""

import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from events_app.folding import folded
from events_app.people.reading import Searchable, opened
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
    for person_id, name, box, domain in people:
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


def name_key(name: str) -> str:
    """Equal for two spellings of one name: folded, without punctuation, the words in any order."""
    bare = "".join(letter if letter.isalnum() else " " for letter in folded(name))
    return " ".join(sorted(bare.split()))


def mailbox_key(local: str) -> str:
    """What stands before the @, without dots and without what follows a plus: many providers ignore both."""
    return local.partition("+")[0].replace(".", "")
