"""The SQLite backend of Tortoise: statements go to the writer's transaction or to the readers.

Tortoise's own (1.1.9) begins deferred (a transaction that reads first fails at once with "database is locked" when
another process wrote), lets readers wait for every transaction, hops to a thread for each statement, and keeps its lock
for ever when a task is cancelled while it begins. Tortoise chooses its dialect by `sqlite` in this module's name.
"""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

from pypika_tortoise.dialects import SQLLiteQuery
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import SqliteClient as TortoisesOwn
from tortoise.backends.sqlite.executor import SqliteExecutor
from tortoise.backends.sqlite.schema_generator import SqliteSchemaGenerator
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import TransactionManagementError

from events_app.database.failures import RetryableError, TransactionOver, translated_errors
from events_app.database.sqlite_readers import BREATH, Readers
from events_app.database.sqlite_writer import Writer

CHUNK = 200  # rows of one execute_many before others may run
_savepoint_numbers = count()
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class SqliteClient(BaseDBAsyncClient):
    """One file: SELECTs see what is committed; every other statement is a transaction of its own."""

    executor_class = SqliteExecutor
    query_class = SQLLiteQuery
    schema_generator = SqliteSchemaGenerator
    capabilities = TortoisesOwn.capabilities

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if ":memory:" in file_path:
            raise ValueError("The database has to be a file: readers and other processes open it too.")
        self.path = Path(file_path)
        self._writer: Writer | None = None
        self._readers: Readers | None = None

    async def create_connection(self, with_db: bool) -> None:
        self.writer  # noqa: B018
        self.readers  # noqa: B018
        await self._post_connect()

    @property
    def writer(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(self.path)
        return self._writer

    @property
    def readers(self) -> Readers:
        if self._readers is None:
            self._readers = Readers(self.path)
        return self._readers

    async def close(self) -> None:
        readers, self._readers = self._readers, None
        writer, self._writer = self._writer, None
        if readers is not None:
            await readers.close()
        if writer is not None:
            await writer.close()

    def _in_transaction(self) -> "SqliteTransactionContext":
        return SqliteTransactionContext(self)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        self.log.debug("%s: %s", query, values)
        if is_question(query):
            with translated_errors():
                rows = await self.readers.fetch(query, values or ())
            return len(rows), rows
        async with TransactionOfOneStatement(self) as transaction:
            return await transaction.execute_query(query, values)

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        async with TransactionOfOneStatement(self) as transaction:
            return await transaction.execute_insert(query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with TransactionOfOneStatement(self) as transaction:
            await transaction.execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        """Several statements, outside any transaction (each its own, if the script opens none)."""
        writer = self.writer
        await writer.alone()
        script = asyncio.get_running_loop().run_in_executor(None, _run_script, writer.connection, query)
        script.add_done_callback(lambda done: writer.pass_on())
        with translated_errors():
            await asyncio.shield(script)


class SqliteTransaction(TransactionalDBClient):
    """The client while a transaction is open: statements run at once, on the event loop's own thread."""

    executor_class = SqliteExecutor
    query_class = SQLLiteQuery
    schema_generator = SqliteSchemaGenerator
    capabilities = TortoisesOwn.capabilities

    def __init__(self, client: SqliteClient) -> None:
        super().__init__(client.connection_name, client.fetch_inserted)
        self.client = client
        self._writer = client.writer
        self._open = False
        self._statements = 0

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(SqliteSavepoint(self))

    async def begin(self) -> None:
        with translated_errors():
            await self._writer.begin()
        self._open = True

    async def commit(self) -> None:
        self._finish()
        with translated_errors():
            await self._writer.commit()

    async def rollback(self) -> None:
        self._finish()
        with translated_errors():
            await self._writer.rollback()

    def abandon(self) -> None:
        self._finish()
        self._writer.abandon()

    async def savepoint(self) -> None:
        raise TransactionManagementError("a savepoint is a SqliteSavepoint")

    savepoint_rollback = release_savepoint = savepoint

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        cursor = await self._execute(query, values or ())
        with translated_errors():
            rows = cursor.fetchall()
        return (len(rows) if cursor.rowcount < 0 else cursor.rowcount), rows

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return (await self._execute(query, values)).lastrowid or 0

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        for start in range(0, len(values), CHUNK):
            await self._ready(query, f"{len(values)} rows")
            with translated_errors():
                self._writer.connection.executemany(query, values[start : start + CHUNK])
            await asyncio.sleep(0)

    async def execute_script(self, query: str) -> None:
        """Statement by statement: sqlite3's own executescript would COMMIT first."""
        for statement in split_script(query):
            await self._execute(statement, ())

    async def _execute(self, query: str, values: Sequence[Any]) -> sqlite3.Cursor:
        await self._ready(query, values)
        with translated_errors():
            return self._writer.connection.execute(query, values)

    async def _ready(self, query: str, values: object) -> None:
        self.log.debug("%s: %s", query, values)
        self._statements += 1
        if self._statements % BREATH == 0:
            await asyncio.sleep(0)
        if not self._open:
            raise TransactionOver("This transaction is over. A task started inside it may not outlive it.")
        if (
            not self._writer.connection.in_transaction
        ):  # a full disk, for one; what came now would stay by itself
            raise RetryableError("SQLite has rolled the transaction back.")

    def _finish(self) -> None:
        if not self._open:
            raise TransactionManagementError("Transaction already finalised")
        self._open = False
        self._finalized = True


class SqliteSavepoint(SqliteTransaction):
    """A transaction inside a transaction: what it did can be undone by itself."""

    def __init__(self, outer: SqliteTransaction) -> None:
        super().__init__(outer.client)
        self._outer = outer
        self._name = f"inner_{next(_savepoint_numbers)}"

    async def savepoint(self) -> None:
        await self._execute(f"SAVEPOINT {self._name}", ())

    async def release_savepoint(self) -> None:
        await self._execute(f"RELEASE {self._name}", ())

    async def savepoint_rollback(self) -> None:
        await self._execute(f"ROLLBACK TO {self._name}", ())
        await self._execute(f"RELEASE {self._name}", ())

    begin, commit, rollback = savepoint, release_savepoint, savepoint_rollback

    async def _ready(self, query: str, values: object) -> None:
        await self._outer._ready(query, values)


class TransactionOfOneStatement(TransactionContext):
    """A transaction that only its own statement sees: the rest of the task goes on outside it."""

    def __init__(self, client: SqliteClient) -> None:
        self.transaction = SqliteTransaction(client)

    async def __aenter__(self) -> SqliteTransaction:
        await self.transaction.begin()
        return self.transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.transaction._finalized:
            return
        if kind is None:
            await self.transaction.commit()
        elif issubclass(kind, Exception):
            await self.transaction.rollback()
        else:  # cancelled, or the program is being stopped
            self.transaction.abandon()


class SqliteTransactionContext(TransactionOfOneStatement):
    """`async with in_transaction()`: the whole task works inside the transaction."""

    _token: ConnectionToken

    async def __aenter__(self) -> SqliteTransaction:
        transaction = await super().__aenter__()
        self._token = get_connections().set(transaction.connection_name, transaction)
        return transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        get_connections().reset(self._token)
        await super().__aexit__(kind, error, trace)


def is_question(query: str) -> bool:
    """Whether a statement only reads. When in doubt no: the writer can answer everything."""
    first = query.lstrip()[:6].upper()
    return first in ("SELECT", "VALUES", "EXPLAI") or (first.startswith("WITH") and not _WRITES.search(query))


def split_script(script: str) -> Iterator[str]:
    """The statements of a script, one by one."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n\t;"):
                yield statement
            statement = ""


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    connection.execute("PRAGMA busy_timeout = 15000")
    try:
        connection.executescript(script)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA busy_timeout = 0")


def get_client_class(db_info: dict[str, Any]) -> Callable[..., SqliteClient]:
    """Tortoise asks for this by name."""
    return SqliteClient
