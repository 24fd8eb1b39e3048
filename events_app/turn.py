"""Who works, of all processes on a database: one, by a lock that ends with its holder; and whether that one lives."""

import fcntl
import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import asyncpg
from tortoise import fields
from tortoise.models import Model

from events_app.clock import milliseconds
from events_app.database.address import address_of, in_words
from events_app.database.connections import is_sqlite_url, sqlite_path
from events_app.database.hosts import Hosts
from events_app.database.prepared import rows

KEY: Final = int.from_bytes(b"events")
"""Of PostgreSQL's advisory lock; each database has its own."""
ANSWERS_WITHIN: Final = 5.0
"""Seconds in which the server has to say that the lock is still ours."""
GONE: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # said by a connection that was ended in the middle of a word
    OSError,
    TimeoutError,
)
"""What a connection says that the server, or somebody on the way, has ended."""
_ALIVE: Final = {
    "application_name": "events worker",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""A machine that vanishes without a word loses its lock within half a minute."""


class Lock(Protocol):
    """Whoever has taken it is the only one, on this machine or another, as long as `is_ours`."""

    async def take(self) -> bool:
        """Whether it is ours now; never waits for somebody else."""

    async def is_ours(self) -> bool:
        """Whether it still is: a database that was restarted has forgotten it."""

    async def release(self) -> None:
        """Give it up. Nothing happens when it is not ours."""

    async def is_taken(self) -> bool:
        """Whether anybody has it. Writes nothing, and needs the open database."""


SILENT: Final = timedelta(minutes=3)
"""Whoever works and has left no mark of life for so long hangs."""


class Pulse(Model):
    """The newest mark of life of whoever works (`beat_at`, Unix milliseconds): one row, about nobody."""

    id = fields.IntField(primary_key=True, generated=False)
    beat_at = fields.BigIntField()

    class Meta:
        table = "pulse"


async def beat(now: datetime) -> None:
    """Leave a mark of life."""
    await rows(_BEAT, milliseconds(now))


_BEAT = """
    INSERT INTO "pulse" ("id", "beat_at") VALUES (1, $1) ON CONFLICT ("id") DO UPDATE SET "beat_at" = $1 RETURNING "id"
"""


async def is_worked(lock: Lock, now: datetime) -> bool:
    """Whether anybody has the turn, and works."""
    return await lock.is_taken() and not await silent_minutes(now)


async def silent_minutes(now: datetime) -> int:
    """For how many whole minutes nobody has worked, by the last mark of life; 0 while that is no reason to think so."""
    pulse = await Pulse.get_or_none(id=1)
    silent = milliseconds(now) - pulse.beat_at if pulse else 0
    return silent // 60_000 if silent > SILENT.total_seconds() * 1000 else 0


def lock_of(url: str) -> Lock:
    """The lock of the processes that work on this database."""
    return FileLock(f"{sqlite_path(url)}-worker") if is_sqlite_url(url) else ServerLock(url)


class FileLock:
    """`flock` on an empty file beside SQLite's. The file stays; only its lock says anything.

    Not on the database file itself: to close it once would drop SQLite's own locks (sqlite.org/howtocorrupt, 2.2).
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._handle: int | None = None

    async def take(self) -> bool:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if _locks(handle, fcntl.LOCK_EX):
            self._handle = handle
            return True
        os.close(handle)
        return False

    async def is_ours(self) -> bool:
        return self._handle is not None

    async def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    async def is_taken(self) -> bool:
        try:
            handle = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            return not _locks(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)


def _locks(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class ServerLock:
    """PostgreSQL's advisory lock, on a connection of its own: the server drops it when the connection ends."""

    def __init__(self, url: str) -> None:
        self._hosts = Hosts(address_of(url))
        self._connection: Any = None

    async def take(self) -> bool:
        await self.release()
        with in_words():
            self._connection = await self._hosts.connect(
                server_settings=_ALIVE, command_timeout=ANSWERS_WITHIN
            )
        try:
            taken = bool(await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", KEY))
        except BaseException:
            await self.release()
            raise
        if not taken:
            await self.release()
        return taken

    async def is_ours(self) -> bool:
        if self._connection is None or self._connection.is_closed():
            return False
        try:
            await self._connection.execute("SELECT 1")
        except GONE:
            return False
        return True

    async def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(*GONE):
            await connection.close(timeout=1)

    async def is_taken(self) -> bool:
        return bool(await rows(_HOLDERS, KEY >> 32, KEY & 0xFFFFFFFF))


_HOLDERS = """
    SELECT 1 AS "one" FROM "pg_locks" WHERE "locktype" = 'advisory' AND "granted" AND "objsubid" = 1
    AND "database" = (SELECT "oid" FROM "pg_database" WHERE "datname" = CURRENT_DATABASE())
    AND "classid"::bigint = $1 AND "objid"::bigint = $2
"""
