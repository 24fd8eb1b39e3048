"""Long work that cannot leave the event loop: in pieces, with breaths in which others are answered."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final, TypeVar

Thing = TypeVar("Thing")

TURNS: Final = 3
"""Of the event loop, in a breath: in so many a request that has come in is read, begun and answered."""

PIECE: Final = 25
"""Things between two breaths: opening, sealing or reading so many people takes some two milliseconds."""


async def breathe() -> None:
    """Let the event loop do what others wait for."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


LATELY: Final = 0.25
"""Seconds for which somebody is about who asked for anything."""

PAUSE: Final = 0.005
"""Seconds between two pieces of work that can wait, while somebody is about: a letter takes a third of that, and so
most of the processor is theirs."""


class Visitors:
    """Whether somebody is about: the server says who asks, and what works by itself goes slower for them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._asked_at = now, -math.inf

    def ask(self) -> None:
        """Somebody asks for something."""
        self._asked_at = self._now()

    @property
    def are_about(self) -> bool:
        return self._now() - self._asked_at < LATELY


visitors: Final = Visitors()
"""Of this process."""


BETWEEN_BATCHES: Final = 0.03
"""Seconds between two transactions of work that goes on in batches, while somebody is about: as long as each holds an
event's claim, so that who registers seldom waits for more than one."""


async def give_way(visitors: Visitors = visitors, *, pause: float = BETWEEN_BATCHES) -> None:
    """Between two pieces of work: visitors first."""
    await breathe()
    if visitors.are_about:
        await asyncio.sleep(pause)


class OneByOne:
    """`async with` it: what some milliseconds of work each is done by one of several at a time, a breath after each,
    and a pause while visitors are about: they come first."""

    def __init__(self, visitors: Visitors = visitors, *, pause: float = PAUSE) -> None:
        self._turn, self._visitors, self._pause = asyncio.Lock(), visitors, pause

    async def turn(self) -> None:
        """One's turn comes, and is passed on at once: of many who were woken together, one goes on after another."""
        async with self:
            pass

    async def __aenter__(self) -> None:
        await self._turn.acquire()

    async def __aexit__(self, *trouble: object) -> None:
        try:
            await give_way(self._visitors, pause=self._pause)
        finally:
            self._turn.release()


async def with_breaths(things: Iterable[Thing], piece: int = PIECE) -> AsyncIterator[Thing]:
    """Each of them, with a breath after every `piece`."""
    for place, each in enumerate(things, start=1):
        yield each
        if place % piece == 0:
            await breathe()
