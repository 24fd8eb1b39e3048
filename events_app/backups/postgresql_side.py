"""A PostgreSQL database, read whole as it was at one moment, and filled whole or not at all."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from events_app.backups.refusals import DatabaseNotEmpty
from events_app.backups.values import (
    Conversion,
    Table,
    bytes_as_text,
    bytes_of_text,
    converted,
    day_of_text,
    id_of_text,
    json_as_kept,
    json_as_value,
    moment_as_text,
    moment_of_text,
    named_as_text,
    oldest_first,
    plain,
)
from events_app.database.asyncpg_schema import Connection, applied, apply, connected
from events_app.database.migration import Migration

OUT: Mapping[str, Conversion] = {
    "bytea": bytes_as_text,
    "timestamp with time zone": moment_as_text,
    "jsonb": json_as_value,
    "uuid": named_as_text,
    "date": named_as_text,
}
IN: Mapping[str, Conversion] = {
    "bytea": bytes_of_text,
    "timestamp with time zone": moment_of_text,
    "jsonb": json_as_kept,
    "uuid": id_of_text,
    "date": day_of_text,
    "boolean": bool,
}
NOT_OURS = ("migration_applied", "migration_lock")
AT_ONCE = 200
"""Rows that are fetched together."""

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_REFERENCES = """
SELECT younger.relname AS younger, older.relname AS older FROM pg_constraint
JOIN pg_class AS younger ON younger.oid = conrelid JOIN pg_class AS older ON older.oid = confrelid
WHERE contype = 'f'
"""
_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position
"""
_NUMBERED = """
SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
FROM information_schema.columns WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%'
"""


class PostgresqlSide:
    """One connection, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def applied(self) -> dict[str, str]:
        return await applied(self._connection)

    async def tables(self) -> list[Table]:
        """Each after those that it refers to."""
        names = [row["tablename"] for row in await self._connection.fetch(_TABLES)]
        references: dict[str, set[str]] = {}
        for row in await self._connection.fetch(_REFERENCES):
            references.setdefault(row["younger"], set()).add(row["older"])
        ordered = oldest_first([name for name in names if name not in NOT_OURS], references)
        return [Table(name, tuple(await self._types(name))) for name in ordered]

    async def rows(self, table: Table) -> AsyncIterator[list[Any]]:
        conversions = await self._conversions(table, OUT)
        query = f'SELECT {_quoted(table)} FROM "{table.name}"'  # noqa: S608 - ours
        async for row in self._connection.cursor(query, prefetch=AT_ONCE):
            yield converted(row, conversions)

    async def highest(self) -> dict[str, int]:
        """The highest number that was ever given out, by table."""
        found = {}
        for row in await self._connection.fetch(_NUMBERED):
            query = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {row['sequence']}"  # noqa: S608
            found[row["table_name"]] = int(await self._connection.fetchval(query))
        return found

    async def migrate(self, migrations: Sequence[Migration]) -> None:
        await apply(self._connection, migrations)

    async def write(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        blanks = ", ".join(f"${number}" for number in range(1, len(table.columns) + 1))
        conversions = await self._conversions(table, IN)
        insert = f'INSERT INTO "{table.name}" ({_quoted(table)}) VALUES ({blanks})'  # noqa: S608 - ours
        await self._connection.executemany(insert, [converted(row, conversions) for row in rows])

    async def count(self, table: str) -> int:
        return int(await self._connection.fetchval(f'SELECT COUNT(*) FROM "{table}"'))  # noqa: S608 - ours

    async def give_out_after(self, table: str, number: int) -> None:
        for row in await self._connection.fetch(_NUMBERED):
            if row["table_name"] == table and number:
                await self._connection.execute(
                    "SELECT setval($1::text::regclass, $2)", row["sequence"], number
                )

    async def run(self, sql: str) -> None:
        await self._connection.execute(sql)

    async def check(self) -> None:
        """PostgreSQL has looked at every row as it was written."""

    async def _types(self, table: str) -> dict[str, str]:
        found = await self._connection.fetch(_COLUMNS, table)
        return {row["column_name"]: row["data_type"] for row in found}

    async def _conversions(self, table: Table, known: Mapping[str, Conversion]) -> list[Conversion]:
        types = await self._types(table.name)
        return [known.get(types[column], plain) for column in table.columns]


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[PostgresqlSide]:
    """The database as it is now, while others go on writing."""
    async with (
        connected(url) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield PostgresqlSide(connection)


@asynccontextmanager
async def filling(url: str) -> AsyncIterator[PostgresqlSide]:
    """An empty database, filled when the block ends and empty as before when it fails. Refuses DatabaseNotEmpty."""
    async with connected(url) as connection, connection.transaction():
        if await connection.fetchrow(_TABLES) is not None:
            raise DatabaseNotEmpty()
        yield PostgresqlSide(connection)


def _quoted(table: Table) -> str:
    return ", ".join(f'"{column}"' for column in table.columns)
