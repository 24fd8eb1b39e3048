"""What the database room uses of Tortoise, pypika and asyncpg without their promise: contracts with their versions.

Each test names what to look at. docs/decisions/0009-private-names.md says what we get for it.
"""

import inspect
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from pypika_tortoise.dialects import SQLLiteQuery
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
)
from tortoise.backends.sqlite.client import SqliteClient as TortoisesSqlite
from tortoise.backends.sqlite.executor import SqliteExecutor
from tortoise.backends.sqlite.schema_generator import SqliteSchemaGenerator
from tortoise.connection import get_connection, get_connections
from tortoise.context import get_current_context
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from events_app.database.asyncpg import TORTOISES_ADDRESS
from events_app.database.sqlite import SqliteClient
from tests.database.toys import ToyEvent, ToyGuest
from tests.databases import DatabaseUnderTest

pytestmark = pytest.mark.anyio


def takes(what: Callable[..., Any]) -> list[str]:
    """The names of what a function is given."""
    return list(inspect.signature(what).parameters)


def source(what: Any) -> str:
    """Its text with single spaces."""
    return " ".join(inspect.getsource(what).split())


def look_at(file: str, why: str) -> str:
    return f"A library has changed under us: look at events_app/database/{file}. {why}"


@pytest.mark.engine_free
def test_a_transaction_is_begun_by_the_clients_in_transaction() -> None:
    why = look_at(
        "sqlite.py and asyncpg.py, and at events_app/kept/reads.py", "in_transaction() asks another method."
    )

    assert "connection._in_transaction()" in source(in_transaction), why
    assert takes(BaseDBAsyncClient._in_transaction) == ["self"], why
    assert {"begin", "commit", "rollback", "savepoint", "savepoint_rollback", "release_savepoint"} <= (
        TransactionalDBClient.__abstractmethods__
    ), look_at("sqlite.py", "SqliteTransaction and SqliteSavepoint say these six.")


@pytest.mark.engine_free
def test_a_nested_transaction_asks_for_a_savepoint_and_looks_whether_it_is_finalized() -> None:
    why = look_at(
        "sqlite.py and asyncpg.py", "The end of a transaction inside another is decided by _finalized."
    )
    nested = source(NestedTransactionContext)

    assert "self.client._finalized" in nested or "self.connection._finalized" in nested, why
    assert "savepoint()" in nested, why
    assert "savepoint_rollback()" in nested, why
    assert "release_savepoint()" in nested, why
    assert "self._finalized = True" in source(TransactionWrapper), why


@pytest.mark.engine_free
def test_a_transaction_of_postgresql_keeps_its_connection_where_we_put_it() -> None:
    why = look_at(
        "asyncpg.py", "PooledTransaction puts the connection that it took into transaction._connection."
    )

    assert "self._connection = cast(" in source(TransactionWrapper.__init__), why
    assert "self._connection.transaction()" in source(TransactionWrapper.begin), why


@pytest.mark.engine_free
def test_the_pool_is_made_once_under_its_lock() -> None:
    why = look_at(
        "asyncpg.py",
        "AsyncpgClient.existing_pool does what PoolConnectionWrapper.ensure_connection does.",
    )

    assert "self.client._pool" in source(PoolConnectionWrapper), why
    assert "_pool_init_lock" in source(AsyncpgDBClient._in_transaction) + source(
        AsyncpgDBClient.acquire_connection
    ), why
    assert "self._pool = await self.create_pool(" in source(AsyncpgDBClient.create_connection), why


@pytest.mark.engine_free
def test_the_address_that_tortoise_puts_together_is_what_we_take_out_again() -> None:
    why = look_at("asyncpg.py", "create_pool hands over how to connect, without TORTOISES_ADDRESS.")
    given = source(AsyncpgDBClient.create_connection)

    assert set(re.findall(r"(?:\"|\()(\w+)(?:\":|=self)", given)) >= TORTOISES_ADDRESS, why
    assert "connect" in takes(asyncpg.create_pool), why
    assert takes(AsyncpgDBClient.create_pool) == ["self", "kwargs"], why


@pytest.mark.engine_free
def test_errors_of_postgresql_are_translated_in_one_place() -> None:
    why = look_at(
        "asyncpg.py", "AsyncpgClient._translate_exceptions adds what may be tried again to Tortoise's own."
    )

    assert takes(AsyncpgDBClient._translate_exceptions) == ["self", "func", "args", "kwargs"], why
    for statement in ("execute_query", "execute_insert", "execute_many"):
        assert "_translate_exceptions" in source(getattr(AsyncpgDBClient, statement).__code__), why


@pytest.mark.engine_free
def test_tortoise_says_when_a_connection_is_open() -> None:
    why = look_at("sqlite.py", "create_connection ends with _post_connect, as Tortoise's own does.")

    assert "await self._post_connect()" in source(TortoisesSqlite.create_connection), why
    assert takes(BaseDBAsyncClient._post_connect) == ["self"], why


@pytest.mark.engine_free
def test_tortoise_chooses_its_dialect_by_what_a_backend_brings() -> None:
    why = look_at(
        "sqlite.py", "SqliteClient brings Tortoise's executor, query class and schema generator for SQLite."
    )

    for name, ours in (
        ("executor_class", SqliteExecutor),
        ("query_class", SQLLiteQuery),
        ("schema_generator", SqliteSchemaGenerator),
        ("capabilities", TortoisesSqlite.capabilities),
    ):
        assert getattr(TortoisesSqlite, name) is ours is getattr(SqliteClient, name), f"{why} ({name})"


@pytest.mark.engine_free
def test_tasks_of_others_may_be_shown_the_database() -> None:
    why = look_at(
        "connections.py", "Tasks that we did not start see the database by _enable_global_fallback."
    )

    assert "_enable_global_fallback" in takes(Tortoise.init), why


async def test_connections_of_a_task_are_set_and_reset_by_name(toys: DatabaseUnderTest) -> None:
    why = look_at(
        "sqlite.py and asyncpg.py, and at events_app/kept/reads.py", "They put their client into a context."
    )
    before = get_connection("default")
    connections, another = get_connections(), SimpleNamespace(_check_loop=lambda: True)

    token = connections.set("default", another)  # type: ignore[arg-type]
    try:
        inside: object = get_connection("default")
    finally:
        connections.reset(token)

    assert inside is another, why
    assert get_connection("default") is before, why
    assert get_current_context() is not None, look_at(
        "connections.py", "It asks whether the database is open."
    )


@pytest.mark.engine_free
def test_a_queryset_is_written_by_make_query_into_query() -> None:
    why = look_at(
        "prepared.py", "Prepared lets Tortoise write a queryset once: _db, _make_query, query, joins."
    )

    assert takes(QuerySet._make_query) == ["self"], why
    assert {"_db", "_select_related_idx"} <= set(QuerySet.__slots__) | set(dir(QuerySet)), why
    assert "self._db.executor_class(" in source(QuerySet._execute), why
    assert "select_related_idx=self._select_related_idx" in source(QuerySet._execute), why


async def test_models_are_made_of_rows_by_init_from_db_alone(toys: DatabaseUnderTest) -> None:
    why = look_at(
        "prepared.py", "Models are made by _init_from_db of a row's columns; so does Event.claim (events)."
    )
    row = {"id": 7, "title": "Panel", "seats": 10}

    made = ToyEvent._init_from_db(**row)

    assert (made.id, made.title, made.seats, made._saved_in_db) == (7, "Panel", 10, True), why
    assert inspect.ismethod(Model._init_from_db), why


async def test_a_joined_model_lies_under_its_relations_name_with_an_underscore(
    toys: DatabaseUnderTest,
) -> None:
    why = look_at(
        "prepared.py", "_joined puts a joined model under _RELATION, as Tortoise's execute_select does."
    )
    event = ToyEvent._init_from_db(id=7, title="Panel", seats=10)
    guest = ToyGuest._init_from_db(id="11111111-1111-4111-8111-111111111111", event_id=7, mark=b"")

    object.__setattr__(guest, "_event", event)

    assert guest.event is event, why
