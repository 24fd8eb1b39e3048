"""Counts the rows that transactions read on SQLite, and makes many rows like one to be passed by."""

import sqlite3
import uuid
from types import TracebackType
from typing import Any, cast

import pytest
from tortoise.connection import get_connection

from events_app.database.sqlite import SqliteClient
from events_app.registrations.models import Registration
from tests.databases import ENGINE

needs_sqlite = pytest.mark.skipif(ENGINE != "sqlite", reason="rows are counted on SQLite's own connection")


class RowsRead:
    """`with RowsRead() as read: ...; read.number`: the rows that came out of the connection that transactions use."""

    def __enter__(self) -> "RowsRead":
        self.number = 0
        self._connection = cast(SqliteClient, get_connection("default")).writer.connection
        self._before = self._connection.row_factory
        self._connection.row_factory = self._counted
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.row_factory = self._before

    def _counted(self, cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> sqlite3.Row:
        self.number += 1
        return sqlite3.Row(cursor, row)


class StepsTaken:
    """`with StepsTaken() as taken: ...; taken.number`: the instructions of SQLite's machine in transactions, by which
    rows count that are passed and never come out."""

    def __enter__(self) -> "StepsTaken":
        self.number = 0
        self._connection = cast(SqliteClient, get_connection("default")).writer.connection
        self._connection.set_progress_handler(self._step, 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.set_progress_handler(None, 1)

    def _step(self) -> int:
        self.number += 1
        return 0


async def many_like(first: Registration, people: int, **columns: Any) -> list[Registration]:
    """So many more rows like this one. Nobody can open who they are: they are there to be passed by."""
    latest = await Registration.filter(event_id=first.event_id).order_by("-arrival").first()
    assert latest is not None
    taken = {name: getattr(first, name) for name in Registration._meta.db_fields - {"id"}} | columns
    made = []
    for number in range(1, people + 1):
        row_id = uuid.uuid4()
        alone = {"address_index": row_id.bytes * 2, "token_digest": row_id.bytes * 2, "party": None}
        row = Registration(id=row_id, **{**taken, **alone, "arrival": latest.arrival + number})
        if row.waitlist_order is not None:
            row.waitlist_order += number
        made.append(row)
    await Registration.bulk_create(made)
    return made
