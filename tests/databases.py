"""Databases for tests, on the engine that TEST_DB names: one for each worker, emptied for each test."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from events_app.database.address import address_of
from tests.postgresql import HELP, Server

ENGINE = os.environ.get("TEST_DB", "sqlite")


KEPT = ("migration_applied", "migration_lock", "sqlite_sequence")


@dataclass(frozen=True)
class DatabaseUnderTest:
    """The open database of a test. `url` opens it in other processes too."""

    url: str
    engine: str


def start_server() -> Server | None:
    """Before the workers start: a server for all of them, when PostgreSQL is wanted and none is named."""
    if ENGINE not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"TEST_DB is sqlite or postgresql, not {ENGINE!r}")
    if ENGINE == "sqlite" or "TEST_POSTGRES_URL" in os.environ:
        return None
    server = Server()
    server.start()
    os.environ["TEST_POSTGRES_URL"] = server.url
    return server


async def make_database(name: str, folder: Path) -> str:
    """A new database with nothing in it; its URL."""
    if ENGINE == "sqlite":
        return f"sqlite:{folder / name}.db"
    if "TEST_POSTGRES_URL" not in os.environ:
        raise RuntimeError(HELP)
    await _order(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    parts = urlsplit(os.environ["TEST_POSTGRES_URL"])
    return urlunsplit(parts._replace(path=f"/{name}"))


async def drop_database(name: str) -> None:
    """SQLite's file goes with its folder."""
    if ENGINE == "postgresql":
        await _order(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def run_sql(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Statements, one after another, on a connection of their own; the rows of the last one."""
    if ENGINE == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None, timeout=15)) as file:
            for statement in statements:
                rows = file.execute(statement).fetchall()
            return [tuple(row) for row in rows]
    connection = await connect_to(url)
    try:
        for statement in statements:
            found = await connection.fetch(statement)
        return [tuple(row) for row in found]
    finally:
        await connection.close()


async def connect_to(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(address_of(url).hosts[0])


async def tables_youngest_first(url: str) -> list[str]:
    """The tables that hold rows, each before those it refers to."""
    if ENGINE == "sqlite":
        names = await run_sql(url, "SELECT name FROM sqlite_master WHERE type = 'table'")
        query = "SELECT '{0}', \"table\" FROM pragma_foreign_key_list('{0}')"
        references = [pair for (name,) in names for pair in await run_sql(url, query.format(name))]
    else:
        names = await run_sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        references = await run_sql(
            url,
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f'",
        )
    tables = sorted(str(name) for (name,) in names if name not in KEPT)
    return _ordered(tables, {(str(one).strip('"'), str(other).strip('"')) for one, other in references})


async def empty(url: str, tables: Sequence[str]) -> None:
    """Delete every row of the tables, in that order."""
    if tables:
        await run_sql(url, "BEGIN", *(f'DELETE FROM "{table}"' for table in tables), "COMMIT")


def _ordered(tables: list[str], references: set[tuple[str, str]]) -> list[str]:
    """Youngest first. Tables that refer to each other in a circle would need another way of emptying them."""
    ordered: list[str] = []
    left = list(tables)
    while left:
        needed = {older for younger, older in references if younger in left and younger != older}
        free = [name for name in left if name not in needed]
        if not free:
            raise RuntimeError(f"tables refer to each other in a circle: {left}")
        ordered += free
        left = [name for name in left if name not in free]
    return ordered


async def _order(*statements: str) -> None:
    await run_sql(os.environ["TEST_POSTGRES_URL"], *statements)
