"""Long work in processes of their own: whatever one of them does, it is one failed task and never a broken pool."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from events_app.offload import pool
from events_app.offload.refusals import NeededTooMuch, TookTooLong, Undone
from tests.offload import tasks

pytestmark = [pytest.mark.engine_free, pytest.mark.anyio]

FOREIGN = pool.Limits(foreign=True)
A_MOMENT = pool.Limits(clock=1.0)
ONE_SECOND = pool.Limits(seconds=1)


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    pool.end_idle()
    yield
    pool.end_idle()


async def test_a_task_is_done_in_another_process() -> None:
    assert await pool.run(tasks.backwards, b"abc") == b"cba"
    assert int(await pool.run("tests.offload.tasks:pid")) != os.getpid()


async def test_a_worker_is_kept_for_the_next_task_and_ended_when_idle() -> None:
    first, second = await pool.run(tasks.pid), await pool.run(tasks.pid)
    pool.end_idle()

    assert first == second
    with pytest.raises(ProcessLookupError):
        os.kill(int(first), 0)


async def test_a_foreign_file_is_never_read_by_a_process_that_has_seen_or_will_see_another() -> None:
    kept = await pool.run(tasks.pid)
    foreign = [await pool.run(tasks.pid, limits=FOREIGN) for _ in range(2)]

    assert len({kept, *foreign}) == 3
    assert await pool.run(tasks.pid) == kept
    for each in foreign:
        with pytest.raises(ProcessLookupError):
            os.kill(int(each), 0)


@pytest.mark.parametrize(
    ("task", "said", "limits", "refusal"),
    [
        (tasks.devour, (), pool.Limits(), NeededTooMuch),
        (tasks.die, (signal.SIGKILL,), pool.Limits(), NeededTooMuch),
        (tasks.die, (signal.SIGTERM,), pool.Limits(), Undone),
        (tasks.toil, (), ONE_SECOND, TookTooLong),
        (tasks.sleep, (), A_MOMENT, TookTooLong),
        (tasks.stumble, ("Salma",), pool.Limits(), Undone),
        (tasks.blurt, (), pool.Limits(), Undone),
    ],
)
async def test_a_worker_that_dies_is_one_failed_task_and_never_a_broken_pool(
    task: object, said: tuple[object, ...], limits: pool.Limits, refusal: type[Undone]
) -> None:
    beside = asyncio.create_task(pool.run(tasks.backwards, b"beside"))

    with pytest.raises(refusal):
        await pool.run(task, *said, limits=limits)  # type: ignore[arg-type]

    assert await beside == b"ediseb"
    assert await pool.run(tasks.backwards, b"abc") == b"cba"


async def test_a_failed_task_never_tells_the_log_what_was_in_it(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Undone):
        await pool.run(tasks.stumble, "Salma")

    assert "ValueError at tasks.py" in caplog.text
    assert "Salma" not in caplog.text


async def test_what_a_library_prints_is_no_answer() -> None:
    assert await pool.run(tasks.chatter) == b"said"


async def test_a_worker_never_writes_a_file() -> None:
    with pytest.raises(Undone):
        await pool.run(tasks.write_down, b"Salma")


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed in /proc")
async def test_a_worker_never_has_the_servers_files_settings_or_database() -> None:
    os.environ["EVENTS_MAIL__PASSWORD"] = "secret"
    opened = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(opened, True)
    try:
        said = (await pool.run(tasks.what_is_here)).decode().split("\n")
    finally:
        os.close(opened)
        del os.environ["EVENTS_MAIL__PASSWORD"]

    assert set(said) <= {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "/dev/null"}


async def test_there_are_never_more_than_two() -> None:
    async with pool.talk(tasks.adder, 1):
        pids = await asyncio.gather(*(pool.run(tasks.pid) for _ in range(6)))

    assert len(set(pids)) == 1


async def test_a_talk_goes_on_with_the_same_worker_which_ends_with_it_and_what_it_was_lent() -> None:
    pid = await pool.run(tasks.pid)
    async with pool.talk(tasks.adder, 1) as talk:
        assert [await talk.say(each) for each in (1, 2, 3)] == [b"2", b"4", b"7"]

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert await pool.run(tasks.backwards, b"abc") == b"cba"


async def test_a_talk_that_is_left_is_stopped_with_its_process() -> None:
    pid = await pool.run(tasks.pid)
    with pytest.raises(RuntimeError):
        async with pool.talk(tasks.adder, 1):
            raise RuntimeError

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert await pool.run(tasks.backwards, b"abc") == b"cba"


async def test_a_talk_whose_worker_dies_is_refused_and_the_next_one_begins_anew() -> None:
    with pytest.raises(NeededTooMuch):
        async with pool.talk(tasks.adder, 1) as talk:
            await talk.say(2000)

    async with pool.talk(tasks.adder, 1) as talk:
        assert await talk.say(1) == b"2"


async def test_a_task_that_nobody_waits_for_any_more_leaves_no_process() -> None:
    pid = await pool.run(tasks.pid)
    asked = asyncio.create_task(pool.run(tasks.sleep))
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
