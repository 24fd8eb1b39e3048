"""Prepared queries: the SQL of a question asked often is written once, afterwards only the values change.

Tortoise (1.1.9) writes the SQL of a queryset anew each time it is awaited, and that costs several times what the
database needs to answer. Models come out as they come out of the queryset itself.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import count
from typing import Any, Generic, TypeAlias, TypeVar, cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.queryset import QuerySet

Value: TypeAlias = uuid.UUID | str | int | bytes
MODEL = TypeVar("MODEL", bound=Model)


@dataclass(frozen=True)
class _Written:
    """The SQL for one engine. slots: for each blank the number of the argument that fills it, or None; constants:
    what fills the others. related: where in a row the joined models begin."""

    sql: str
    slots: tuple[int | None, ...]
    constants: tuple[Any, ...]
    related: list[Any]


class Prepared(Generic[MODEL]):
    """`Prepared(lambda slug: Event.filter(slug=slug), str)`: a queryset and the types of its arguments.

    An argument may only be compared (`=`, `<`, ...), never be None, and decide nothing about the query's shape.
    """

    def __init__(self, build: Callable[..., QuerySet[MODEL]], *types: type[Value]) -> None:
        self._build = build
        self._marks = tuple(_mark(each, number) for number, each in enumerate(types))
        self._written: dict[str, _Written] = {}

    async def all(self, *values: Value) -> list[MODEL]:
        """Every model the queryset finds with these values; in the task's transaction, if it is in one."""
        connection: BaseDBAsyncClient = get_connection("default")
        dialect = connection.capabilities.dialect
        written = self._written.get(dialect)
        if written is None:
            written = self._written[dialect] = self._write(connection)
        given = encoded(values, dialect)
        filled = [
            constant if slot is None else given[slot]
            for slot, constant in zip(written.slots, written.constants, strict=True)
        ]
        model = self._model
        if len(written.related) == 1:
            _, rows = await connection.execute_query(written.sql, filled)
            return [model._init_from_db(**row) for row in rows]
        _, rows = await connection.execute_query(written.sql, filled)
        return [_joined(row, written.related) for row in rows]

    async def first(self, *values: Value) -> MODEL | None:
        """The first model found, or None."""
        found = await self.all(*values)
        return found[0] if found else None

    def _write(self, connection: BaseDBAsyncClient) -> _Written:
        """Let Tortoise write it with marks for arguments, and see where the marks went."""
        query = self._build(*self._marks)
        self._model = query.model
        query._db = connection
        query._make_query()
        sql, values = query.query.get_parameterized_sql()
        marks = encoded(self._marks, connection.capabilities.dialect)
        slots = tuple(next((n for n, mark in enumerate(marks) if _same(mark, each)), None) for each in values)
        if missing := set(range(len(marks))) - set(slots):
            raise ValueError(f"argument {min(missing)} does not stand in the query: {sql}")
        return _Written(sql, slots, tuple(values), list(query._select_related_idx))


async def rows(sql: str, *values: Value | date | None) -> Sequence[Any]:
    """The rows of one statement written by hand, `$1` for the first value on both engines.

    `$` and a number is always a blank: such a text is given as a value, never written into the statement.
    """
    connection = get_connection("default")
    dialect = connection.capabilities.dialect
    given = encoded(values, dialect)
    if dialect == "sqlite":
        sql, order = without_numbers(sql)
        given = [given[place] for place in order]
    _, found = await connection.execute_query(sql, given)
    return found


@dataclass(frozen=True)
class Statement:
    """An INSERT, UPDATE or DELETE written by hand, `$1` for the first of its values."""

    sql: str
    values: Sequence[Value | date | None]


def insertion(table: str, given: Sequence[Mapping[str, Value | date | None]]) -> Statement:
    """New rows of a table, all with the same columns; names are ours."""
    return Statement(
        _insert(table, tuple(given[0]), len(given)), [each for row in given for each in row.values()]
    )


@lru_cache(maxsize=512)
def _insert(table: str, columns: tuple[str, ...], number: int) -> str:
    numbers = count(1)
    rows_of_blanks = (", ".join(f"${next(numbers)}" for _column in columns) for _row in range(number))
    blanks = ", ".join(f"({each})" for each in rows_of_blanks)
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES {blanks}'  # noqa: S608 - no input


def row_of(model: Model) -> dict[str, Any]:
    """A model's columns and their values, for `insertion`. Of a table without JSON: they are as Python has them."""
    return dict(cast(Iterable[tuple[str, Any]], model))


async def write(*statements: Statement) -> None:
    """Several statements that need nothing of each other: none sees what another writes.

    PostgreSQL gets them as one, because a journey to the server and back takes longer than most of them, and whoever
    holds a claim makes everybody else wait for it. SQLite, which is not away, gets them one after another.
    """
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        for statement in statements:
            await rows(statement.sql, *statement.values)
        return
    sql = joined(*(statement.sql for statement in statements))
    await connection.execute_query(sql, [value for statement in statements for value in statement.values])


@lru_cache(maxsize=512)
def joined(*texts: str) -> str:
    """One statement that does what these do, their blanks numbered on: all but the last as parts of its WITH."""
    numbered, before = [], 0
    for text in texts:
        numbered.append(_NUMBERED.sub(lambda found: f"${int(found[1]) + before}", text))  # noqa: B023 - used at once
        before += len(set(_NUMBERED.findall(text)))
    *others, last = numbered
    parts = ", ".join(f'"part_{number}" AS ({text})' for number, text in enumerate(others))
    return f"WITH {parts} {last}" if others else last


@lru_cache(maxsize=512)
def without_numbers(sql: str) -> tuple[str, tuple[int, ...]]:
    """The statement with plain `?`, and for each of them which value (from 0) it takes.

    Python 3.12 warns about numbered blanks with a sequence of values, and 3.14 will refuse named ones.
    """
    order = tuple(int(number) - 1 for number in _NUMBERED.findall(sql))
    return _NUMBERED.sub("?", sql), order


_NUMBERED = re.compile(r"\$(\d+)")


def encoded(values: Sequence[Value | date | None], dialect: str) -> list[Any]:
    """As the engine keeps them: SQLite knows UUIDs and days as text."""
    if dialect != "sqlite":
        return list(values)
    return [str(value) if isinstance(value, uuid.UUID | str | date) else value for value in values]


def _joined(row: Any, related: Sequence[Any]) -> Any:
    """The model of a joined row with the others in their places, as Tortoise's execute_select puts them there."""
    names, values = list(row.keys()), list(row)
    made: dict[tuple[Any, ...], Any] = {}
    begin = 0
    for model, width, _, _, path in related:
        end = begin + width
        part = zip(names[begin:end], values[begin:end], strict=True)
        if not made:
            made[tuple(path)] = first = model._init_from_db(**dict(part))
        else:
            is_there = any(values[begin:end])
            found = (
                model._init_from_db(**{name.split(".", 1)[1]: value for name, value in part})
                if is_there
                else None
            )
            if (holder := made.get(tuple(path[:-1]))) is not None:
                object.__setattr__(holder, f"_{path[-1]}", found)
            if found is not None:
                made[tuple(path)] = found
        begin = end
    return first


def _same(mark: Any, value: Any) -> bool:
    """Tortoise writes UUIDs as text for PostgreSQL too."""
    if isinstance(mark, uuid.UUID):
        return str(mark) == str(value)
    return type(mark) is type(value) and bool(mark == value)


def _mark(kind: type[Value], number: int) -> Value:
    """A value of that type that stands nowhere else."""
    if kind is uuid.UUID:
        return uuid.UUID(int=0xFEED << 64 | number)
    if kind is int:
        return 1_900_000_000 + number
    return f"\x01{number}" if kind is str else f"\x01{number}".encode()
