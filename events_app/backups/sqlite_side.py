"""A SQLite file, read whole as it was at one moment, and filled whole or not at all."""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from events_app.backups.refusals import DatabaseNotEmpty
from events_app.backups.values import (
    Conversion,
    Table,
    bytes_as_text,
    bytes_of_text,
    converted,
    json_as_kept,
    json_as_value,
    moment_as_sqlite_keeps_it,
    moment_as_text,
    oldest_first,
    plain,
)
from events_app.database.address import NoDatabase
from events_app.database.migration import Migration
from events_app.database.sqlite_connect import connect
from events_app.database.sqlite_schema import applied, apply, check_references

OUT: Mapping[str, Conversion] = {"BLOB": bytes_as_text, "TIMESTAMP": moment_as_text, "JSON": json_as_value}
IN: Mapping[str, Conversion] = {
    "BLOB": bytes_of_text,
    "TIMESTAMP": moment_as_sqlite_keeps_it,
    "JSON": json_as_kept,
}
NOT_OURS = ("migration_applied", "sqlite_sequence")


class SqliteSide:
    """One connection, in one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def applied(self) -> dict[str, str]:
        return applied(self._connection)

    async def tables(self) -> list[Table]:
        """Each after those that it refers to."""
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [row["name"] for row in found if row["name"] not in NOT_OURS]
        references = {name: {row["table"] for row in self._ask("foreign_key_list", name)} for name in names}
        return [Table(name, tuple(self._types(name))) for name in oldest_first(names, references)]

    async def rows(self, table: Table) -> AsyncIterator[list[Any]]:
        conversions = self._conversions(table, OUT)
        for row in self._connection.execute(f'SELECT {_quoted(table)} FROM "{table.name}"'):  # noqa: S608 - ours
            yield converted(row, conversions)

    async def highest(self) -> dict[str, int]:
        """The highest number that was ever given out, by table."""
        known = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
        if known.fetchone() is None:
            return {}
        return dict(map(tuple, self._connection.execute("SELECT name, seq FROM sqlite_sequence")))

    async def migrate(self, migrations: Sequence[Migration]) -> None:
        apply(self._connection, migrations)

    async def write(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        blanks = ", ".join("?" * len(table.columns))
        conversions = self._conversions(table, IN)
        insert = f'INSERT INTO "{table.name}" ({_quoted(table)}) VALUES ({blanks})'  # noqa: S608 - ours
        self._connection.executemany(insert, [converted(row, conversions) for row in rows])

    async def count(self, table: str) -> int:
        return int(self._connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - ours

    async def give_out_after(self, table: str, number: int) -> None:
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number))

    async def run(self, sql: str) -> None:
        self._connection.execute(sql)

    async def check(self) -> None:
        check_references(self._connection)

    def _ask(self, pragma: str, table: str) -> list[sqlite3.Row]:
        return self._connection.execute(f'PRAGMA {pragma}("{table}")').fetchall()

    def _types(self, table: str) -> dict[str, str]:
        return {row["name"]: str(row["type"]) for row in self._ask("table_info", table)}

    def _conversions(self, table: Table, known: Mapping[str, Conversion]) -> list[Conversion]:
        types = self._types(table.name)
        return [known.get(types[column], plain) for column in table.columns]


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[SqliteSide]:
    """The file as it is now, while others go on writing: a read transaction of the write-ahead log.

    Refuses NoDatabase.
    """
    if not _is_there(path):
        raise NoDatabase(reason=f"there is no file {path}.")
    connection = connect(path, pragmas={"query_only": "ON"})
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # only a first question fixes the moment
        yield SqliteSide(connection)
    finally:
        connection.close()


@asynccontextmanager
async def filling(path: Path) -> AsyncIterator[SqliteSide]:
    """An empty file, filled when the block ends and empty as before when it fails. Refuses DatabaseNotEmpty."""
    was_there = _is_there(path)
    connection = connect(path, pragmas={"foreign_keys": "OFF"})
    done = False
    try:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
            raise DatabaseNotEmpty()
        yield SqliteSide(connection)
        connection.execute("COMMIT")
        done = True
    finally:
        connection.close()
        if not done and not was_there:
            _remove(path)


def _is_there(path: Path) -> bool:
    return path.exists()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _quoted(table: Table) -> str:
    return ", ".join(f'"{column}"' for column in table.columns)
