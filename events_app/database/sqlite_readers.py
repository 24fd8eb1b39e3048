"""SQLite's read connections (a pool): they see what is committed and wait for nobody."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from events_app.database.sqlite_connect import connect

READERS = 3
QUICK = 0.002  # seconds that a question may take on the event loop's own thread
SLOW_FOR = 1.0  # seconds
MOST_SLOW = 200  # questions that are known to be slow; then all are forgotten
BREATH = 16  # questions in a row without letting others run


class Readers:
    """Quick questions are answered on the event loop's own thread, slow ones in another.

    A hop to a thread and back costs more than a look-up by key. So each question is first tried here, with a
    limit of QUICK seconds that SQLite itself holds (its progress handler), and asked again in a thread when
    that was not enough. Questions in the same words are asked there at once for SLOW_FOR seconds: the pages of a long
    list would each take those QUICK seconds in vain.
    """

    def __init__(self, path: Path) -> None:
        self._quick = _reader(path)
        self._quick.set_progress_handler(self._out_of_time, 500)
        self._deadline = 0.0
        self._slow_until: dict[str, float] = {}
        self.slow_for = SLOW_FOR
        self._asked = 0
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for _ in range(READERS):
            self._free.put(_reader(path))
        self._threads = ThreadPoolExecutor(READERS, "sqlite-read")
        self._watch = _reader(path)

    async def fetch(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """All rows of one SELECT."""
        self._asked += 1
        if self._asked % BREATH == 0:
            await asyncio.sleep(0)
        now = time.perf_counter()
        if self._slow_until.get(query, 0.0) < now:
            self._deadline = now + QUICK
            try:
                return self._quick.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
            self._remember_slow(query, now + self.slow_for)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._fetch_slowly, query, values)

    def _remember_slow(self, query: str, until: float) -> None:
        if len(self._slow_until) >= MOST_SLOW:
            self._slow_until.clear()
        self._slow_until[query] = until

    def data_version(self) -> int:
        """A number that changes with every commit of any process.

        Asked on a connection that never writes: a connection does not see its own commits here.
        """
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        while not self._free.empty():
            self._free.get().close()
        self._quick.close()
        self._watch.close()

    def _fetch_slowly(self, query: str, values: Sequence[object]) -> list[sqlite3.Row]:
        """In a thread, which also gives the connection back: a cancelled caller cannot lose it."""
        connection = self._free.get()
        try:
            return connection.execute(query, values).fetchall()
        finally:
            self._free.put(connection)

    def _out_of_time(self) -> bool:
        return time.perf_counter() > self._deadline


def _reader(path: Path) -> sqlite3.Connection:
    return connect(path, pragmas={"query_only": "ON"})
