"""Long work that cannot leave the event loop: in pieces, with breaths in which others are answered."""

import asyncio
from collections.abc import AsyncIterator, Iterable
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


class OneByOne:
    """`async with` it: what some milliseconds of work each is done by one of several at a time, a breath after each."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> None:
        await self._turn.acquire()

    async def __aexit__(self, *trouble: object) -> None:
        self._turn.release()
        await breathe()


async def with_breaths(things: Iterable[Thing], piece: int = PIECE) -> AsyncIterator[Thing]:
    """Each of them, with a breath after every `piece`."""
    for place, each in enumerate(things, start=1):
        yield each
        if place % piece == 0:
            await breathe()
