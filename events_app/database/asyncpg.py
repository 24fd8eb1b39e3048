"""The PostgreSQL backend of Tortoise: no connection is lost, and errors say whether trying again helps.

Instead of Tortoise's own backend, which (1.1.9) never gives a connection back when a task is cancelled while
it begins a transaction, does not say that a serialization failure may be retried, and drops the rows of
RETURNING. `asyncpg` has to stay in this module's name: Tortoise chooses its dialect by it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from events_app.database.address import in_words
from events_app.database.failures import OutcomeUnknown, RetryableError, TransactionOver

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
    ConnectionError,
)


TORTOISES_ADDRESS = frozenset({"host", "port", "user", "password", "database"})


class PlainConnection(asyncpg.Connection):
    """A connection that comes back to the pool as it went out.

    Nothing of ours outlives its transaction on the server (no SET, no LISTEN, no session lock, no open cursor), so
    the server is not asked to forget it each time. A transaction left open is undone all the same, by `reset`.
    """

    def get_reset_query(self) -> str:
        return ""


class AsyncpgClient(AsyncpgDBClient):
    """The pool. Statements outside a transaction take a connection each."""

    connection_class = PlainConnection  # type: ignore[assignment]

    def __init__(self, dsn: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dsn = dsn
        self.server_settings.setdefault("application_name", "events")
        self.server_settings.setdefault("timezone", "UTC")
        self.commits = 0  # of this process: see data_version

    async def create_connection(self, with_db: bool) -> None:
        with in_words():
            await super().create_connection(with_db)

    async def create_pool(self, **kwargs: Any) -> "asyncpg.Pool[Any]":
        """The address is asyncpg's to read; Tortoise would put its own port, and no host, beside it."""
        given = {name: value for name, value in kwargs.items() if name not in TORTOISES_ADDRESS}
        return await asyncpg.create_pool(self.dsn, **given)

    def _in_transaction(self) -> TransactionContext:
        return PooledTransaction(self)

    async def _translate_exceptions(
        self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any
    ) -> Any:
        return await translated(super()._translate_exceptions(func, *args, **kwargs))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        if _returns(query):
            found = await self._translate_exceptions(_fetch, query, values)
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
        try:
            await super().commit()
        except COLLISIONS as error:
            raise RetryableError(error) from error
        except LOST_CONNECTIONS as error:
            raise OutcomeUnknown(error) from error


class PooledTransaction(TransactionContext):
    """`async with in_transaction()`: whatever happens, the connection goes back with nothing open.

    BEGIN and the end run in tasks of their own, so that a task that is cancelled leaves neither half done.
    """

    _token: ConnectionToken
    _pool: "asyncpg.Pool[Any]"

    def __init__(self, client: AsyncpgClient) -> None:
        self.pool_client = client
        self.transaction = AsyncpgTransaction(client)

    async def __aenter__(self) -> AsyncpgTransaction:
        self._pool = await self._existing_pool()
        self.transaction._connection = await translated(self._pool.acquire())
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
        await to_the_end(self._end(keep=kind is None))

    async def _undo(self, begun: "asyncio.Future[None]") -> None:
        await asyncio.wait([begun])
        await self._end(keep=False)

    async def _end(self, *, keep: bool) -> None:
        try:
            if self.transaction._finalized:
                return
            if keep:
                await self.transaction.commit()
                self.pool_client.commits += 1
            else:
                # What was raised says more than that the connection, or BEGIN, is gone as well.
                with suppress(*LOST_CONNECTIONS, asyncpg.PostgresError):
                    await self.transaction.rollback()
        finally:
            # A lost connection cannot be reset: asyncpg closes it, and its place in the pool is free again.
            with suppress(*LOST_CONNECTIONS, asyncpg.PostgresError):
                await self._pool.release(cast(Any, self.transaction._connection))

    async def _existing_pool(self) -> "asyncpg.Pool[Any]":
        if self.pool_client._pool is None:
            async with self.pool_client._pool_init_lock:
                if self.pool_client._pool is None:
                    await self.pool_client.create_connection(with_db=True)
        assert self.pool_client._pool is not None
        return self.pool_client._pool


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


async def translated(answer: Awaitable[Any]) -> Any:
    """asyncpg's errors as ours: RetryableError where running the transaction again may help."""
    try:
        return await answer
    except COLLISIONS as error:
        raise RetryableError(error) from error
    except LOST_CONNECTIONS as error:
        raise RetryableError(error) from error
    except (OperationalError, DBConnectionError, TransactionManagementError):
        raise
    except asyncpg.PostgresError as error:
        raise OperationalError(error) from error


def get_client_class(db_info: dict[str, Any]) -> type[AsyncpgClient]:
    """Tortoise asks for this by name."""
    return AsyncpgClient
