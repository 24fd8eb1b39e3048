"""Connections: opening the database, closing it, asking it how it is, and scrubbing it of what was deleted."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import get_current_context

from events_app.database.address import address_of
from events_app.database.sqlite import SqliteClient
from events_app.database.transactions import finish_transactions

FRESHNESS = 1.0  # seconds that a PostgreSQL reader may believe nothing has changed
SOON = 1.0  # seconds after a COMMIT, so that many erasures share one scrubbing
TRIES, PAUSE = 40, 0.25  # for a reader that looks at an older state of the file, and seconds between them

log = logging.getLogger(__name__)
_scrubbing: set[asyncio.Task[None]] = set()


async def open_database(url: str, *, models: Sequence[str]) -> None:
    """Connect the models (module names) to the database; it stays open for every task until `close_database`.

    `url` is "sqlite:PATH" or "postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=...&maxsize=...". In models,
    foreign keys are written "house.Event". Does not migrate. Refuses NoDatabase.
    """
    await Tortoise.init(
        config={
            "connections": {"default": connection_settings(url)},
            "apps": {"house": {"models": list(models), "default_connection": "default"}},
        },
        _enable_global_fallback=True,  # tasks that were not started by this one see the database too
    )
    try:
        await _client().create_connection(with_db=True)
    except BaseException:
        await Tortoise.close_connections()
        raise


async def close_database() -> None:
    """Wait for the transactions under way, then close every connection."""
    await finish_transactions()
    for task in list(_scrubbing):  # closing folds the log into the file by itself
        task.cancel()
    await asyncio.gather(*_scrubbing, return_exceptions=True)
    await Tortoise.close_connections()


def connection_settings(url: str) -> dict[str, Any]:
    """What Tortoise is told about one connection: which of our clients opens it, and with what."""
    if is_sqlite_url(url):
        return {"engine": "events_app.database.sqlite", "credentials": {"file_path": sqlite_path(url)}}
    return {"engine": "events_app.database.asyncpg", "credentials": {"address": address_of(url)}}


def is_sqlite_url(url: str) -> bool:
    return url.startswith("sqlite:")


def sqlite_path(url: str) -> str:
    """The file of "sqlite:PATH" (relative to the working directory) or "sqlite:///ABSOLUTE/PATH"."""
    path = url.removeprefix("sqlite:")
    return path.removeprefix("//") if path.startswith("///") else path


def is_sqlite() -> bool:
    """Whether the open database is SQLite (else it is PostgreSQL)."""
    return _client().capabilities.dialect == "sqlite"


async def data_version() -> int:
    """A number that changes when anybody commits anything.

    SQLite: exact and cheap (some microseconds). PostgreSQL: it also changes every second, so that what
    another process committed is noticed within FRESHNESS; what this process commits is noticed at once.
    """
    client = _client()
    if isinstance(client, SqliteClient):
        return client.readers.data_version()
    return int(time.monotonic() / FRESHNESS) + getattr(client, "commits", 0)


def scrub_soon() -> None:
    """Scrub a moment from now, once for everybody who asks until then. For `after_commit`."""
    if not any(task.get_name() == "waits" for task in _scrubbing):
        task = asyncio.create_task(_scrub_later(), name="waits")
        _scrubbing.add(task)
        task.add_done_callback(_scrubbing.discard)


async def _scrub_later() -> None:
    await asyncio.sleep(SOON)
    for task in _scrubbing:
        task.set_name("works")  # who asks from now on asks for the next one
    await scrub()


async def scrub(*tables: str) -> bool:
    """Let what was deleted leave the files too.

    SQLite: it is overwritten already (secure_delete), and the write-ahead log that still holds it is cut to nothing;
    False when somebody read for so long that it could not be. PostgreSQL: VACUUM of these tables (names of our own),
    so that their dead rows are overwritten by what comes next.
    """
    client = _client()
    if not isinstance(client, SqliteClient):
        for table in tables:
            await client.execute_query(f'VACUUM "{table}"')
        return True
    for _ in range(TRIES):
        if await client.writer.truncate_log():
            return True
        await asyncio.sleep(PAUSE)
    log.warning("the write-ahead log could not be cut: something reads the database for long")
    return False


async def ping() -> None:
    """One question to the database; raises when it does not answer."""
    await _client().execute_query("SELECT 1")


def _client() -> BaseDBAsyncClient:
    """The connection itself, also when asked inside a transaction."""
    context = get_current_context()
    if context is None:
        raise RuntimeError("The database is not open.")
    client = get_connection("default")
    return getattr(client, "client", client)
