"""What visitors wait while somebody at the desk has long work done: their page and their registration, beside rest."""

import asyncio
import importlib.util
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count, islice
from statistics import quantiles

import asyncpg

from tests.bench.client import Visitor, request_for, waits
from tests.bench.race import database_of
from tests.bench.registrations import fields_of, register_one
from tests.bench.scale import Scale
from tests.bench.seeding import CROWD
from tests.bench.stage import Served, Stage, event_id_of, run, sign_in
from tests.bench.table import Row, at_most, not_measured
from tests.postgresql import WHEEL, Server

TITLE = "Patience"
PAGE = "/events/research-launch"
PAGES_BETWEEN = 4
REST = 60
"""Registrations at rest, each after so many pages as `PAGES_BETWEEN`."""

_numbers = count(1)
Act = Callable[[], None]


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    with _sqlite(stage, scale.people) as (house, desk):
        yield from _during(house, f"export of {scale.people:,} as CSV", desk.exports("csv"))
        yield from _during(house, f"export of {scale.people:,} as XLSX", desk.exports("xlsx"))
    with _sqlite(stage, scale.searched) as (house, desk):
        yield from _searched(house, desk, f"in {scale.searched:,}")
    with stage.mail_server() as port, _sqlite(stage, scale.loaded, mail_port=port) as (house, desk):
        yield from _during(house, f"mailing to {scale.loaded:,}", desk.mails)
        yield from _during(house, f"import of {scale.loaded:,}", desk.imports(scale.loaded))
    if importlib.util.find_spec(WHEEL) is None:
        yield not_measured("the same on PostgreSQL", f"{WHEEL} is not installed")
        return
    with stage.mail_server() as port, _postgresql(stage, scale.searched, mail_port=port) as (house, desk):
        yield from _searched(house, desk, f"in {scale.searched:,}, PostgreSQL")
        yield from _during(house, f"mailing to {scale.searched:,}, PostgreSQL", desk.mails)


def _searched(house: Served, desk: "Desk", where: str) -> Iterator[Row]:
    yield from _during(house, f"ten searches {where}", desk.searches)
    yield from _during(house, f"every order and filter {where}", desk.looks_through)


@contextmanager
def _sqlite(stage: Stage, people: int, *, mail_port: int = 0) -> Iterator["tuple[Served, Desk]"]:
    folder = stage.seeded(people=people)
    with stage.house(folder, mail_port=mail_port) as house:
        yield house, Desk(house, event_id_of(folder, CROWD))


@contextmanager
def _postgresql(stage: Stage, people: int, *, mail_port: int) -> Iterator["tuple[Served, Desk]"]:
    server = Server()
    server.start()
    try:
        url, folder = database_of(server.url, "patience"), stage.new_folder() / "var"
        run("tests.bench.seeding", folder, people, 0, url)
        with stage.house(folder, mail_port=mail_port, environ={"EVENTS_DATABASE__URL": url}) as house:
            yield house, Desk(house, asyncio.run(_event_id_in(url)))
    finally:
        server.stop()


async def _event_id_in(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SELECT id FROM event WHERE slug = $1", CROWD))
    finally:
        await connection.close()


def _during(house: Served, what: str, act: Act) -> Iterator[Row]:
    """The act once beside visitors, who have been there for a while."""
    visits = _visits(house)
    rest = list(islice(visits, REST))
    failed: list[BaseException] = []
    working = threading.Thread(target=_caught, args=(act, failed))
    begun = time.perf_counter()
    working.start()
    busy = [next(visits)]
    while working.is_alive():
        busy.append(next(visits))
    seconds = time.perf_counter() - begun
    visits.close()
    if failed:
        raise failed[0]
    for place, seen, goal in ((0, "a page", 3), (1, "a registration", 2)):
        mine, beside = (_p99([times[place] for times in some]) for some in (busy, rest))
        name = f"{what} ({seconds:.1f} s): {seen}, 99th percentile"
        yield Row(name, 1e3 * mine, 1e3 * beside, "ms", "at rest", at_most(goal))


def _caught(act: Act, failed: list[BaseException]) -> None:
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - told by whoever waits for the thread
        failed.append(error)


def _visits(house: Served) -> Generator[tuple[list[float], list[float]], None, None]:
    """Some pages, then a registration: the seconds of each."""
    pages = waits(house.port, request_for(PAGE), between=0.002)
    try:
        while True:
            looked = list(islice(pages, PAGES_BETWEEN))
            begun = time.perf_counter()
            register_one(house, fields_of(next(_numbers)))
            yield looked, [time.perf_counter() - begun]
    finally:
        pages.close()


def _p99(some: list[list[float]]) -> float:
    numbers = [each for times in some for each in times]
    return quantiles(numbers, n=100)[-1] if len(numbers) > 1 else numbers[0]


class Desk:
    """The organizer who has long work done."""

    def __init__(self, house: Served, event_id: str) -> None:
        self._house, self._cookie = house, sign_in(house)
        self._base = f"/desk/events/{event_id}"

    def exports(self, kind: str) -> Act:
        def act() -> None:
            with Visitor(self._house.port, cookie=self._cookie) as visitor:
                if not sum(map(len, visitor.stream(f"{self._base}/registrations.{kind}"))):
                    raise RuntimeError("the export was empty")

        return act

    def searches(self) -> None:
        """As somebody types: ten searches."""
        with Visitor(self._house.port, cookie=self._cookie) as visitor:
            for end in range(1, 11):
                self._expect(200, visitor.get(f"{self._base}/registrations?q={'guest12345'[:end]}").status)

    def looks_through(self) -> None:
        """The list in each order, and by words and a filter together."""
        with Visitor(self._house.port, cookie=self._cookie) as visitor:
            for asked in (
                "sort=name",
                "sort=status",
                "sort=line",
                "mode=online&q=guest",
                "language=ar&sort=name",
            ):
                self._expect(200, visitor.get(f"{self._base}/registrations?{asked}").status)

    def mails(self) -> None:
        with Visitor(self._house.port, cookie=self._cookie) as visitor:
            token = self._token(visitor)
            words = {f"{part}_{code}": "Bring a pen" for part in ("subject", "body") for code in ("en", "ar")}
            whom = {"status": "all", "mode": "all", "language": "all", "rest": ""}
            draft = visitor.post(f"{self._base}/write", words | whom | token)
            self._expect(303, draft.status)
            path = draft.headers["location"]
            mark = re.search(r'name="mark" value="([\w.]+)"', visitor.get(path).body.decode())
            if mark is None:
                raise RuntimeError("the letter cannot be sent")
            self._expect(303, visitor.post(f"{path}/sending", {"mark": mark[1]} | token).status)
            while "Refresh" in visitor.get(path).body.decode():
                time.sleep(0.2)

    def imports(self, people: int) -> Act:
        rows = "".join(f"Nour Khalil {n},listed{n}@example.org\n" for n in range(people))

        def act() -> None:
            with Visitor(self._house.port, cookie=self._cookie) as visitor:
                token = self._token(visitor)
                said = {"pasted": f"Name,E-mail\n{rows}"} | token
                path = visitor.post(f"{self._base}/import", said).headers["location"]
                chosen = {
                    "columns-0": "name", "columns-1": "address", "language": "en", "mode": "in_person",
                    "places": "line", "heading": "1", "encoding": "utf-8", "delimiter": "comma",
                }  # fmt: skip
                self._expect(303, visitor.post(path, chosen | token).status)
                self._expect(200, visitor.get(f"{path}/check").status)
                done = visitor.post(f"{path}/registrations", {"writes": "yes"} | token)
                self._expect(303, done.status)
                while "Refresh" in visitor.get(done.headers["location"]).body.decode():
                    time.sleep(0.2)

        return act

    def _token(self, visitor: Visitor) -> dict[str, str]:
        found = re.search(r'name="form_token" value="([^"]+)"', visitor.get(self._base).body.decode())
        if found is None:
            raise RuntimeError("nobody is signed in")
        return {"form_token": found[1]}

    def _expect(self, wanted: int, status: int) -> None:
        if status != wanted:
            raise RuntimeError(f"the desk answered {status}, not {wanted}")
