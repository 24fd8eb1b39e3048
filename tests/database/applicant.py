"""A process of its own that applies for seats: `python -m tests.database.applicant URL NAME HOW_MANY`.

Waits for a line on its standard input, so that several begin at once; prints how often each outcome came.
"""

import asyncio
import json
import sys
import uuid
from collections import Counter

from tortoise.expressions import F

from events_app.database import close_database, one_transaction, open_database
from events_app.errors import Conflict
from tests.database.toys import ToyEvent, ToyGuest


class Full(Conflict):
    sentence = "No seat is left."


@one_transaction
async def apply(mark: bytes) -> None:
    """A transaction that counts begins with a write."""
    await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
    event = await ToyEvent.get(id=1)
    if await ToyGuest.filter(event_id=1, live=True).count() >= event.seats:
        raise Full
    await ToyGuest.create(id=uuid.uuid4(), event_id=1, mark=mark, live=True)


@one_transaction
async def read_then_write(mark: bytes) -> None:
    """The order that fails on SQLite when a transaction begins as a reader."""
    number = await ToyGuest.filter(event_id=1).count()
    await asyncio.sleep(0)
    await ToyGuest.create(id=uuid.uuid4(), event_id=1, mark=mark + number.to_bytes(4), live=None)


async def main(url: str, name: str, how_many: int) -> None:
    await open_database(url, models=["tests.database.toys"])
    print("ready", flush=True)
    sys.stdin.readline()
    action = apply if name.startswith("apply") else read_then_write
    marks = [f"{name} {number}".encode() for number in range(how_many)]
    outcomes = await asyncio.gather(*(action(mark) for mark in marks), return_exceptions=True)
    print(json.dumps(Counter("done" if each is None else type(each).__name__ for each in outcomes)))
    await close_database()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
