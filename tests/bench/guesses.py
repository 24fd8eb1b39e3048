"""Does the time of an answer tell who is registered? How probable it is that a known address takes longer than another.

A half says nothing. What is compared is that probability, or its complement, whichever is more, with a half.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count

from tests.bench.client import Visitor
from tests.bench.scale import Scale
from tests.bench.seeding import CROWD, ORGANIZER
from tests.bench.stage import Served, Stage, event_id_of
from tests.bench.table import Row, at_most

TITLE = "What the time of an answer tells"
MOST = 0.60
"""What an observer may be right with, of each pair."""

_strangers = count(1)
Ask = Callable[[Visitor, bool, int], None]
"""Asks about somebody who is known, or not; the number is of the pair."""


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded(people=scale.pairs + 10)
    event_id = event_id_of(folder, CROWD)
    with closing(sqlite3.connect(folder / "data/events.db", timeout=30)) as database, ExitStack() as stack:
        with database:  # nobody agrees to a text here
            database.execute("UPDATE event SET consent_version = 0 WHERE slug = ?", (CROWD,))
        house = stack.enter_context(stage.house(folder))
        yield _told(house, scale, "mail me my link", _link)
        yield _told(house, scale, "another address", _new_address(event_id))
        yield _told(house, scale, "registering", _register(repeated=False))
        yield _told(house, scale, "registering again and again", _register(repeated=True))

        def forgetting() -> None:  # else the tenth known try would be the last
            with database:
                database.execute("DELETE FROM sign_in_tries")

        yield _told(house, scale, "signing in", _sign_in, before=forgetting)


def _told(
    house: Served, scale: Scale, what: str, ask: Ask, *, before: Callable[[], None] = lambda: None
) -> Row:
    """Pairs in an order that chance decides, each by a visitor of their own network."""
    chance = random.Random(7)
    took: dict[bool, list[float]] = {True: [], False: []}
    for pair in range(scale.pairs):
        for known in chance.sample([True, False], 2):
            with Visitor(house.port) as visitor:
                before()
                visitor.get("/healthz")  # the connection stands
                begun = time.perf_counter()
                ask(visitor, known, pair)
                took[known].append(time.perf_counter() - begun)
    slower = _probability(took[True], took[False])
    row = f"{what}: the known takes longer in {100 * slower:.0f} of 100"
    return Row(row, max(slower, 1 - slower), 0.5, "", "a coin", at_most(MOST / 0.5))


def _probability(known: list[float], unknown: list[float]) -> float:
    """That one of the first takes longer than one of the second (Mann and Whitney's U, as a share)."""
    longer = sum((one > other) + (one == other) / 2 for one in known for other in unknown)
    return longer / (len(known) * len(unknown))


def _stranger() -> str:
    return f"stranger{next(_strangers)}@example.org"


def _link(visitor: Visitor, known: bool, pair: int) -> None:
    address = f"guest{pair}@example.org" if known else _stranger()
    _expect(visitor, f"/events/{CROWD}/mine", {"address": address}, 303)


def _new_address(event_id: str) -> Ask:
    """Somebody registered asks for many addresses: of the others, and of nobody."""

    def ask(visitor: Visitor, known: bool, pair: int) -> None:
        address = f"guest{pair + 7}@example.org" if known else _stranger()
        _expect(visitor, f"/registrations/token{pair + 1}-{event_id}/address", {"address": address}, 303)

    return ask


def _register(*, repeated: bool) -> Ask:
    def ask(visitor: Visitor, known: bool, pair: int) -> None:
        someone = f"guest{1 if repeated else pair}@example.org" if known else _stranger()
        typed = {"name": "Nour Khalil", "address": someone, "mode": "in_person", "language": "en"}
        _expect(visitor, f"/events/{CROWD}/register", typed | {"needs": ""}, 303)

    return ask


def _sign_in(visitor: Visitor, known: bool, pair: int) -> None:
    address = ORGANIZER if known else _stranger()
    _expect(visitor, "/desk/sign-in", {"address": address, "passphrase": "some wrong words"}, 403)


def _expect(visitor: Visitor, path: str, fields: dict[str, str], status: int) -> None:
    answer = visitor.post(path, fields)
    if answer.status != status:
        raise RuntimeError(f"{path} answered {answer.status}")
