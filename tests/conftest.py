"""What every test may ask for: an event loop, a database of its engine, empty and migrated."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from events_app.acts import Office
from events_app.database import close_database, migrate, open_database
from events_app.work import MODELS
from tests import databases, make
from tests.databases import ENGINE, DatabaseUnderTest

settings.register_profile("house", deadline=None)  # two cores and many workers: no clock judges
settings.load_profile("house")

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:8]
WORKER = f"{RUN}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
SERVER = pytest.StashKey[Any]()
MakeDatabase = Callable[[], Coroutine[Any, Any, str]]
_numbers = count()


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL server for the whole run: the workers are started later and inherit its URL."""
    if not hasattr(config, "workerinput"):
        config.stash[SERVER] = databases.start_server()


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long first, so that no worker stands idle at the end beside one that walks on."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """This worker's database, with the house's migrations: its URL, and its tables, youngest first."""
    name = f"events_test_{WORKER}"

    async def prepare() -> tuple[str, list[str]]:
        url = await databases.make_database(name, tmp_path_factory.mktemp("database"))
        await migrate(url)
        return url, await databases.tables_youngest_first(url)

    yield asyncio.run(prepare())
    asyncio.run(databases.drop_database(name))


@pytest.fixture
async def database(migrated: tuple[str, list[str]]) -> AsyncIterator[DatabaseUnderTest]:
    """The house's database: migrated, empty, open."""
    url, tables = migrated
    await databases.empty(url, tables)
    await open_database(url, models=MODELS)
    yield DatabaseUnderTest(url, ENGINE)
    await close_database()


@pytest.fixture
async def new_database(tmp_path: Path) -> AsyncIterator[MakeDatabase]:
    """Makes databases with nothing in them, for tests that bring their own tables; gone after the test."""
    names = []

    async def make() -> str:
        names.append(f"events_test_{WORKER}_{next(_numbers)}")
        return await databases.make_database(names[-1], tmp_path)

    yield make
    for name in names:
        await databases.drop_database(name)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A vault of its own and the site's facts: what actions need besides their subject."""
    office = make.office(tmp_path / "office")
    yield office
    office.vault.close()


@pytest.fixture
async def house(migrated: tuple[str, list[str]], tmp_path: Path) -> AsyncIterator[make.House]:
    """The whole house, open on an empty database. It opens the database itself: do not ask for both."""
    url, tables = migrated
    await databases.empty(url, tables)
    async with make.house(url, tmp_path / "house") as house:
        yield house
