"""Long work that cannot leave the event loop: in pieces, with breaths in which others are answered."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final, TypeVar

Thing = TypeVar("Thing")

TURNS: Final = 3
"""Of the event loop, in a breath: in so many a request that has come in is read, begun and answered."""

MOST_TURNS: Final = 12
"""Of a breath while somebody waits for an answer: whoever has to wait for what we hold does not wait for ever."""

PIECE: Final = 25
"""Things between two breaths: opening, sealing or reading so many people takes some two milliseconds."""

LATELY: Final = 0.25
"""Seconds for which somebody is about who asked for anything."""

AT_MOST: Final = 0.02
"""Seconds for which work that can wait does, for an answer that is under way; and who has waited longer for theirs (a
long download, a form that comes slowly) is not waited for."""

PAUSE: Final = 0.005
"""Seconds between two pieces of work that can wait, while somebody is about: a letter takes a third of that, and so
most of the processor is theirs."""


class Visitors:
    """Who asks and who waits for an answer: the server says so, and what works by itself goes slower for them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._asked_at = now, -math.inf
        self._waiting: dict[object, float] = {}

    def ask(self, who: object = None) -> None:
        """Somebody asks for something, and waits for it until they are `answered`."""
        self._asked_at = self._now()
        self._waiting.pop(who, None)
        self._waiting[who] = self._asked_at

    def answered(self, who: object = None) -> None:
        """They have all of it, or went away."""
        self._waiting.pop(who, None)

    @property
    def are_about(self) -> bool:
        return self._now() - self._asked_at < LATELY

    @property
    def are_waiting(self) -> bool:
        """Whether somebody has asked a moment ago and is being answered: the last who came, so that one who is served
        slowly does not hide the others, nor holds up anything."""
        last = next(reversed(self._waiting.values()), None)
        return last is not None and self._now() - last < AT_MOST


visitors: Final = Visitors()
"""Of this process."""


async def breathe(visitors: Visitors = visitors) -> None:
    """Let the event loop do what others wait for: some turns, and as many more as an answer needs that is under way."""
    for turn in range(MOST_TURNS):
        if turn >= TURNS and not visitors.are_waiting:
            return
        await asyncio.sleep(0)


BETWEEN_BATCHES: Final = 0.03
"""Seconds between two transactions of work that goes on in batches, while somebody is about: as long as each holds an
event's claim, so that who registers seldom waits for more than one."""


async def give_way(visitors: Visitors = visitors, *, pause: float = BETWEEN_BATCHES) -> None:
    """Between two pieces of work: visitors first. The next does not begin in the middle of somebody's answer."""
    await breathe(visitors)
    if visitors.are_about:
        await asyncio.sleep(pause)
        for _look in range(LOOKS):
            if not visitors.are_waiting:
                return
            await asyncio.sleep(AT_MOST / LOOKS)


LOOKS: Final = 20
"""Whether the answer has gone, in the time for which work waits for it."""


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
