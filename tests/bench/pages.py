"""The event page: kept, found true after a commit, just invalidated by one, personal."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

from tests.bench.client import Visitor, hammer, request_for, waits
from tests.bench.scale import Scale
from tests.bench.stage import Served, Stage
from tests.bench.table import Row, Sample, at_least, at_most, interleaved

TITLE = "Pages"
PATH = "/events/research-launch"


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    with stage.house(stage.seeded()) as house, Visitor(house.port) as visitor:
        size = len(visitor.get(PATH).body)
        with stage.minimal(size=size) as minimal:
            page, static = request_for(PATH), request_for("/static")
            yield from _kept(house, minimal, page, static, scale)
            yield from _rendered(house, minimal, page, scale)


def _kept(house: Served, minimal: Served, page: bytes, static: bytes, scale: Scale) -> Iterator[Row]:
    def crowd(server: Served, request: bytes) -> Callable[[], Sample]:
        def act() -> Sample:
            before = server.cpu()
            seconds = hammer(server.port, request, requests=scale.requests)
            return {"rate": scale.requests / seconds, "cpu": 1e3 * (server.cpu() - before) / scale.requests}

        act()  # a warm-up
        return act

    ours, beside = interleaved(scale.rounds, crowd(house, page), crowd(minimal, static))
    than = "a static Starlette page of the same size"
    yield Row("event page, kept: requests a second", ours["rate"], beside["rate"], "/s", than, at_least(0.5))
    yield Row("event page, kept: CPU a request", ours["cpu"], beside["cpu"], "ms", than)


def _rendered(house: Served, minimal: Served, page: bytes, scale: Scale) -> Iterator[Row]:
    """One visitor. A commit by another process comes before each of ours that is not personal.

    A kept page outlives a commit that changes nothing that it shows (`elsewhere`: the claims of events). So the page is
    also measured when its own words change (`invalidated`) and it has to be made anew, as the least app makes it.
    """
    personal = request_for(PATH, cookie="flash=info%7CThank%20you")

    def alone(server: Served, request: bytes, before_each: Callable[[], object]) -> Callable[[], Sample]:
        def act() -> Sample:
            before, answers = server.cpu(), waits(server.port, request)
            for _ in range(scale.rendered):
                before_each()
                next(answers)
            answers.close()
            return {"cpu": 1e3 * (server.cpu() - before) / scale.rendered}

        act()
        return act

    with closing(sqlite3.connect(house.folder / "data/events.db", isolation_level=None, timeout=15)) as other:
        acts = (
            alone(house, page, lambda: other.execute("UPDATE event_claim SET number = number + 1")),
            alone(
                house,
                page,
                lambda: other.execute("UPDATE event SET track = json_object('en', hex(randomblob(4)))"),
            ),
            alone(house, personal, lambda: None),
            alone(minimal, page, lambda: None),
        )
        elsewhere, invalidated, greeted, beside = interleaved(scale.rounds, *acts)
    than = "the least app, rendering"
    measured = {
        "after a commit elsewhere": elsewhere,
        "just invalidated": invalidated,
        "personal": greeted,
    }
    for what, ours in measured.items():
        yield Row(f"event page, {what}: CPU a request", ours["cpu"], beside["cpu"], "ms", than, at_most(1.5))
