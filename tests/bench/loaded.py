"""A loaded event beside one that is not: 5,000 people, 2,000 in line, reminders, logos, long texts; on both engines."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.bench.client import Visitor, request_for, waits
from tests.bench.race import database_of
from tests.bench.scale import Scale
from tests.bench.stage import Served, Stage, run, told_by
from tests.bench.table import Row, Sample, at_most, interleaved, not_measured
from tests.postgresql import WHEEL, Server

TITLE = "Loaded"
LONGEST = 250
"""Milliseconds for which an act on a whole event may hold somebody else up."""
THAN = "the same at a small event"
COMPARED = {
    "join": ("a registration", 1.3),
    "wait": ("a registration that joins the line", 1.3),
    "leave": ("a cancellation, with who moves up", 2.0),
    "p99": ("64 at once, p99 of waiting", 1.5),
}


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded()
    yield from _rows("SQLite", folder, (), scale)
    yield from _conference_page(stage, folder, scale)
    if importlib.util.find_spec(WHEEL) is None:
        yield not_measured("a loaded event on PostgreSQL", f"{WHEEL} is not installed")
        return
    server = Server()
    server.start()
    try:
        url, house = database_of(server.url, "loaded"), stage.new_folder() / "var"
        run("tests.bench.seeding", house, 0, 0, url)
        yield from _rows("PostgreSQL", house, (url,), scale)
    finally:
        server.stop()


def _rows(engine: str, folder: Path, url: tuple[str, ...], scale: Scale) -> Iterator[Row]:
    told_by("tests.bench.crowded", "load", folder, scale.loaded, scale.loaded * 2 // 5, *url)
    (taken,) = interleaved(
        scale.rounds,
        lambda: told_by("tests.bench.crowded", "acts", folder, scale.registrations, scale.crowd // 2, *url),
    )
    for what, (words, most) in COMPARED.items():
        ours, beside = 1e3 * taken[what], 1e3 * taken[f"small_{what}"]
        yield Row(f"{engine}, {words}", ours, beside, "ms", THAN, at_most(most))
    ended = told_by("tests.bench.crowded", "cancel", folder, scale.loaded, 0, *url)
    what = f"{engine}, an event of {scale.loaded:,} called off: the longest that others wait"
    yield Row(what, 1e3 * ended["longest"], LONGEST, "ms", "the limit", at_most(1))
    yield Row(f"{engine}, until everybody has been told", ended["seconds"], None, "s", "")


def _conference_page(stage: Stage, folder: Path, scale: Scale) -> Iterator[Row]:
    """Made anew each time, because the visitor is greeted: nothing is kept of it."""
    with stage.house(folder) as house:

        def page(slug: str) -> Callable[[], Mapping[str, float]]:
            def act() -> Sample:
                request = request_for(f"/conferences/{slug}", cookie="flash=info%7CThank%20you")
                before, answers = house.cpu(), waits(house.port, request)
                for _ in range(max(2, scale.rendered // 15)):
                    next(answers)
                answers.close()
                return {"cpu": 1e3 * (house.cpu() - before) / max(2, scale.rendered // 15)}

            return act

        _is_there(house)
        ours, beside = interleaved(scale.rounds, page("with-logos"), page("without-logos"))
    what = f"a conference page of {scale.loaded // 25} events with four logos each: CPU"
    yield Row(what, ours["cpu"], beside["cpu"], "ms", "the same without logos", at_most(1.5))


def _is_there(house: Served) -> None:
    with Visitor(house.port) as visitor:
        for slug in ("with-logos", "without-logos"):
            answer = visitor.get(f"/conferences/{slug}")
            if answer.status != 200:
                raise RuntimeError(f"the page of {slug} answered {answer.status}")
