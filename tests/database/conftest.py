"""The toys' database, open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events_app.database import close_database, migrate, open_database
from tests.conftest import MakeDatabase
from tests.database.toys import ToyEvent
from tests.databases import ENGINE, DatabaseUnderTest

TOY_MIGRATIONS = Path(__file__).parent / "toy_migrations"


@pytest.fixture
async def toys(new_database: MakeDatabase) -> AsyncIterator[DatabaseUnderTest]:
    """The toys' tables, with one event of ten seats (id 1)."""
    url = await new_database()
    await migrate(url, folder=TOY_MIGRATIONS)
    await open_database(url, models=["tests.database.toys"])
    await ToyEvent.create(title="Panel", seats=10)
    yield DatabaseUnderTest(url, ENGINE)
    await close_database()
