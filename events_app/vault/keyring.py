"""The keyring: wrapped keys in a SQLite database of their own, outside the data and its backups.

It is one file. There is no write-ahead log in which a key could stand while the file, and a copy of it, has none
(docs/decisions/0012-backups.md).
"""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from events_app.vault.master import refuse_exposed
from events_app.vault.refusals import KeyringBusy, VaultClosed

BUSY_SECONDS = 15.0

WRAP_TABLE = """
CREATE TABLE IF NOT EXISTS wrap (
    scope TEXT PRIMARY KEY,
    master TEXT NOT NULL,
    data_key BLOB NOT NULL,
    index_key BLOB NOT NULL
) WITHOUT ROWID
"""
FACT_TABLE = "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Wrap:
    """One scope's two keys, each wrapped by the master key with that id."""

    scope: str
    master: str
    data_key: bytes
    index_key: bytes


class Keyring:
    """One connection to keyring.db for all threads of this process, one statement at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0

    def open(self) -> None:
        """Make the file (mode 0600) and its tables, or check them. Refuses `KeysExposed`."""
        with self._lock:
            # An existing file is not opened and closed: that would drop the locks of this process's connections.
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            refuse_exposed(self.path, self.path.stat().st_mode)
            self._connection, self._process = _connected(self.path), os.getpid()

    def close(self) -> None:
        """Let go of the file. Opening again is possible."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The only writer of all processes until the block ends, then on the disk; undone if it fails.

        What was deleted is overwritten in the file, and the journal that held it for the case of a crash is gone.
        """
        with self.using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")  # it too may find the file busy
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    @contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time. Refuses `KeyringBusy` after 15 seconds of waiting."""
        with self._lock:
            if self._connection is None:
                raise VaultClosed()
            if self._process != os.getpid():
                self.open()  # a forked child must not use its parent's connection
            try:
                yield self._connection
            except sqlite3.OperationalError as error:
                if _is_busy(error):
                    raise KeyringBusy() from error
                raise

    def find(self, scope: str) -> Wrap | None:
        """The scope's wrapped keys as they are now, whichever process made them."""
        with self.using() as connection:
            row = connection.execute(f"{_WRAPS} WHERE scope = ?", (scope,)).fetchone()
        return Wrap(*row) if row else None

    def every_wrap(self) -> list[Wrap]:
        """All wrapped keys, by scope."""
        with self.using() as connection:
            return [Wrap(*row) for row in connection.execute(f"{_WRAPS} ORDER BY scope")]

    def put(self, wrap: Wrap) -> None:
        """Write one scope's wrapped keys, over those it had. Inside `writing`."""
        with self.using() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO wrap (scope, master, data_key, index_key) VALUES (?, ?, ?, ?)",
                (wrap.scope, wrap.master, wrap.data_key, wrap.index_key),
            )

    def facts(self) -> dict[str, str]:
        """All facts, by name."""
        with self.using() as connection:
            return dict(connection.execute("SELECT name, value FROM fact ORDER BY name").fetchall())

    def fact(self, name: str, default: str) -> str:
        """The fact of that name; the first call ever stores its default, every later one reads it."""
        with self.using() as connection:
            query = "SELECT value FROM fact WHERE name = ?"
            row = connection.execute(query, (name,)).fetchone()
            if row is None:
                connection.execute("INSERT OR IGNORE INTO fact (name, value) VALUES (?, ?)", (name, default))
                row = connection.execute(query, (name,)).fetchone()
        return str(row[0])

    def change_number(self) -> int:
        """Another number whenever another process has changed the keyring (PRAGMA data_version)."""
        with self.using() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])


_WRAPS = "SELECT scope, master, data_key, index_key FROM wrap"


def _connected(path: Path) -> sqlite3.Connection:
    """A connection, to a file without a write-ahead log. Refuses `KeyringBusy`.

    Earlier versions kept one. It goes only when nobody else has the file open, and SQLite does not wait for that; two
    starts that both held on to it would wait for each other for ever, so each lets go before it tries again.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            if _is_without_log(connection):
                _set_up(connection)
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        if time.monotonic() > deadline:
            raise KeyringBusy()
        time.sleep(random.uniform(0.005, 0.05))


def _is_without_log(connection: sqlite3.Connection) -> bool:
    """Whether the file has no write-ahead log, or could be freed of it just now, with all that stood there."""
    connection.execute("PRAGMA secure_delete = ON")
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        return str(mode) == "delete"
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            return False
        raise


def _set_up(connection: sqlite3.Connection) -> None:
    """synchronous EXTRA: after a power cut no journal comes back, and with it a key that was deleted."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(WRAP_TABLE)
    connection.execute(FACT_TABLE)
    connection.execute("COMMIT")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
