"""Opening a SQLite file the way this house wants it: write-ahead log (WAL), synced, its owner's only."""

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

# What every connection sets. secure_delete: what was deleted is overwritten. temp_store: no temporary files
# on disk.
PRAGMAS: Mapping[str, int | str] = {
    "busy_timeout": 15_000,
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "trusted_schema": "OFF",
    "temp_store": "MEMORY",
    "cache_size": -8_000,
    "journal_size_limit": 4_194_304,
}


def connect(path: Path, *, pragmas: dict[str, int | str] | None = None) -> sqlite3.Connection:
    """A connection to the file in WAL mode; a file that is not there is made, its owner's only.

    No implicit transactions (isolation_level=None); rows are `sqlite3.Row`. May be handed from thread to
    thread, but never used by two at once. `pragmas` are set on top of PRAGMAS.
    """
    _make(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    try:
        _set(connection, PRAGMAS)
        _switch_to_wal(connection)
        _set(connection, pragmas or {})  # behind what may have to wait: a writer's own patience is none
    except BaseException:
        connection.close()
        raise
    return connection


def _set(connection: sqlite3.Connection, pragmas: Mapping[str, int | str]) -> None:
    """The first one looks into the file, which another process may just be closing: that is waited out."""
    deadline = time.monotonic() + 15
    for name, value in pragmas.items():
        while True:
            try:
                connection.execute(f"PRAGMA {name} = {value}")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)


def _make(path: Path) -> None:
    """An empty file for its owner only, unless there is one: an existing file is never opened and closed here. One
    that others may read, as a copy that was put back may be, is theirs no longer.

    POSIX drops all locks that a process holds on a file when it closes any descriptor of that file. SQLite's
    other connections of this process would stand without their locks, and the next process that closes the
    database would think itself the last one, and delete the log that we go on writing to (SQLite, "How To
    Corrupt An SQLite Database File", 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for each in (path, *(path.with_name(f"{path.name}-{ending}") for ending in ("wal", "shm"))):
        with suppress(FileNotFoundError, PermissionError):  # it is another user's, who lets us use it
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """The mode is kept in the file, so only the first of all openings changes it.

    Two processes that open a new file at once can see "database is locked" here in spite of busy_timeout:
    SQLite does not wait where waiting could be a deadlock. So ask again.
    """
    deadline = time.monotonic() + 15
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
