"""Applying migrations to a PostgreSQL database: all of them in one transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from events_app import clock
from events_app.database.address import address_of, in_words
from events_app.database.hosts import Hosts
from events_app.database.migration import Migration, missing

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_TABLES = """
CREATE TABLE IF NOT EXISTS migration_applied (name TEXT PRIMARY KEY, checksum TEXT, applied_at TEXT);
CREATE TABLE IF NOT EXISTS migration_lock (id INT PRIMARY KEY);
INSERT INTO migration_lock VALUES (1) ON CONFLICT DO NOTHING;
"""
_LOCK = 20_261_122  # any number; advisory locks are per database
_ATTEMPTS = 5


async def migrate_postgresql(url: str, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is missing; the names of what was applied. Safe when several processes start at once.

    The advisory lock keeps them apart before there is any table; the lock row also does so on databases of
    PostgreSQL's family whose advisory locks are none, where making the tables may collide: then it is tried
    again. Refuses what `missing` refuses.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        async with connected(url) as connection:
            try:
                async with connection.transaction():
                    return await apply(connection, migrations)
            except (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.SerializationError):
                if attempt == _ATTEMPTS:
                    raise
    raise AssertionError("unreachable")


async def apply(connection: Connection, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is missing inside the caller's transaction; the names."""
    if not missing(migrations, await applied(connection)):
        return []
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    await connection.execute(_TABLES)
    await connection.execute("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE")
    wanted = missing(migrations, await applied(connection))  # asked again: now nobody else can
    for migration in wanted:
        for statement in migration.statements("postgresql"):
            await connection.execute(statement.sql)
        await connection.execute(
            "INSERT INTO migration_applied VALUES ($1, $2, $3)",
            migration.name,
            migration.checksum,
            clock.now().isoformat(" "),
        )
    return [migration.name for migration in wanted]


async def applied(connection: Connection) -> dict[str, str]:
    """Which migrations the database has had: name -> checksum."""
    if await connection.fetchval("SELECT to_regclass('migration_applied')") is None:
        return {}
    return {row["name"]: row["checksum"] for row in await connection.fetch("SELECT * FROM migration_applied")}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """A connection of one's own. Refuses NoDatabase."""
    with in_words():
        connection = await Hosts(address_of(url)).connect()
    try:
        yield connection
    finally:
        await connection.close()
