"""Opening, closing and asking: one URL for each engine."""

import asyncio

import pytest

from events_app.database import (
    close_database,
    data_version,
    is_sqlite,
    one_transaction,
    open_database,
    ping,
)
from events_app.database.connections import sqlite_path
from tests.database.toys import ToyEvent
from tests.databases import ENGINE, DatabaseUnderTest

pytestmark = pytest.mark.anyio


async def test_the_open_database_answers_and_says_what_it_is(toys: DatabaseUnderTest) -> None:
    await ping()

    assert is_sqlite() == (ENGINE == "sqlite")


async def test_it_answers_inside_a_transaction_too(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def ask() -> tuple[bool, int]:
        await ping()
        return is_sqlite(), await data_version()

    before = await data_version()
    answer, inside = await ask()
    after = await data_version()

    assert answer == (ENGINE == "sqlite")
    assert before <= inside <= after, "PostgreSQL's number also grows by itself, with the seconds"


async def test_what_this_process_commits_changes_the_data_version_at_once(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def write() -> None:
        await ToyEvent.create(title="Film", seats=1)

    versions = [await data_version()]
    await write()
    versions.append(await data_version())
    await ToyEvent.filter(id=1).update(seats=3)
    versions.append(await data_version())
    await ToyEvent.create(title="Talk", seats=1)
    versions.append(await data_version())

    assert sorted(set(versions)) == versions


async def test_tasks_that_were_there_before_see_the_database(toys: DatabaseUnderTest) -> None:
    await close_database()
    opened = asyncio.Event()

    async def early() -> int:
        await opened.wait()
        return await ToyEvent.all().count()

    task = asyncio.create_task(early())
    await asyncio.sleep(0)
    await open_database(toys.url, models=["tests.database.toys"])
    opened.set()

    assert await task == 1


async def test_closing_waits_for_the_transactions_under_way(toys: DatabaseUnderTest) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    @one_transaction
    async def slow() -> None:
        await ToyEvent.filter(id=1).update(seats=99)
        begun.set()
        await may_end.wait()

    running = asyncio.create_task(slow())
    await begun.wait()
    closing = asyncio.create_task(close_database())
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(running, closing)
    await open_database(toys.url, models=["tests.database.toys"])

    assert (await ToyEvent.get(id=1)).seats == 99


async def test_a_closed_database_can_be_opened_again_and_a_wrong_one_is_not_half_open(
    toys: DatabaseUnderTest,
) -> None:
    await close_database()

    with pytest.raises(Exception, match=r"unable to open|nowhere"):
        await open_database(
            f"{toys.url}/nowhere/x" if ENGINE == "sqlite" else toys.url.replace("events_test", "nowhere"),
            models=["tests.database.toys"],
        )
    await open_database(toys.url, models=["tests.database.toys"])

    assert await ToyEvent.all().count() == 1


async def test_closing_what_is_not_open_does_nothing(toys: DatabaseUnderTest) -> None:
    await close_database()
    await close_database()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:var/data/events.db", "var/data/events.db"),
        ("sqlite:/srv/events.db", "/srv/events.db"),
        ("sqlite:///srv/events.db", "/srv/events.db"),
    ],
)
def test_a_sqlite_url_names_a_file(url: str, path: str) -> None:
    assert sqlite_path(url) == path
