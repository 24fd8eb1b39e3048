"""What works by itself: in one process at a time, and a part that cannot start keeps no other from working."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.clock import milliseconds
from events_app.mail.courier import Courier
from events_app.settings import Settings
from events_app.settings.sections import Database, Inbound, Mail, Storage
from events_app.settings.sections import Site as SiteSettings
from events_app.turn import Pulse
from events_app.work import STUCK_AFTER, Worker, at_work
from tests import make
from tests.databases import DatabaseUnderTest
from tests.mail.smtp import free_port

pytestmark = pytest.mark.anyio

A_MINUTE = 60_000


@pytest.fixture
def settings(database: DatabaseUnderTest, office: Office) -> Settings:
    return Settings(
        site=SiteSettings(base_url=make.BASE, languages=make.LANGUAGES),
        database=Database(url=database.url),
        mail=Mail(sender_address="events@example.org"),
        inbound=Inbound(address="events@example.org", host="127.0.0.1", port=free_port()),
        storage=Storage(office.vault.folder.parent),
    )


class Process:
    """As much of a process as a worker makes: which courier works in it."""

    def __init__(self, settings: Settings, office: Office) -> None:
        self.courier: Courier | None = None
        self.worker = Worker(settings, office, tell=self.tell)

    def tell(self, courier: Courier | None) -> None:
        self.courier = courier

    @property
    def works(self) -> bool:
        return self.courier is not None and self.courier.looked_at is not None


@asynccontextmanager
async def started(settings: Settings, office: Office) -> AsyncIterator[Process]:
    process = Process(settings, office)
    async with at_work(process.worker):
        yield process


async def until(happens: Callable[[], bool | Awaitable[bool]]) -> None:
    """The test's own limit of time ends what never happens."""
    while True:
        found = happens()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.01)


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_a_second_worker_never_works_beside_the_first_and_says_that_it_waits(
    settings: Settings, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async with started(settings, office) as first:
        await until(lambda: first.works)
        async with started(settings, office) as second:
            await until(lambda: "waits for its turn" in caplog.text)
            assert second.courier is None
            first.worker.stop()
            await until(lambda: second.works)
            assert first.courier is None

    assert caplog.text.count("waits for its turn") == 1
    assert caplog.text.count("this process works on the database now") == 1
    assert second.courier is None


async def test_whoever_works_leaves_marks_of_life_and_who_waits_leaves_none(
    settings: Settings, office: Office
) -> None:
    async with started(settings, office) as first:
        await until(lambda: first.works)
        (beat,) = await Pulse.all()
        await Pulse.all().delete()
        async with started(settings, office):
            waiting = await Pulse.all().count()

    assert abs(beat.beat_at - milliseconds(clock.now())) < A_MINUTE
    assert waiting == 0


async def test_a_part_that_hangs_is_never_covered_by_the_parts_that_do_not(
    settings: Settings, office: Office
) -> None:
    later, signs = [0.0], list[float]()
    process = Process(settings, office)
    process.worker = Worker(
        settings, office, tell=process.tell, lives=lambda: signs.append(later[0]), beat_every=0.01,
        monotonic=lambda: time.monotonic() + later[0],
    )  # fmt: skip

    async with at_work(process.worker):
        await until(lambda: process.works and len(signs) > 2)
        later[0] = STUCK_AFTER + 60  # and nothing has moved since
        hangs = process.worker.hangs()
        await asyncio.sleep(0.05)
        left = set(signs)

    assert hangs
    assert left == {0.0}


async def test_mail_that_comes_in_is_taken_by_the_one_that_works(settings: Settings, office: Office) -> None:
    port = settings.inbound.port

    async with started(settings, office) as first, started(settings, office):
        await until(lambda: first.works)
        await until(lambda: answers(port))
        first.worker.stop()
        await until(lambda: first.courier is None)
        await until(lambda: answers(port))

    assert not await answers(port)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield int(somebody.getsockname()[1])


async def test_a_port_that_is_taken_never_keeps_letters_from_leaving(
    settings: Settings, office: Office, taken_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(settings, inbound=replace(settings.inbound, port=taken_port))

    async with started(settings, office) as process:
        await until(lambda: process.works)
        await until(lambda: "mail cannot be taken in" in caplog.text)
