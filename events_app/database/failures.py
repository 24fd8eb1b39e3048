"""Database errors, said the same way for both engines; and for how long an outage is waited out."""

import asyncio
import errno
import logging
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tortoise.exceptions import IntegrityError, OperationalError


class DatabaseTrouble(OperationalError):
    """What is nobody's mistake: the house cannot answer just now, and says so."""


class RetryableError(DatabaseTrouble):
    """The transaction left nothing behind and may succeed when run again from its start.

    A serialization failure (SQLSTATE 40001), a deadlock (40P01), a connection lost before COMMIT was sent, or
    a neighbour in a group commit that took the group down with it.
    """


class ConnectionLost(RetryableError):
    """The connection was lost before COMMIT was sent: worth trying again for as long as an outage is waited out."""


class DatabaseBusy(DatabaseTrouble):
    """Another process held SQLite's write lock for too long, every connection of the pool was in use for too long, or a
    statement took longer than it may. Nothing was kept. Not worth trying again at once."""


class DatabaseAway(DatabaseTrouble):
    """Nobody answers, and waiting has not helped. Nothing was kept."""


class NoRoom(DatabaseTrouble):
    """The disk of the database is full, or may not be written. Nothing was kept; waiting does not help."""


class OutcomeUnknown(DatabaseTrouble):
    """The connection was lost during COMMIT, or its time was over: nobody can say whether it counted. Tried again only
    by whoever can tell what it wrote itself (`transactions.until_certain`)."""


class TransactionOver(OperationalError):
    """A task outlived the transaction it was started in. Start tasks with `after_commit`."""


NO_ROOM: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
NO_ROOM_OF_FILES: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


@contextmanager
def translated_errors() -> Iterator[None]:
    """sqlite3's errors as Tortoise's, and as ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise (NoRoom if has_no_room(error) else OperationalError)(error) from error


def has_no_room(error: BaseException) -> bool:
    """Whether a file could not be written: a full disk, a limit, a folder that may only be read."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in NO_ROOM
    return isinstance(error, OSError) and error.errno in NO_ROOM_OF_FILES


def cause_of(error: BaseException) -> str:
    """What is behind an error, as its own library names it; never a value: "NoRoom (SQLITE_FULL)"."""
    deepest = error
    while deepest.__cause__ is not None:
        deepest = deepest.__cause__
    name = getattr(deepest, "sqlite_errorname", type(deepest).__name__)
    return name if deepest is error else f"{type(error).__name__} ({name})"


PATIENCE: Final = 6.0
"""Seconds for which an outage is waited out: a failover takes less, and nobody waits for more."""

log = logging.getLogger(__name__)


class Patience:
    """How long somebody tries again while nobody answers: so many seconds from the first time on."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        self._seconds = seconds
        self._began: float | None = None

    async def wait_out(self, error: BaseException) -> None:
        """A moment, of a length that differs so that not all come back at once. Raises DatabaseAway when it lasts."""
        if self._began is None:
            self._began = time.monotonic()
        if time.monotonic() - self._began > self._seconds:
            raise DatabaseAway(error) from error
        await asyncio.sleep(random.uniform(0.02, 0.2))


class Outage(Patience):
    """One for everybody who wants a connection: after its first seconds nobody waits in vain until one is got."""

    async def wait_out(self, error: BaseException) -> None:
        if self._began is None:
            log.warning("the database does not answer: %s", type(error).__name__)
        await super().wait_out(error)

    def is_over(self) -> None:
        if self._began is not None:
            log.warning("the database answers again, after %.1f seconds", time.monotonic() - self._began)
            self._began = None


def is_taken(error: IntegrityError, table: str, *columns: str) -> bool:
    """Whether the database refused a row because its values in these columns are another's; whatever else it refused
    (a reference to a row that is gone) is something else."""
    cause: Any = error.args[0] if error.args else error
    if name := getattr(cause, "constraint_name", None):  # PostgreSQL names it
        return bool(name == "_".join((table, *columns, "key")))
    said = ", ".join(f"{table}.{column}" for column in columns)
    return str(cause) == f"UNIQUE constraint failed: {said}"
