"""SQLite's one write connection of this process, the queue before it and the group commit behind it.

How it works. Transactions run one after another. Each is a SAVEPOINT inside an outer BEGIN IMMEDIATE; when it
is done and others wait, the next one starts in the same outer transaction, and only when nobody waits (or the
group is big or old enough) does one COMMIT, and so one fsync, make them all durable. Nobody is answered
before that COMMIT. A savepoint that is rolled back does not touch its neighbours; a COMMIT that fails, fails
all of them.

Statements run on the event loop's own thread: inside a transaction they touch memory, and a hop to a thread
and back costs more than most of them. Only COMMIT, which waits for the disk, runs in a thread.

Cancelling. Nothing here can be half done when a task is cancelled: a cancelled wait for the turn hands the
turn on, statements have no point at which they could be cancelled, and COMMIT is not awaited by a task but
answered by a callback.
"""

import asyncio
import random
import sqlite3
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from events_app.database.failures import DatabaseBusy, RetryableError
from events_app.database.sqlite_connect import connect

MOST_MEMBERS = 64  # in one group
LONGEST_GROUP = 0.025  # seconds until no further member joins: meanwhile other processes wait for the lock
PATIENCE = 15.0  # seconds to wait for another process's transaction


class Group:
    """Transactions that share one COMMIT. `outcome` holds None, or the error that took the group down."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.outcome: asyncio.Future[BaseException | None] = loop.create_future()
        self.members = 0
        self.kept = 0
        self._closes = loop.time() + LONGEST_GROUP

    def has_room(self, moment: float) -> bool:
        return self.members < MOST_MEMBERS and moment < self._closes

    def settle(self, failure: BaseException | None) -> None:
        if not self.outcome.done():
            self.outcome.set_result(failure)


class Writer:
    """Begin, then `commit` or `rollback`; between them the connection belongs to the caller."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.connection = connect(path, pragmas={"busy_timeout": 0})  # who waits is _begin_immediate
        self._loop = asyncio.get_running_loop()
        self._committer = ThreadPoolExecutor(1, "sqlite-commit")
        self._line: deque[asyncio.Future[None]] = deque()
        self._patience = patience
        self._taken = False
        self._group: Group | None = None

    async def begin(self) -> None:
        """Wait for the turn, and open a transaction: the write lock is ours when this returns.

        Raises DatabaseBusy when another process holds the lock for longer than `patience` seconds.
        """
        await self._turn()
        try:
            if self._group is None:
                await self._begin_immediate()
                self._group = Group(self._loop)
            self.connection.execute("SAVEPOINT member")
            self._group.members += 1
        except BaseException:
            self.pass_on()
            raise

    async def commit(self) -> None:
        """Keep what was done; returns once it is durable. RetryableError when the whole group was lost."""
        group = self._end("RELEASE member", kept=1)
        await self._survived(group)

    async def rollback(self) -> None:
        """Undo what was done, by us alone.

        What was seen may have been a neighbour's work that is not durable yet ("the event is full"), so this
        too waits for the neighbours' COMMIT, and raises RetryableError when it failed.
        """
        group = self._end("ROLLBACK TO member", "RELEASE member", kept=0)
        if group.kept:
            await self._survived(group)

    def abandon(self) -> None:
        """Undo what was done, without waiting for anybody: for a task that is being cancelled."""
        self._end("ROLLBACK TO member", "RELEASE member", kept=0)

    async def alone(self) -> None:
        """Wait for the turn with no transaction open at all (VACUUM, close). Ended with `pass_on`."""
        await self._turn()
        while self._group is not None:
            self._commit_group(self._group)
            await self._turn(first=True)

    async def truncate_log(self) -> bool:
        """Fold the WAL into the file and cut it to nothing: what was overwritten is then in neither. False while a
        reader still looks at an older state; nobody waits for it."""
        await self.alone()
        cut = self._loop.run_in_executor(self._committer, _truncate, self.connection)
        cut.add_done_callback(lambda done: self.pass_on())
        return await asyncio.shield(cut)

    async def _turn(self, *, first: bool = False) -> None:
        """Wait until nobody else uses the connection. Whoever got the turn ends it with `pass_on`."""
        if not self._taken:
            self._taken = True
            return
        turn: asyncio.Future[None] = self._loop.create_future()
        if first:
            self._line.appendleft(turn)
        else:
            self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it had just become our turn
                self.pass_on()
            raise

    def pass_on(self) -> None:
        """Hand the turn to the next in line; when nobody waits or the group is complete, commit first."""
        self._notice_a_lost_group()
        if self._group is None or self._group.has_room(self._loop.time()):
            while self._line:
                turn = self._line.popleft()
                if not turn.done():  # else it was cancelled while it waited
                    turn.set_result(None)
                    return
        if self._group is not None:
            self._commit_group(self._group)
        else:
            self._taken = False

    async def close(self) -> None:
        """Wait for what is under way, then close. The last connection of all folds the WAL into the file."""
        await self.alone()
        self._committer.shutdown()
        self.connection.close()

    async def _begin_immediate(self) -> None:
        """Ask again and again: unlike SQLite's own waiting this stops nobody else, and can be cancelled."""
        deadline = self._loop.time() + self._patience
        while True:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if self._loop.time() > deadline:
                    raise DatabaseBusy(error) from error
            await asyncio.sleep(random.uniform(0.0005, 0.004))

    def _end(self, *statements: str, kept: int) -> Group:
        group = self._group
        assert group is not None, "commit or rollback without begin"
        try:
            if self.connection.in_transaction:
                for statement in statements:
                    self.connection.execute(statement)
                group.kept += kept
        except sqlite3.Error:
            if self.connection.in_transaction:  # neither in nor out: nobody may build on that
                self.connection.execute("ROLLBACK")
            raise
        finally:
            self.pass_on()
        return group

    async def _survived(self, group: Group) -> None:
        failure = await asyncio.shield(group.outcome)
        if failure is None:
            return
        if group.members == 1 and not isinstance(failure, RetryableError):
            raise failure
        raise RetryableError(failure) from failure

    def _notice_a_lost_group(self) -> None:
        """Some errors (disk full, I/O) make SQLite roll back everything at once, neighbours included."""
        if self._group is not None and not self.connection.in_transaction:
            group, self._group = self._group, None
            group.settle(RetryableError("SQLite rolled the whole transaction back"))

    def _commit_group(self, group: Group) -> None:
        """The turn stays taken until `_committed` passes it on."""
        self._group = None
        if not group.kept:
            self.connection.execute("ROLLBACK")
            group.settle(None)
            self.pass_on()
            return
        commit = self._loop.run_in_executor(self._committer, self.connection.execute, "COMMIT")
        commit.add_done_callback(lambda done: self._committed(group, done.exception()))

    def _committed(self, group: Group, failure: BaseException | None) -> None:
        if failure is not None and self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        group.settle(failure)
        self.pass_on()


def _truncate(connection: sqlite3.Connection) -> bool:
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    return not busy
