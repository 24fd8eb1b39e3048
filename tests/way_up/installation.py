"""A kept installation: unpacked into a folder and a database of its own, and the newest house started on it."""

import sqlite3
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import time_machine

from events_app.acts import Office
from events_app.app import create_app
from events_app.commands import prepare
from events_app.settings import Settings, load_settings
from tests import make
from tests.databases import ENGINE, connect_to
from tests.mail.smtp import free_port

VERSION = Path(__file__).parent / "version_0006"
MOMENT = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
"""When the server is started again. It had been stopped a few minutes before, and some things came due meanwhile."""
BASE = "https://events.example.org"


@dataclass(frozen=True)
class Installation:
    """What an operator has: a folder with data and keys, and the address of the database."""

    folder: Path
    url: str

    def settings(self, *, mail_port: int, inbound_port: int) -> Settings:
        environ = {
            "EVENTS_STORAGE__DIRECTORY": str(self.folder),
            "EVENTS_DATABASE__URL": self.url,
            "EVENTS_MAIL__PORT": str(mail_port),
            "EVENTS_INBOUND__PORT": str(inbound_port),
        }
        return load_settings(VERSION / "settings.toml", environ)


async def unpacked(folder: Path, url: str) -> Installation:
    """The kept installation in a new folder and in a database with nothing in it, of the engine under test."""
    with tarfile.open(VERSION / "installation.tar.xz") as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            write(folder / member.name, file.read())
    await pour((folder / f"data/{ENGINE}.sql").read_text("utf-8"), url)
    return Installation(folder, url)


def write(path: Path, content: bytes) -> None:
    """A file that only its owner may read, as keys have to be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


async def pour(dump: str, url: str) -> None:
    """Put a database back from its dump."""
    if ENGINE == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:"))) as file:
            file.executescript(dump)
        return
    connection = await connect_to(url)
    try:
        await connection.execute(dump)
    finally:
        await connection.close()


@dataclass(frozen=True)
class Started:
    """The house, open: somebody at its door, an organizer at its desk, and where answers of calendars arrive."""

    visitor: httpx2.AsyncClient
    desk: httpx2.AsyncClient
    inbound_port: int
    office: Office


@asynccontextmanager
async def started(
    installation: Installation, *, at: datetime = MOMENT, mail_port: int = 0, works: bool = False
) -> AsyncIterator[Started]:
    """A real start at that moment, by the steps of `run.py serve`: keys, tables, the house with its lifespan."""
    inbound_port = free_port()
    settings = installation.settings(mail_port=mail_port or free_port(), inbound_port=inbound_port)
    with time_machine.travel(at, tick=True):
        await prepare(settings)
        app = create_app(settings, works=works)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        headers = {"accept-language": "en", "sec-fetch-site": "same-origin"}
        visitor = httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)
        desk = httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)
        try:
            async with app.router.lifespan_context(app), visitor, desk:
                yield Started(visitor, desk, inbound_port, make.House(app).office)
        finally:
            make.House(app).vault.close()
