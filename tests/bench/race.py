"""Sixty-four at once: rate, the waiting of the unluckiest, and whether anybody got a place that was not there."""

import asyncio
import importlib.util
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.bench.scale import Scale
from tests.bench.stage import Stage, run, told_by
from tests.bench.table import Row, Sample, at_least, at_most, interleaved, not_measured
from tests.postgresql import WHEEL, Server

TITLE = "64 at once"
CALLERS = 64


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded()
    plain = stage.new_folder() / "plain.db"
    yield from _rows("SQLite", (), str(plain), folder=str(folder), scale=scale)
    if importlib.util.find_spec(WHEEL) is None:
        yield not_measured("64 at once on PostgreSQL", f"{WHEEL} is not installed")
        return
    server = Server()
    server.start()
    try:
        ours, beside = (database_of(server.url, name) for name in ("ours", "beside"))
        house = stage.new_folder() / "var"
        run("tests.bench.seeding", house, 0, 0, ours)
        yield from _rows("PostgreSQL", (ours,), beside, folder=str(house), scale=scale)
    finally:
        server.stop()


def _rows(engine: str, url: tuple[str, ...], plain: str, *, folder: str, scale: Scale) -> Iterator[Row]:
    whole, bare, beside = interleaved(
        scale.rounds,
        lambda: told_by("tests.bench.acts", "register", folder, scale.crowd, CALLERS, *url),
        lambda: told_by("tests.bench.acts", "count", folder, scale.crowd, CALLERS, *url),
        lambda: told_by("tests.bench.baselines", "race", plain, scale.crowd, CALLERS),
    )
    judged = engine == "SQLite"
    than = "the same statements in Tortoise's in_transaction"
    for what, ours in (("claim, count, insert", bare), ("the whole act", whole)):
        yield from _compared(
            f"{engine}, {what}", ours, beside, than if ours is bare else f"{than}, no letter", judged
        )


def _compared(what: str, ours: Sample, beside: Sample, than: str, judged: bool) -> Iterator[Row]:
    rate, wait = (at_least(5), at_most(0.2)) if judged else (None, None)
    yield Row(f"{what}: a second", ours["rate"], beside["rate"], "/s", than, rate)
    yield Row(f"{what}: p99 of waiting", 1e3 * ours["p99"], 1e3 * beside["p99"], "ms", than, wait)
    yield Row(f"{what}: confirmed", ours["confirmed"], ours["places"], "", "places", at_most(1))


def database_of(url: str, name: str) -> str:
    """A new database on the server; its URL."""

    async def make() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    asyncio.run(make())
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
