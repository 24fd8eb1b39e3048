"""The toys' database, open."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from events_app.database import close_database, migrate, open_database
from tests import databases
from tests.conftest import WORKER
from tests.database.toys import ToyEvent
from tests.databases import ENGINE, DatabaseUnderTest

COUNT_FROM_ONE = {
    "sqlite": "DELETE FROM sqlite_sequence",
    "postgresql": "ALTER SEQUENCE toy_event_id_seq RESTART",
}
TOY_MIGRATIONS = Path(__file__).parent / "toy_migrations"


@pytest.fixture(scope="session")
def toy_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """The URL of this worker's database of toys, and its tables, youngest first."""
    name = f"events_test_{WORKER}_toys"

    async def prepare() -> tuple[str, list[str]]:
        url = await databases.make_database(name, tmp_path_factory.mktemp("toys"))
        await migrate(url, folder=TOY_MIGRATIONS)
        return url, await databases.tables_youngest_first(url)

    yield asyncio.run(prepare())
    asyncio.run(databases.drop_database(name))


@pytest.fixture
async def toys(toy_tables: tuple[str, list[str]]) -> AsyncIterator[DatabaseUnderTest]:
    """The toys' tables, with one event of ten seats (id 1)."""
    url, tables = toy_tables
    await databases.empty(url, tables)
    await databases.run_sql(url, COUNT_FROM_ONE[ENGINE])
    await open_database(url, models=["tests.database.toys"])
    await ToyEvent.create(title="Panel", seats=10)
    yield DatabaseUnderTest(url, ENGINE)
    await close_database()
