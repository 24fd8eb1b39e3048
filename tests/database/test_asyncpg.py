"""PostgreSQL: no connection is lost, errors say whether trying again helps, RETURNING returns."""

import asyncio
import logging

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from events_app.database import OutcomeUnknown, RetryableError, one_transaction, rows
from events_app.database.asyncpg import AsyncpgClient
from tests.database.toys import ToyEvent
from tests.databases import ENGINE, DatabaseUnderTest, run_sql

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(ENGINE != "postgresql", reason="about PostgreSQL itself")]

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def client() -> AsyncpgClient:
    found = get_connection("default")
    assert isinstance(found, AsyncpgClient)
    return found


def idle_connections() -> tuple[int, int]:
    """How many are free, and how many there are."""
    pool = client()._pool
    assert pool is not None
    return pool.get_idle_size(), pool.get_size()


async def test_hundreds_of_cancelled_transactions_give_every_connection_back(
    toys: DatabaseUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with in_transaction():
            await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
            await asyncio.sleep(0.001)

    with caplog.at_level(logging.WARNING):
        for number in range(600):
            task = asyncio.create_task(work())
            for _ in range(number % 40):
                await asyncio.sleep(0)
            if number % 5 == 0:
                await asyncio.sleep(0.001)
            task.cancel()
            await asyncio.wait([task])
        answers = await asyncio.gather(*(ToyEvent.all().count() for _ in range(30)))

    free, all_of_them = idle_connections()
    assert answers == [1] * 30
    assert free == all_of_them
    assert caplog.records == []


async def test_a_connection_that_is_lost_before_the_commit_may_be_tried_again(
    toys: DatabaseUnderTest,
) -> None:
    tries: list[int] = []

    @one_transaction
    async def action() -> None:
        tries.append(1)
        await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
        if len(tries) == 1:
            await run_sql(toys.url, END_OTHERS)
        await ToyEvent.create(title="Film", seats=1)

    await action()

    assert len(tries) == 2
    assert (await ToyEvent.get(id=1)).claims == 1


async def test_a_connection_that_is_lost_at_the_commit_is_not_tried_again(toys: DatabaseUnderTest) -> None:
    tries: list[int] = []

    @one_transaction
    async def action() -> None:
        tries.append(1)
        await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
        await run_sql(toys.url, END_OTHERS)

    with pytest.raises(OutcomeUnknown):
        await action()

    assert len(tries) == 1


async def test_returning_returns_rows_and_counts_are_counts(toys: DatabaseUnderTest) -> None:
    added, rows = await client().execute_query(
        "INSERT INTO toy_event (title, seats) VALUES ('a', 1), ('b', 2) RETURNING title, seats"
    )
    changed, none = await client().execute_query("UPDATE toy_event SET seats = $1", [5])

    assert (added, [tuple(row) for row in rows]) == (2, [("a", 1), ("b", 2)])
    assert (changed, none) == (3, [])


async def test_a_column_that_comes_meanwhile_is_no_error_of_the_next_action(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def claim() -> int:
        return len(
            await rows('UPDATE "toy_event" SET "claims" = "claims" + 1 WHERE "id" = $1 RETURNING *', 1)
        )

    await claim()
    await run_sql(toys.url, "ALTER TABLE toy_event ADD COLUMN later INT")
    try:
        assert await claim() == 1
    finally:
        await run_sql(toys.url, "ALTER TABLE toy_event DROP COLUMN later")


async def test_errors_come_as_ours(toys: DatabaseUnderTest) -> None:
    with pytest.raises(OperationalError):
        await client().execute_query("SELECT nothing FROM nowhere")
    with pytest.raises(OperationalError):
        await client().execute_query("SELECT 1/0")
    with pytest.raises(RetryableError):
        await client().execute_script("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
