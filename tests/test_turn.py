"""The lock of those who work: one at a time, on both engines, and given up by whoever dies."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from events_app.turn import FileLock, beat, lock_of, silent_minutes
from tests.databases import ENGINE, DatabaseUnderTest, run_sql
from tests.make import NOW

pytestmark = pytest.mark.anyio


async def test_two_never_have_it_at_once(database: DatabaseUnderTest) -> None:
    first, second = lock_of(database.url), lock_of(database.url)

    assert await first.take()
    assert not await second.take()
    assert (await first.is_ours(), await second.is_ours()) == (True, False)
    await first.release()
    assert await second.take()
    await second.release()


async def test_everybody_can_ask_whether_somebody_has_it(database: DatabaseUnderTest) -> None:
    mine, asks = lock_of(database.url), lock_of(database.url)

    before = await asks.is_taken()
    await mine.take()
    meanwhile = await asks.is_taken()
    await mine.release()

    assert (before, meanwhile) == (False, True)
    while await asks.is_taken():  # noqa: ASYNC110 - PostgreSQL drops it when it has seen the connection end
        await asyncio.sleep(0.01)


@pytest.mark.skipif(ENGINE == "sqlite", reason="a file's lock ends with its process alone")
async def test_a_lock_that_the_server_has_forgotten_is_not_ours_any_more(database: DatabaseUnderTest) -> None:
    lock = lock_of(database.url)
    await lock.take()

    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = CURRENT_DATABASE())"
    )
    await run_sql(database.url, ended)

    assert not await lock.is_ours()
    assert await lock.take()
    await lock.release()


async def test_whoever_hangs_is_silent_from_the_third_minute_on(database: DatabaseUnderTest) -> None:
    before = await silent_minutes(NOW)
    await beat(NOW - timedelta(hours=1))
    await beat(NOW)

    silent = [await silent_minutes(NOW + timedelta(minutes=each)) for each in (-60, 1, 3, 4, 90)]

    assert (before, silent) == (0, [0, 0, 0, 4, 90])


@pytest.mark.engine_free
async def test_to_ask_for_a_lock_makes_no_file(tmp_path: Path) -> None:
    lock = FileLock(str(tmp_path / "events.db-worker"))

    assert not await lock.is_taken()
    assert [*tmp_path.iterdir()] == []  # noqa: ASYNC240
