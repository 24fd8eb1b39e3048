"""The calendar feed of a conference: written anew, and unchanged."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

from tests.bench.client import Visitor, hammer, request_for, waits
from tests.bench.scale import Scale
from tests.bench.seeding import CONFERENCE
from tests.bench.stage import Served, Stage, told_by
from tests.bench.table import Row, Sample, at_least, at_most, interleaved

TITLE = "Feed"
PATH = f"/conferences/{CONFERENCE}.ics"


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    what = f"feed of {scale.events:,} events"
    ours, beside = interleaved(
        scale.rounds,
        lambda: told_by("tests.bench.acts", "feed", stage.folder, scale.events),
        lambda: told_by("tests.bench.baselines", "feed", scale.events),
    )
    by_hand = "a formatter by hand"
    yield Row(f"{what}, written: CPU", 1e3 * ours["cpu"], 1e3 * beside["cpu"], "ms", by_hand, at_most(2))
    folder = stage.seeded(events=scale.events)
    with stage.house(folder) as house, Visitor(house.port) as visitor:
        answer = visitor.get(PATH)
        (rebuilt,) = interleaved(scale.rounds, _rebuilt(house))
        than = f"{by_hand}, from memory"
        yield Row(
            f"{what}, asked for after a commit: CPU", 1e3 * rebuilt["cpu"], 1e3 * beside["cpu"], "ms", than
        )
        with stage.minimal(size=len(answer.body)) as minimal:
            kept = request_for(PATH), request_for("/static")
            unchanged = request_for(PATH, if_none_match=answer.headers["etag"]), request_for("/static")
            for asked, pair in (("kept bytes", kept), ("304", unchanged)):
                mine, static = interleaved(
                    scale.rounds, _crowd(house, pair[0], scale), _crowd(minimal, pair[1], scale)
                )
                than = "a static Starlette page of the same size"
                yield Row(
                    f"{what}, {asked}: a second", mine["rate"], static["rate"], "/s", than, at_least(0.5)
                )


def _crowd(server: Served, request: bytes, scale: Scale) -> Callable[[], Sample]:
    def act() -> Sample:
        return {"rate": scale.requests / 3 / hammer(server.port, request, requests=scale.requests // 3)}

    act()
    return act


def _rebuilt(house: Served) -> Callable[[], Sample]:
    """One request after a commit."""

    def act() -> Sample:
        with closing(
            sqlite3.connect(house.folder / "data/events.db", isolation_level=None, timeout=15)
        ) as other:
            other.execute("UPDATE event_claim SET number = number + 1")
        before, answers = house.cpu(), waits(house.port, request_for(PATH))
        next(answers)
        answers.close()
        return {"cpu": house.cpu() - before}

    act()
    return act
