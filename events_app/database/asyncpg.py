"""The PostgreSQL backend of Tortoise: no connection is lost, and errors say whether trying again helps.

Instead of Tortoise's own backend, which (1.1.9) never gives a connection back when a task is cancelled while
it begins a transaction, does not say that a serialization failure may be retried, and drops the rows of
RETURNING. `asyncpg` has to stay in this module's name: Tortoise chooses its dialect by it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import OperationalError

from events_app.database.address import Address, in_words
from events_app.database.failures import (
    ConnectionLost,
    DatabaseBusy,
    NoRoom,
    Outage,
    OutcomeUnknown,
    Patience,
    RetryableError,
    TransactionOver,
)
from events_app.database.hosts import (
    COLLISIONS,
    LOST_CONNECTIONS,
    NO_ANSWER,
    Hosts,
    PlainConnection,
    give_up,
    in_one_line,
    translated,
)

FREE_WITHIN = 60.0
"""Seconds to wait for a connection of the pool: longer than for a statement, because a line of people is no failure."""
LEISURE = 3600.0
"""Seconds for a VACUUM."""
COMMIT_WITHIN = 10.0
"""Seconds until a COMMIT without an answer is of unknown outcome. Its connection is given up then, without a request to
cancel: PostgreSQL would keep the transaction here, without its standby."""
TORTOISES_ADDRESS = frozenset({"host", "port", "user", "password", "database"})


class AsyncpgClient(AsyncpgDBClient):
    """The pool. Statements outside a transaction take a connection each."""

    connection_class = PlainConnection  # type: ignore[assignment]

    def __init__(self, address: Address, **kwargs: Any) -> None:
        super().__init__(minsize=1, maxsize=address.connections, **kwargs)
        self.hosts, self.outage = Hosts(address), Outage()
        self._address = address
        self._watch: asyncio.Task[None] | None = None
        self.server_settings.setdefault("timezone", "UTC")
        self.commits = 0  # of this process: see data_version
        logging.getLogger("asyncpg.pool").addFilter(in_one_line)

    async def create_connection(self, with_db: bool) -> None:
        with in_words():
            await super().create_connection(with_db)
        if self._address.follows_primary:
            self._watch = asyncio.create_task(self.hosts.watch())

    async def create_pool(self, **kwargs: Any) -> "asyncpg.Pool[Any]":
        """The address is asyncpg's to read; Tortoise would put its own port, and no host, beside it."""
        given = {name: value for name, value in kwargs.items() if name not in TORTOISES_ADDRESS}
        limit = self._address.command_within
        make = cast(Any, asyncpg.create_pool)
        return cast(
            "asyncpg.Pool[Any]", await make(connect=self.hosts.connect, command_timeout=limit, **given)
        )

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
            self._watch = None
        await super().close()

    def acquire_connection(self) -> "Borrowed":  # type: ignore[override]
        return Borrowed(self)

    async def borrow(self) -> Any:
        """A connection of the pool, once one is free and somebody answers. Raises DatabaseBusy, DatabaseAway."""
        pool = await self.existing_pool()
        while True:
            try:
                connection = await pool.acquire(timeout=FREE_WITHIN)
            except TimeoutError as error:
                raise DatabaseBusy(error) from error
            except NO_ANSWER as error:
                if pool.is_closing():
                    raise
                await self.outage.wait_out(error)
            else:
                self.outage.is_over()
                return connection

    async def existing_pool(self) -> "asyncpg.Pool[Any]":
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        return self._pool

    def _in_transaction(self) -> TransactionContext:
        return PooledTransaction(self)

    async def _translate_exceptions(
        self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any
    ) -> Any:
        """A question whose connection was lost is asked again; what wrote perhaps counted, and perhaps did not."""
        patience = Patience()
        while True:
            try:
                return await translated(super()._translate_exceptions(func, *args, **kwargs))
            except ConnectionLost as error:
                if not args[0].lstrip().upper().startswith("SELECT"):
                    raise OutcomeUnknown(error) from error
                await patience.wait_out(error)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        if _returns(query):
            found = await self._translate_exceptions(_fetch, query, values)
        elif query.startswith("VACUUM"):
            found = await self._translate_exceptions(_at_leisure, query)
        else:
            found = await super().execute_query(query, values)
        self.commits += not query.lstrip().upper().startswith("SELECT")
        return cast(tuple[int, list[Any]], found)

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        found = await super().execute_insert(query, values)
        self.commits += 1
        return found

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class AsyncpgTransaction(TransactionWrapper):
    """The client while a transaction is open: one connection of the pool, begun."""

    def __init__(self, client: "AsyncpgClient | AsyncpgTransaction") -> None:
        super().__init__(client)
        self.client: AsyncpgClient = client.client if isinstance(client, AsyncpgTransaction) else client
        self.is_open = True

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(AsyncpgTransaction(self))

    async def _translate_exceptions(
        self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any
    ) -> Any:
        if not self.is_open:
            raise TransactionOver("This transaction is over. A task started inside it may not outlive it.")
        return await translated(super()._translate_exceptions(func, *args, **kwargs))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        if _returns(query):
            found = await self._translate_exceptions(_fetch, query, values)
        else:
            found = await super().execute_query(query, values)
        return cast(tuple[int, list[Any]], found)

    async def commit(self) -> None:
        within = min(COMMIT_WITHIN, 0.8 * self.client._address.command_within)
        timer = asyncio.get_running_loop().call_later(within, give_up, self._connection)
        try:
            await super().commit()
        except COLLISIONS as error:
            raise RetryableError(error) from error
        except (*LOST_CONNECTIONS, TimeoutError) as error:
            raise OutcomeUnknown(error) from error
        except asyncpg.DiskFullError as error:
            raise NoRoom(error) from error
        finally:
            timer.cancel()


class Borrowed:
    """A connection of the pool for one statement. One that did not answer in time goes back to nobody."""

    def __init__(self, client: AsyncpgClient) -> None:
        self._client = client

    async def __aenter__(self) -> Any:
        self._connection = await self._client.borrow()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, TimeoutError | asyncpg.ReadOnlySQLTransactionError):
            give_up(self._connection)
        await (await self._client.existing_pool()).release(self._connection)


class PooledTransaction(TransactionContext):
    """`async with in_transaction()`: whatever happens, the connection goes back with nothing open.

    BEGIN and the end run in tasks of their own, so that a task that is cancelled leaves neither half done.
    """

    _token: ConnectionToken

    def __init__(self, client: AsyncpgClient) -> None:
        self.pool_client = client
        self.transaction = AsyncpgTransaction(client)

    async def __aenter__(self) -> AsyncpgTransaction:
        self.transaction._connection = await translated(self.pool_client.borrow())
        begun = asyncio.ensure_future(self.transaction.begin())
        try:
            await asyncio.shield(begun)
        except BaseException:
            await to_the_end(self._undo(begun))
            raise
        self._token = get_connections().set(self.transaction.connection_name, self.transaction)
        return self.transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        get_connections().reset(self._token)
        self.transaction.is_open = False
        await to_the_end(self._end(error))

    async def _undo(self, begun: "asyncio.Future[None]") -> None:
        await asyncio.wait([begun])
        await self._end(begun.exception() or asyncio.CancelledError())

    async def _end(self, error: BaseException | None) -> None:
        try:
            if self.transaction._finalized:
                return
            if error is None:
                await self.transaction.commit()
                self.pool_client.commits += 1
            elif isinstance(
                error, ConnectionLost | DatabaseBusy
            ):  # nobody there would hear that it is undone
                give_up(self.transaction._connection)
            else:
                # What was raised says more than that the connection, or BEGIN, is gone as well.
                with suppress(*LOST_CONNECTIONS, asyncpg.PostgresError, OperationalError):
                    await self.transaction.rollback()
        finally:
            # A lost connection cannot be reset: asyncpg closes it, and its place in the pool is free again.
            with suppress(*LOST_CONNECTIONS, asyncpg.PostgresError, TimeoutError):
                pool = await self.pool_client.existing_pool()
                await pool.release(cast(Any, self.transaction._connection))


_ending: set[asyncio.Task[None]] = set()


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that goes on to its end even when the waiting task is cancelled."""
    task = asyncio.create_task(work)
    _ending.add(task)
    task.add_done_callback(_ending.discard)
    await asyncio.shield(task)


def _returns(query: str) -> bool:
    return " RETURNING " in query.upper()


async def _fetch(
    client: AsyncpgDBClient, query: str, values: list[Any] | None
) -> tuple[int, list[asyncpg.Record]]:
    """Tortoise's own execute_query forgets the rows of INSERT, UPDATE and DELETE ... RETURNING."""
    async with client.acquire_connection() as connection:
        rows = await connection.fetch(query, *(values or ()))
        return len(rows), rows


async def _at_leisure(client: AsyncpgDBClient, query: str) -> tuple[int, list[Any]]:
    """What takes as long as a table is large."""
    async with client.acquire_connection() as connection:
        await connection.execute(query, timeout=LEISURE)
    return 0, []


def get_client_class(db_info: dict[str, Any]) -> type[AsyncpgClient]:
    """Tortoise asks for this by name."""
    return AsyncpgClient
