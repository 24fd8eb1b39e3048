"""Work that cannot leave the event loop: one piece at a time, visitors first."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from events_app.offload.breathing import (
    AT_MOST,
    LATELY,
    MOST_TURNS,
    TURNS,
    OneByOne,
    Visitors,
    breathe,
    give_way,
    with_breaths,
)

pytestmark = [pytest.mark.anyio, pytest.mark.engine_free]


LONG = 3600.0


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def is_soon_done(work: Coroutine[Any, Any, None]) -> bool:
    """Whether it takes no more than some turns of the event loop."""
    task = asyncio.create_task(work)
    for _turn in range(10):
        await asyncio.sleep(0)
    soon = task.done()
    task.cancel()
    await asyncio.wait([task])
    return soon


async def turns_while(work: "asyncio.Task[None]") -> int:
    """How often others had their turn before it was done."""
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    return turns


async def test_of_many_who_are_woken_together_never_two_work_in_one_turn() -> None:
    gate, at_work = OneByOne(Visitors()), list[int]()
    turn = 0

    async def sender() -> None:
        await gate.turn()
        at_work.append(turn)

    senders = [asyncio.create_task(sender()) for _ in range(8)]
    while len(at_work) < len(senders):
        turn += 1
        await asyncio.sleep(0)

    assert len(set(at_work)) == len(senders)


async def test_work_that_can_wait_pauses_while_somebody_is_about_and_never_for_nobody() -> None:
    visitors = Visitors(Clock())
    gate = OneByOne(visitors, pause=LONG)

    assert await is_soon_done(gate.turn())
    visitors.ask()
    assert not await is_soon_done(gate.turn())


async def test_between_two_batches_there_is_a_pause_while_somebody_is_about_and_never_for_nobody() -> None:
    visitors = Visitors(Clock())

    assert await is_soon_done(give_way(visitors, pause=LONG))
    visitors.ask()
    assert not await is_soon_done(give_way(visitors, pause=LONG))


def test_somebody_who_asked_a_while_ago_is_not_about_any_more() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    about = [visitors.are_about]

    visitors.ask()
    about.append(visitors.are_about)
    clock.now += LATELY
    about.append(visitors.are_about)

    assert about == [False, True, False]


async def test_work_that_can_wait_never_begins_in_the_middle_of_somebodys_answer() -> None:
    visitors = Visitors(Clock())
    visitors.ask("a page")

    assert not await is_soon_done(give_way(visitors, pause=0))
    visitors.answered("a page")
    assert await is_soon_done(give_way(visitors, pause=0))


async def test_who_is_answered_slowly_never_holds_up_work_nor_hides_who_comes_after() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    visitors.ask("a long download")
    clock.now += 2 * AT_MOST
    waiting = [visitors.are_waiting]

    visitors.ask("a page")
    waiting.append(visitors.are_waiting)
    visitors.answered("a page")
    waiting.append(visitors.are_waiting)

    assert waiting == [False, True, False]


async def test_work_goes_on_however_long_others_ask_without_a_pause() -> None:
    visitors = Visitors(Clock())  # whose clock stands still: somebody has always just asked
    visitors.ask("one after another")

    async with asyncio.timeout(LONG):
        await give_way(visitors, pause=0)


async def test_a_breath_lasts_until_the_answer_has_gone_and_never_for_ever() -> None:
    visitors = Visitors(Clock())
    nobody = await turns_while(asyncio.create_task(breathe(visitors)))
    visitors.ask("who waits for what the work holds")
    somebody = await turns_while(asyncio.create_task(breathe(visitors)))

    assert (nobody, somebody) == (TURNS + 1, MOST_TURNS + 1)


async def test_others_have_their_turn_after_every_piece() -> None:
    async def work() -> None:
        async for _each in with_breaths(range(100), 10):
            pass

    assert await turns_while(asyncio.create_task(work())) >= 30
