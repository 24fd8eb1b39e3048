"""One action, one transaction: kept whole, undone whole, tried again, never half done."""

import asyncio
import logging

import pytest
from tortoise.connection import get_connection
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from events_app.database import OutcomeUnknown, RetryableError, after_commit, one_transaction, until_certain
from events_app.database.failures import DatabaseAway, Patience, TransactionOver
from events_app.database.transactions import finish_transactions
from events_app.errors import Conflict
from tests.database.toys import ToyEvent
from tests.databases import ENGINE, DatabaseUnderTest

pytestmark = pytest.mark.anyio
only_postgresql = pytest.mark.skipif(ENGINE != "postgresql", reason="SQLite has one writer: nothing collides")


class Full(Conflict):
    sentence = "%(title)s is full."


async def titles() -> list[str]:
    return [str(title) for title in await ToyEvent.all().order_by("id").values_list("title", flat=True)]


@one_transaction
async def write(title: str) -> int:
    made = await ToyEvent.create(title=title, seats=1)
    return int(made.id)


@one_transaction
async def write_and_refuse(title: str) -> None:
    await ToyEvent.create(title=title, seats=1)
    raise Full(title=title)


async def test_what_an_action_did_is_kept_when_it_returns(toys: DatabaseUnderTest) -> None:
    number = await write("Film")

    assert (await ToyEvent.get(id=number)).title == "Film"


async def test_a_refusal_leaves_nothing_behind(toys: DatabaseUnderTest) -> None:
    with pytest.raises(Full, match="Film is full"):
        await write_and_refuse("Film")

    assert await titles() == ["Panel"]


async def test_an_action_inside_another_is_undone_with_it(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def both() -> None:
        await write("inner")
        raise Full(title="outer")

    with pytest.raises(Full):
        await both()

    assert await titles() == ["Panel"]


async def test_an_inner_action_that_refuses_undoes_only_itself(toys: DatabaseUnderTest) -> None:
    done: list[str] = []

    @one_transaction
    async def inner() -> None:
        after_commit(lambda: done.append("inner"))
        await write_and_refuse("inner")

    @one_transaction
    async def outer() -> None:
        await write("before")
        after_commit(lambda: done.append("outer"))
        with pytest.raises(Full):
            await inner()
        await write("after")

    await outer()

    assert await titles() == ["Panel", "before", "after"]
    assert done == ["outer"]


async def test_a_broken_constraint_inside_leaves_the_outer_transaction_usable(
    toys: DatabaseUnderTest,
) -> None:
    @one_transaction
    async def take_a_number_twice() -> None:
        await ToyEvent.create(id=1, title="again", seats=1)

    @one_transaction
    async def outer() -> None:
        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            await take_a_number_twice()
        await write("after")

    await outer()

    assert await titles() == ["Panel", "after"]


async def test_callbacks_run_after_the_commit_in_order(toys: DatabaseUnderTest) -> None:
    done: list[str] = []

    @one_transaction
    async def action() -> None:
        after_commit(lambda: done.append("first"))
        after_commit(lambda: done.append("second"))
        await write("Film")
        done.append("end of the action")

    await action()

    assert done == ["end of the action", "first", "second"]


async def test_a_callback_may_start_a_task_that_works_on_its_own(toys: DatabaseUnderTest) -> None:
    tasks: list[asyncio.Task[int]] = []

    @one_transaction
    async def action() -> None:
        after_commit(lambda: tasks.append(asyncio.create_task(write("later"))))

    await action()
    await tasks[0]

    assert await titles() == ["Panel", "later"]


async def test_callbacks_of_an_undone_transaction_are_dropped(toys: DatabaseUnderTest) -> None:
    done: list[str] = []

    @one_transaction
    async def action() -> None:
        after_commit(lambda: done.append("never"))
        raise Full(title="Film")

    with pytest.raises(Full):
        await action()

    assert done == []


async def test_outside_any_transaction_a_callback_runs_at_once(toys: DatabaseUnderTest) -> None:
    done: list[str] = []

    after_commit(lambda: done.append("now"))

    assert done == ["now"]


async def test_a_callback_that_fails_does_not_undo_what_was_committed(
    toys: DatabaseUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    @one_transaction
    async def action() -> None:
        after_commit(lambda: [].pop())
        await write("Film")

    with caplog.at_level(logging.ERROR):
        await action()

    assert await titles() == ["Panel", "Film"]
    assert [record.message for record in caplog.records] == [
        "a callback after COMMIT failed; what was committed stays"
    ]


async def test_an_action_is_run_again_when_the_database_asks_for_it(toys: DatabaseUnderTest) -> None:
    done: list[str] = []

    @one_transaction
    async def action() -> None:
        after_commit(lambda: done.append("committed"))
        await write("Film")
        done.append("tried")
        if done.count("tried") < 3:
            raise RetryableError("collision")

    await action()

    assert done == ["tried", "tried", "tried", "committed"]
    assert await titles() == ["Panel", "Film"]


async def test_an_action_is_run_at_most_five_times(toys: DatabaseUnderTest) -> None:
    tries: list[int] = []

    @one_transaction
    async def action() -> None:
        tries.append(1)
        raise RetryableError("collision")

    with pytest.raises(RetryableError):
        await action()

    assert len(tries) == 5


async def test_an_outcome_that_nobody_knows_is_looked_up_and_never_written_twice(
    toys: DatabaseUnderTest,
) -> None:
    async def write_and_lose_the_answer() -> str:
        await write("Film")
        raise OutcomeUnknown("the connection was lost during COMMIT")

    async def look() -> str:
        return ", ".join(await titles())

    assert await until_certain(write_and_lose_the_answer, look) == "Panel, Film"


@pytest.mark.parametrize("second", [DatabaseAway("gone"), OutcomeUnknown("lost again")])
async def test_what_cannot_be_looked_up_stays_unknown(toys: DatabaseUnderTest, second: Exception) -> None:
    async def lose() -> str:
        raise OutcomeUnknown("the first answer")

    async def fail() -> str:
        raise second

    with pytest.raises(OutcomeUnknown, match="the first answer"):
        await until_certain(lose, fail)


@pytest.mark.engine_free
async def test_nobody_waits_for_a_database_longer_than_an_outage_may_last() -> None:
    patience = Patience(seconds=0.01)
    await patience.wait_out(ConnectionRefusedError())

    with pytest.raises(DatabaseAway):
        await patience.wait_out(ConnectionRefusedError())


@only_postgresql
async def test_a_serialization_failure_is_tried_again(toys: DatabaseUnderTest) -> None:
    tries: list[int] = []
    both_have_read = asyncio.Barrier(2)

    @one_transaction
    async def count_and_write(title: str) -> None:
        tries.append(1)
        await get_connection("default").execute_query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        known = await ToyEvent.all().count()
        if len(tries) <= 2:
            await both_have_read.wait()
        await ToyEvent.create(title=f"{title} saw {known}", seats=1)

    await asyncio.gather(count_and_write("one"), count_and_write("other"))

    assert len(tries) == 3
    assert sorted(title[-5:] for title in (await titles())[1:]) == ["saw 1", "saw 2"]


@only_postgresql
async def test_a_deadlock_is_tried_again(toys: DatabaseUnderTest) -> None:
    other = await write("Film")
    tries: list[int] = []
    both_hold_one = asyncio.Barrier(2)

    @one_transaction
    async def claim(first: int, second: int) -> None:
        tries.append(1)
        await ToyEvent.filter(id=first).update(claims=F("claims") + 1)
        if len(tries) <= 2:
            await both_hold_one.wait()
        await ToyEvent.filter(id=second).update(claims=F("claims") + 1)

    await asyncio.gather(claim(1, other), claim(other, 1))

    assert len(tries) == 3
    assert [event.claims for event in await ToyEvent.all()] == [2, 2]


async def test_a_caller_that_goes_away_does_not_stop_the_transaction(toys: DatabaseUnderTest) -> None:
    written, may_end = asyncio.Event(), asyncio.Event()

    @one_transaction
    async def action() -> None:
        await write("Film")
        written.set()
        await may_end.wait()
        await write("Talk")

    caller = asyncio.create_task(action())
    await written.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    may_end.set()
    await finish_transactions()

    assert await titles() == ["Panel", "Film", "Talk"]


async def test_an_error_that_nobody_waits_for_is_logged(
    toys: DatabaseUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    @one_transaction
    async def action() -> None:
        begun.set()
        await may_end.wait()
        raise LookupError("lost")

    caller = asyncio.create_task(action())
    await begun.wait()
    caller.cancel()
    await asyncio.wait([caller])
    may_end.set()
    await finish_transactions()
    await asyncio.sleep(0)

    assert [record.message for record in caplog.records] == ["a transaction failed after its caller had gone"]


async def test_a_task_that_outlives_its_transaction_is_refused(toys: DatabaseUnderTest) -> None:
    over = asyncio.Event()
    tasks: list[asyncio.Task[int]] = []

    async def later() -> int:
        await over.wait()
        return await ToyEvent.all().count()

    @one_transaction
    async def action() -> None:
        tasks.append(asyncio.create_task(later()))

    await action()
    over.set()

    with pytest.raises(TransactionOver):
        await tasks[0]


async def test_statements_gathered_inside_a_transaction_belong_to_it(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def action() -> None:
        await asyncio.gather(*(ToyEvent.create(title=f"{number}", seats=1) for number in range(5)))
        raise Full(title="all")

    with pytest.raises(Full):
        await action()

    assert await titles() == ["Panel"]


async def test_reading_does_not_wait_for_a_transaction_and_sees_what_is_committed(
    toys: DatabaseUnderTest,
) -> None:
    written, may_end = asyncio.Event(), asyncio.Event()

    @one_transaction
    async def action() -> None:
        await write("Film")
        written.set()
        await may_end.wait()

    writer = asyncio.create_task(action())
    await written.wait()
    seen_meanwhile = await titles()
    may_end.set()
    await writer

    assert seen_meanwhile == ["Panel"]
    assert await titles() == ["Panel", "Film"]


async def test_many_statements_in_one_transaction_let_others_run(toys: DatabaseUnderTest) -> None:
    turns: list[int] = []

    async def other() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    @one_transaction
    async def action() -> None:
        for _ in range(100):
            await ToyEvent.filter(id=1).update(claims=F("claims") + 1)

    busy = asyncio.create_task(other())
    await asyncio.sleep(0)
    before = len(turns)
    await action()
    busy.cancel()

    assert len(turns) > before + 4


async def test_cancelling_hundreds_of_transactions_anywhere_loses_nothing(toys: DatabaseUnderTest) -> None:
    async def work() -> None:
        async with in_transaction():
            await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
            await ToyEvent.all().count()
            await ToyEvent.create(title="never kept", seats=1)
            await asyncio.sleep(0.001)
            raise Full(title="Film")

    await _storm(work, 450)
    await asyncio.gather(*(write(f"{number}") for number in range(20)))

    assert sorted(await titles()) == sorted(["Panel", *map(str, range(20))])
    assert (await ToyEvent.get(id=1)).claims == 0


async def test_cancelling_commits_keeps_each_transaction_whole_or_not_at_all(toys: DatabaseUnderTest) -> None:
    async def work() -> None:
        async with in_transaction():
            await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
            await ToyEvent.create(title="kept", seats=1)

    await _storm(work, 450)
    await write("last")

    assert (await ToyEvent.get(id=1)).claims == await ToyEvent.filter(title="kept").count()


async def test_cancelling_single_statements_loses_no_connection(toys: DatabaseUnderTest) -> None:
    async def work() -> None:
        await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
        await ToyEvent.bulk_create([ToyEvent(title="many", seats=number) for number in range(3)])
        await ToyEvent.all().count()

    await _storm(work, 450)
    await asyncio.gather(*(write(f"{number}") for number in range(20)))

    assert await ToyEvent.filter(title="many").count() % 3 == 0


async def _storm(work: object, size: int) -> None:
    """Start them eight at a time and cancel each after another number of the loop's turns."""
    assert callable(work)
    for start in range(0, size, 8):
        tasks = [asyncio.create_task(work()) for _ in range(8)]
        for number, task in enumerate(tasks):
            for _ in range((start + number) % 13):
                await asyncio.sleep(0)
            if number % 3 == 0:
                await asyncio.sleep(0.001)
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled() and not isinstance(task.exception(), Full | None):
                task.result()
