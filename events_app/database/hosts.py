"""The hosts of one address of PostgreSQL: which of them takes writes, and what their errors and silence mean to us."""

import asyncio
import logging
import weakref
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import asyncpg
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from events_app.database.address import Address
from events_app.database.failures import ConnectionLost, DatabaseBusy, NoRoom, RetryableError

HEAD_START: Final = 0.25
"""Seconds that a host has for itself before the next one is asked too: one that vanished costs no more than that."""
BEAT: Final = 0.5
"""Seconds between two looks at whether the host that takes our writes still does, where there are others."""
SILENCE: Final = 1.0
"""Seconds without an answer after which the other hosts are asked whether one of them takes writes now."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

COLLISIONS = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,  # a table got a column meanwhile; asyncpg has forgotten the statement
)
LOST_CONNECTIONS = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg finds itself in when the server ended an idle connection
    asyncpg.ReadOnlySQLTransactionError,  # our host is a standby by now
    ConnectionError,
)
NO_ANSWER = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Whatever keeps a connection from being opened is waited out."""

log = logging.getLogger(__name__)


class NoAnswer(ConnectionError):
    """A host took no connection within its time, or none of them is one that takes writes."""


class PlainConnection(asyncpg.Connection):
    """A connection that comes back to the pool as it went out.

    Nothing of ours outlives its transaction on the server (no SET, no LISTEN, no session lock, no open cursor), so
    the server is not asked to forget it each time. A transaction left open is undone all the same, by `reset`.
    """

    def get_reset_query(self) -> str:
        return ""


class Hosts:
    """Connects to whichever host takes writes, and remembers it as the first to ask the next time."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._order = list(address.hosts)
        self._last: str | None = None
        self._open: weakref.WeakKeyDictionary[Connection, str] = weakref.WeakKeyDictionary()

    async def connect(self, *_dsn: str, **given: Any) -> Connection:
        """For asyncpg's pool, and for a connection of one's own. The hosts are asked one after the other, without
        waiting long for any of them; the first that lets us in is taken, and the others are let go."""
        asked: dict[asyncio.Task[Connection], str] = {}
        waiting, troubles = list(self._order), list[BaseException]()
        try:
            while waiting or asked:
                if waiting:
                    host = waiting.pop(0)
                    asked[asyncio.ensure_future(self._ask(host, given))] = host
                found = await self._first_answer(asked, troubles, hurry=bool(waiting))
                if found is not None:
                    return found
            raise _worst(troubles)
        finally:
            for task in asked:
                _let_go(task)

    async def _first_answer(
        self, asked: dict[asyncio.Task[Connection], str], troubles: list[BaseException], *, hurry: bool
    ) -> "Connection | None":
        done, _ = await asyncio.wait(
            asked, timeout=HEAD_START if hurry else None, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            host = asked.pop(task)
            if error := task.exception():
                troubles.append(error)
            else:
                if self._last not in (None, host):
                    log.warning("another host of the database takes the writes now")
                self._last = host
                self._order.sort(key=lambda each: each != host)
                self._open[task.result()] = host
                return task.result()
        return None

    async def _ask(self, host: str, given: dict[str, Any]) -> Connection:
        if self._address.target:
            given = {**given, "target_session_attrs": self._address.target}
        try:
            return await asyncpg.connect(host, timeout=self._address.connect_within, **given)
        except TimeoutError:
            raise NoAnswer(f"nobody answers within {self._address.connect_within} seconds") from None

    async def watch(self) -> None:
        """Look again and again whether our host still takes writes; as soon as another does, go over to it.

        A host that vanishes sends no word (no RST), and whoever waits for it would wait until their time is over. One
        that is only slow is not left: for that another one has to say that it takes writes.
        """
        beat: Connection | None = None
        try:
            while True:
                with suppress(*NO_ANSWER):  # whoever needs the host says so
                    beat = beat or await self.connect()
                    await _for_as_long_as_it_takes_writes(beat)
                beat = await self._go_over(beat)
        finally:
            if beat is not None:
                beat.terminate()

    async def _go_over(self, silent: "Connection | None") -> "Connection | None":
        """The connection to the host that takes writes now; None while there is none."""
        if silent is not None:
            silent.terminate()
            self._order.append(self._order.pop(0))
        try:
            found = await self.connect()
        except NO_ANSWER:
            await asyncio.sleep(BEAT)
            return None
        self._leave_all_but(self._open[found])
        return found

    def _leave_all_but(self, host: str) -> None:
        """End every connection to another host, without a word to it: whoever waits on one of them hears at once."""
        for connection, where in list(self._open.items()):
            if where != host and not connection.is_closed():
                connection.terminate()


async def _for_as_long_as_it_takes_writes(connection: Connection) -> None:
    looking = True
    while looking:
        looking = await _takes_writes(connection)
        await asyncio.sleep(BEAT)


async def _takes_writes(connection: Connection) -> bool:
    """Raises TimeoutError after SILENCE."""
    asking = asyncio.ensure_future(connection.fetchval("SELECT NOT pg_is_in_recovery()"))
    done, _ = await asyncio.wait([asking], timeout=SILENCE)
    if not done:
        connection.terminate()  # a request to cancel would go to a host that answers nobody
        await asyncio.wait([asking])
        asking.exception()
        raise TimeoutError
    return bool(asking.result())


def _worst(troubles: list[BaseException]) -> BaseException:
    """What tells most: a password that is wrong before a host that is down."""
    return max(troubles, key=lambda error: isinstance(error, asyncpg.PostgresError))


def _let_go(task: asyncio.Task[Connection]) -> None:
    """Nobody needs this connection any more, whether it is there already or only on its way."""

    def end(done: asyncio.Task[Connection]) -> None:
        if not done.cancelled() and done.exception() is None:
            done.result().terminate()

    task.cancel()
    task.add_done_callback(end)


def give_up(connection: Any) -> None:
    """End a connection of the pool without a word to its host; one that has ended already is no longer the pool's."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def translated(answer: Awaitable[Any]) -> Any:
    """asyncpg's errors as ours: RetryableError where running the transaction again may help."""
    try:
        return await answer
    except COLLISIONS as error:
        raise RetryableError(error) from error
    except LOST_CONNECTIONS as error:
        raise ConnectionLost(error) from error
    except (OperationalError, DBConnectionError, TransactionManagementError):
        raise
    except TimeoutError as error:
        raise DatabaseBusy(error) from error
    except asyncpg.DiskFullError as error:
        raise NoRoom(error) from error
    except asyncpg.PostgresError as error:
        raise OperationalError(error) from error


def in_one_line(record: logging.LogRecord) -> bool:
    """What asyncpg's pool says about a server that is away, without its traceback."""
    if record.exc_info:
        kind = getattr(record.exc_info[0], "__name__", "")
        record.msg, record.args = "the database does not answer, it is asked again: %s", (kind,)
        record.exc_info = record.exc_text = None
    return True
