"""What stands beside ours inside a process of its own, as bare as it can be said; prints one line of JSON."""

import asyncio
import json
import sqlite3
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path

from tortoise import Tortoise
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from tests.bench import by_hand
from tests.bench.acts import Told, crowd
from tests.bench.minimal import Event, Registration, make_event, settings_of, sqlite_url


def insert(path: Path, rows: int) -> Told:
    """One INSERT, one COMMIT, as durable as ours."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, name TEXT, address TEXT)")
        cpu, begun = time.process_time(), time.perf_counter()
        for number in range(rows):
            connection.execute("BEGIN")
            someone = (str(uuid.uuid4()), f"Nour {number}", f"guest{number}@example.org")
            connection.execute("INSERT INTO person VALUES (?, ?, ?)", someone)
            connection.execute("COMMIT")
        return {"each": (time.perf_counter() - begun) / rows, "cpu": (time.process_time() - cpu) / rows}


async def race(url: str, people: int, callers: int) -> Told:
    """Claim, count, insert in Tortoise's own `in_transaction`, with Tortoise's own backends."""
    await Tortoise.init(config=settings_of(url), _enable_global_fallback=True)
    try:
        await Tortoise.generate_schemas(safe=True)
        await Event.all().delete()
        event = await make_event(capacity=people // 2)

        async def take_place(number: int) -> None:
            async with in_transaction():
                await Event.filter(id=event.id).update(claims=F("claims") + 1)
                claimed = await Event.get(id=event.id)
                taken = await Registration.filter(event_id=event.id, status="confirmed").count()
                await Registration.create(
                    event_id=event.id,
                    name=f"Nour {number}",
                    address=f"guest{number}@example.org",
                    mode="in_person",
                    language="en",
                    needs="",
                    status="confirmed" if taken < claimed.capacity else "waitlisted",
                )

        told = await crowd(people, callers, take_place)
        confirmed = await Registration.filter(event_id=event.id, status="confirmed").count()
        return told | {"places": people // 2, "confirmed": confirmed}
    finally:
        await Tortoise.close_connections()


def main(name: str, *words: str) -> Told:
    if name == "race":
        where, *numbers = words
        return asyncio.run(race(where if "://" in where else sqlite_url(where), *map(int, numbers)))
    if name == "smtp":
        return asyncio.run(by_hand.letters(*map(int, words)))
    if name == "feed":
        return by_hand.feed(int(words[0]))
    sheet = {"csv": by_hand.csv_sheet, "xlsx": by_hand.xlsx_sheet, "search": by_hand.search}.get(name)
    if sheet is not None:
        return sheet(Path(words[0]))
    return {"insert": insert, "people": by_hand.people}[name](Path(words[0]), int(words[1]))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
