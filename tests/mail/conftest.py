"""An office and a mail server for every test of this room that asks for them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from events_app.database import close_database, open_database
from events_app.vault import Vault
from tests import databases
from tests.databases import ENGINE, DatabaseUnderTest
from tests.mail.office import Office
from tests.mail.smtp import SmtpServer


@pytest.fixture
async def database(migrated: tuple[str, list[str]]) -> AsyncIterator[DatabaseUnderTest]:
    """The house's database, empty, open for this room only: it needs no other room's models."""
    url, tables = migrated
    await databases.empty(url, tables)
    await open_database(url, models=["events_app.mail.models"])
    yield DatabaseUnderTest(url, ENGINE)
    await close_database()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """Open, without keys."""
    vault = Vault(tmp_path / "vault")
    vault.open()
    yield vault
    vault.close()


@pytest.fixture
def office(database: DatabaseUnderTest, vault: Vault) -> Office:
    """With an open database and keys for its event."""
    office = Office(vault)
    vault.make_keys(str(office.event_id))
    return office


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """Running, and friendly until told otherwise."""
    with SmtpServer() as server:
        yield server
