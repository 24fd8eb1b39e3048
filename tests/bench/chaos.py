"""The chaos hour, shortened: people register, cancel and are written to while everything fails. Run when it is named.

For some minutes (`--minutes`) the server is killed and stopped, its disk is full, the mail server is away and the clock
jumps. At the end nobody has a place that is not there, nothing that was acknowledged is missing, no letter has come
twice unless it is listed as perhaps sent twice, and the desk or the page has said each trouble in words.
"""

import asyncio
import random
import resource
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from events_app.addresses import kept
from events_app.database import close_database, open_database
from events_app.mail.models import Letter
from events_app.registrations.models import Registration
from events_app.vault import Vault
from events_app.work import MODELS
from tests.bench.crowds import Organizer, Registrants, World
from tests.bench.scale import Scale
from tests.bench.seeding import database_url
from tests.bench.stage import Process, Stage, event_id_of, started, wait_for_page
from tests.bench.table import Row, at_least, at_most
from tests.mail.smtp import SmtpServer, free_port

TITLE = "Chaos"
SLUG, PLACES = "research-launch", 60
CALM = 90.0
"""Seconds in which whatever waits has to leave when all is well again."""
EVERY = 12.0
"""Seconds from one trouble to the next."""


class House:
    """The server, ended and started again."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        self.port, self.folder = free_port(), folder
        self.wrong = folder.parent / "wrong-clock"
        self.set_clock(0)
        self._settings = {
            "EVENTS_SERVER__PORT": str(self.port),
            "EVENTS_STORAGE__DIRECTORY": str(folder),
            "EVENTS_DATABASE__URL": database_url(folder),
            "EVENTS_MAIL__SENDER_ADDRESS": "events@example.org",
            "EVENTS_MAIL__HOST": "127.0.0.1",
            "EVENTS_MAIL__PORT": str(mail_port),
        }

    def set_clock(self, wrong_by: float) -> None:
        """Whole at once: somebody looks at it all the time."""
        whole = self.wrong.with_suffix(".new")
        whole.write_text(str(wrong_by))
        whole.replace(self.wrong)

    def jump(self, seconds: float) -> None:
        self.set_clock(float(self.wrong.read_text()) + seconds)

    @contextmanager
    def running(self) -> Iterator[Process]:
        with started(
            "tests.bench.jumping", self.wrong, "serve", "--empty", environ=self._settings
        ) as process:
            wait_for_page(self.port, "/healthz", process)
            yield process


@dataclass
class Troubles:
    """What goes wrong, in an order that chance makes, each as often as the others."""

    house: House
    smtp: SmtpServer
    chance: random.Random
    happened: Counter[str] = field(default_factory=Counter)

    def each(self) -> Iterator[str]:
        while True:
            names = ["kill", "stop", "disk", "mail", "clock"]
            self.chance.shuffle(names)
            yield from names

    def disk(self, process: Process) -> None:
        """No file of the server may grow or be written past its first page; then there is room again."""
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, most))
        time.sleep(EVERY / 2)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))

    def mail(self, process: Process) -> None:
        self.smtp.stop()
        time.sleep(EVERY)
        self.smtp.start()

    def clock(self, process: Process) -> None:
        """Ahead by up to half an hour, or back by up to ten minutes."""
        self.house.jump(self.chance.choice((30, 300, 1800, -30, -600)))


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded()
    _make_few_places(folder)
    with SmtpServer() as smtp:
        house = House(folder, smtp.port)
        troubles = Troubles(house, smtp, random.Random(time.time_ns()))
        world = World(house.port, event_id_of(folder, SLUG), SLUG, smtp)
        people = [Registrants(world, number) for number in range(3)]
        organizer = Organizer(world)
        for each in (*people, organizer):
            each.start()
        _fail_for(scale.minutes * 60, troubles)
        world.over.set()
        for each in (*people, organizer):
            each.join(120)
        house.jump(1200)  # whoever pauses wakes up
        with house.running():
            _wait_for_calm(folder)
        yield from _rows(world, troubles, asyncio.run(_found(folder, world)), smtp)


def _fail_for(seconds: float, troubles: Troubles) -> None:
    """Start the server again whenever it has ended."""
    until, names = time.monotonic() + seconds, troubles.each()
    while time.monotonic() < until:
        with troubles.house.running() as process:
            while time.monotonic() < until:
                time.sleep(EVERY / 2)
                name = next(names)
                troubles.happened[name] += 1
                if name in ("kill", "stop"):
                    (process.kill if name == "kill" else process.terminate)()
                    process.wait(60)
                    break
                getattr(troubles, name)(process)


def _make_few_places(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "data/events.db")) as database, database:
        database.execute(
            "UPDATE event SET capacity_in_person = ?, keeps_waitlist = 1 WHERE slug = ?", (PLACES, SLUG)
        )


def _wait_for_calm(folder: Path) -> None:
    until = time.monotonic() + CALM
    while time.monotonic() < until:
        with closing(sqlite3.connect(folder / "data/events.db", timeout=15)) as database:
            query = "SELECT COUNT(*) FROM letter WHERE state IN ('queued', 'sending') AND due_at IS NOT NULL"
            if not database.execute(query).fetchone()[0]:
                return
        time.sleep(1)


@dataclass(frozen=True)
class Found:
    """What the database holds at the end. lost: acknowledged, and not there."""

    confirmed: int
    lost: list[str]
    waiting: int
    doubtful: frozenset[str]
    twice: int


async def _found(folder: Path, world: World) -> Found:
    vault = Vault(folder)
    vault.open()
    await open_database(database_url(folder), models=MODELS)
    try:
        rows = await Registration.filter(event_id=world.event_id)
        there = {bytes(row.address_index) for row in rows}
        index = {each: vault.blind_index(world.event_id, kept(each)) for each in world.acknowledged}
        letters = await Letter.all()
        kinds = Counter((letter.thread, letter.kind) for letter in letters if letter.kind in ONCE)
        living = Counter(bytes(row.address_index) for row in rows if row.live)
        return Found(
            confirmed=sum(1 for row in rows if row.seated),
            lost=[each for each, mark in index.items() if mark not in there],
            waiting=sum(1 for letter in letters if letter.state in ("queued", "sending")),
            doubtful=frozenset(str(letter.message_id) for letter in letters if letter.doubts),
            twice=sum(n > 1 for n in kinds.values()) + sum(n > 1 for n in living.values()),
        )
    finally:
        await close_database()
        vault.close()


ONCE = ("registrations.confirmed", "registrations.waitlisted")


def _rows(world: World, troubles: Troubles, found: Found, smtp: SmtpServer) -> Iterator[Row]:
    came = Counter(letter.message_id for letter in smtp.letters)
    doubled = [each for each, n in came.items() if n > 1 and each not in found.doubtful]
    there = len(world.acknowledged) - len(found.lost)
    happened = ", ".join(f"{name} {n}" for name, n in sorted(troubles.happened.items()))
    print(f"troubles: {happened}; answers: {dict(world.answers)}; lost: {found.lost[:5]}", file=sys.stderr)
    yield Row("acknowledged, and there", there, len(world.acknowledged), "", "acknowledged", at_least(1))
    yield Row("confirmed", found.confirmed, PLACES, "", "places", at_most(1))
    yield Row(
        "people and first letters that are there once", 1 if not found.twice else 0, 1, "", "all", at_least(1)
    )
    yield Row(
        "letters that came once, or are listed",
        len(came) - len(doubled),
        len(came),
        "",
        "letters",
        at_least(1),
    )
    yield Row("cancelled", world.answers["cancelled"], world.answers["confirmed"], "", "registered")
    yield Row("exports that came whole", world.answers["exported"], world.answers["exports"], "", "tried")
    yield Row("letters to all", world.answers["written"], world.answers["mailings"], "", "tried")
    yield Row("letters that wait when it is calm", found.waiting, len(came), "", "letters that came")
    expected = {"disk": "full disk", "mail": "mail server away"}
    for name, words in expected.items():
        if troubles.happened[name]:
            yield Row(
                f"said in words: {words}", min(1, world.said[name]), 1, "", "at least once", at_least(1)
            )
