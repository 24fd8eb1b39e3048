"""The tables that the migrations make are those that the models expect, and values come back as they went."""

import sqlite3
import uuid
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tortoise import Tortoise
from tortoise.migrations.constraints import UniqueConstraint

from events_app.database import close_database, migrate, open_database
from events_app.database.schema import MIGRATIONS
from events_app.work import MODELS
from tests.conftest import MakeDatabase
from tests.database.conftest import TOY_MIGRATIONS
from tests.database.shapes import Columns, Shape, shape_of
from tests.database.toys import ToyEvent, ToyGuest, ToyKinds
from tests.databases import KEPT, DatabaseUnderTest, tables_youngest_first
from tests.rows import needs_sqlite

pytestmark = pytest.mark.anyio


async def expected(url: str, models: tuple[str, ...]) -> dict[str, Shape]:
    """Table -> the shape that Tortoise itself would make."""
    await open_database(url, models=models)
    try:
        await Tortoise.generate_schemas()
        assert Tortoise.apps is not None
        shapes = {}
        for model in Tortoise.apps["house"].values():
            table = model._meta.db_table
            shape = await shape_of(url, table)
            shapes[table] = _with_unique(shape, _unique_constraints(model._meta.constraints))
        return shapes
    finally:
        await close_database()


def _unique_constraints(constraints: tuple[object, ...]) -> set[Columns]:
    """Tortoise makes none of Meta.constraints by itself."""
    return {
        tuple(each.fields)
        for each in constraints
        if isinstance(each, UniqueConstraint) and not each.condition
    }


def _differs(made: Shape, wanted: Shape) -> bool:
    """Migrations may index more than models ask for: Tortoise has no word for a unique BinaryField."""
    comparable = replace(made, indexes=made.indexes & wanted.indexes, unique=made.unique & wanted.unique)
    return comparable != wanted


def _with_unique(shape: Shape, more: set[Columns]) -> Shape:
    return replace(shape, unique=shape.unique | more)


@pytest.mark.parametrize(
    ("models", "folder"),
    [(("tests.database.toys",), TOY_MIGRATIONS), (MODELS, MIGRATIONS)],
    ids=["toys", "house"],
)
async def test_migrated_tables_are_what_the_models_expect(
    new_database: MakeDatabase, models: tuple[str, ...], folder: Path
) -> None:
    wanted = await expected(await new_database(), models)
    url = await new_database()
    await migrate(url, folder=folder)
    made = {table: await shape_of(url, table) for table in await tables_youngest_first(url)}

    assert sorted(made) == sorted(wanted)
    assert {table: shape for table, shape in made.items() if _differs(shape, wanted[table])} == {
        table: shape for table, shape in wanted.items() if _differs(made[table], shape)
    }


async def test_the_tables_of_the_migrations_themselves_are_never_emptied(toys: DatabaseUnderTest) -> None:
    assert not set(KEPT) & set(await tables_youngest_first(toys.url))


async def test_values_come_back_from_the_database_as_they_went_in(toys: DatabaseUnderTest) -> None:
    at = datetime(2026, 10, 25, 1, 30, 15, 123456, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    words = "مؤتمر \u2068bidi\u2069 \N{DROMEDARY CAMEL} 'quoted' \\ end"
    made = await ToyKinds.create(
        id=uuid.uuid4(),
        at=at,
        on=date(2026, 2, 28),
        facts={"en": "Film", "ar": "فيلم", "more": [1, None, True, {"deep": 1.5}]},
        small=-3,
        share=0.1,
        words=words,
    )

    found = await ToyKinds.get(id=made.id)

    assert found.at == at
    assert found.at.utcoffset() == timedelta(0)
    assert found.on == date(2026, 2, 28)
    assert found.facts == {"en": "Film", "ar": "فيلم", "more": [1, None, True, {"deep": 1.5}]}
    assert (found.flag, found.small, found.share, found.words) == (False, -3, 0.1, words)
    assert await ToyKinds.filter(at__lte=at.astimezone(UTC), flag=False, on=date(2026, 2, 28)).count() == 1


async def test_bytes_and_three_valued_flags_come_back_as_they_went_in(toys: DatabaseUnderTest) -> None:
    mark = bytes(range(256))
    for live in (True, False, None):
        await ToyGuest.create(id=uuid.uuid4(), event_id=1, mark=mark, live=live)

    found = await ToyGuest.all()

    assert {guest.mark for guest in found} == {mark}
    assert {guest.live for guest in found} == {True, False, None}


async def test_numbers_are_given_by_the_database(toys: DatabaseUnderTest) -> None:
    first, second = [await ToyEvent.create(title=title, seats=1) for title in ("Film", "Talk")]

    assert second.id == first.id + 1


@needs_sqlite
async def test_no_row_that_goes_makes_the_database_walk_through_the_rows_that_might_name_it(
    database: DatabaseUnderTest,
) -> None:
    """A foreign key without an index costs a walk through its whole table for each row that is deleted above it."""
    few = {
        "import_draft",
        "import_batch",
        "saved_view",
        "notice_choice",
        "event",
        "event_host",
        "venue",
        "room",
    }
    with closing(sqlite3.connect(urlsplit(database.url).path)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        unaided = {
            f"{table}.{key[3]}"
            for table in tables - few
            for key in connection.execute(f"PRAGMA foreign_key_list('{table}')")
            if key[3] not in first_columns(connection, table)
        }

    assert unaided == set()


def first_columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """The columns that an index of the table begins with."""
    indices = [name for _, name, *_ in connection.execute(f"PRAGMA index_list('{table}')")]
    return {
        row[2] for name in indices for row in connection.execute(f"PRAGMA index_info('{name}')") if not row[0]
    }
