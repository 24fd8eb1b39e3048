"""Long work that cannot leave the event loop: in pieces, with breaths in which others are answered."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final, TypeVar

Thing = TypeVar("Thing")

PIECE: Final = 50
"""Things between two breaths: opening, sealing or reading so many people takes some milliseconds."""


async def with_breaths(things: Iterable[Thing], piece: int = PIECE) -> AsyncIterator[Thing]:
    """Each of them; after every `piece` the event loop may do what others wait for."""
    for place, each in enumerate(things, start=1):
        yield each
        if place % piece == 0:
            await asyncio.sleep(0)
