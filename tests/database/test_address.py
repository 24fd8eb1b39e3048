"""PostgreSQL addresses: asyncpg reads them as libpq would, and what is wrong with one is said without the password."""

import asyncio
import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from events_app.database import migrate, open_database
from events_app.database.address import NoDatabase, pool_of

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.anyio, pytest.mark.engine_free]


@dataclass
class Listener:
    """Speaks as much PostgreSQL as it takes to be told who asks for which database, and lets nobody in."""

    asked_for_tls: bool = False
    told: dict[str, str] = field(default_factory=dict)
    password: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packet = await self._packet(reader)
        if packet[:4] == struct.pack("!I", 80877103):  # SSLRequest
            self.asked_for_tls = True
            writer.write(b"N")
            packet = await self._packet(reader)
        words = packet[4:].decode().split("\0")
        self.told = dict(zip(words[::2], words[1::2], strict=False))
        writer.write(b"R" + struct.pack("!II", 8, 3))  # a password, in the clear
        await reader.readexactly(1)
        self.password = (await self._packet(reader)).rstrip(b"\0").decode()
        said = b"SFATAL\0C28P01\0Mnobody is let in\0\0"
        writer.write(b"E" + struct.pack("!I", len(said) + 4) + said)
        writer.close()

    async def _packet(self, reader: asyncio.StreamReader) -> bytes:
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        return await reader.readexactly(length - 4)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Listener, int]]:
    """On a port of this machine."""
    listener = Listener()
    async with await asyncio.start_server(listener.handle, "127.0.0.1", 0) as server:
        yield listener, server.sockets[0].getsockname()[1]


def nobodys_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def reason(url: str) -> str:
    """Why this address is refused, by migrating and by opening."""
    with pytest.raises(NoDatabase) as migrating:
        await migrate(url)
    with pytest.raises(NoDatabase) as opening:
        await open_database(url, models=["tests.database.toys"])
    assert str(migrating.value)[:80] == str(opening.value)[:80]
    return str(opening.value)


async def test_a_password_may_hold_anything_when_it_is_percent_encoded() -> None:
    async with listening() as (listener, port):
        said = await reason(f"postgresql://me:p%40ss%2F%3A%25@127.0.0.1:{port}/my%20events")

    assert listener.password == "p@ss/:%"
    assert (listener.told["user"], listener.told["database"]) == ("me", "my events")
    assert said == "The database of database.url cannot be used: nobody is let in."


@pytest.mark.parametrize("word", ["sslmode", "ssl"])
async def test_who_requires_tls_tells_nothing_to_a_server_without_it(word: str) -> None:
    async with listening() as (listener, port):
        said = await reason(f"postgresql://me:hunter2@127.0.0.1:{port}/events?{word}=require")

    assert (listener.asked_for_tls, listener.told, listener.password) == (True, {}, "")
    assert "rejected SSL upgrade" in said


async def test_who_wants_no_tls_does_not_ask_for_it() -> None:
    async with listening() as (listener, port):
        await reason(f"postgresql://me:hunter2@127.0.0.1:{port}/events?sslmode=disable")

    assert (listener.asked_for_tls, listener.password) == (False, "hunter2")


async def test_of_several_hosts_the_next_is_asked_when_one_does_not_answer() -> None:
    async with listening() as (listener, port):
        await reason(
            f"postgresql://me:hunter2@127.0.0.1:{nobodys_port()},127.0.0.1:{port}/events?target_session_attrs=any"
        )

    assert listener.told["database"] == "events"


@pytest.mark.parametrize(
    "address", ["postgresql://me:hunter2@/events?host={}", "postgresql://me:hunter2@{}/events"]
)
async def test_a_unix_socket_is_named_by_its_folder(address: str) -> None:
    """In a folder of its own: a socket's path has at most 107 letters, and that of a test's folder may be longer."""
    listener = Listener()
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        named = folder if "host=" in address else folder.replace("/", "%2F")
        async with await asyncio.start_unix_server(listener.handle, Path(folder, ".s.PGSQL.5432")):
            await reason(address.format(named))

    assert (listener.asked_for_tls, listener.told["user"], listener.password) == (False, "me", "hunter2")


async def test_our_own_word_does_not_reach_the_server_and_others_do() -> None:
    async with listening() as (listener, port):
        await reason(f"postgresql://me:x@127.0.0.1:{port}/events?maxsize=3&statement_timeout=9000")

    assert "maxsize" not in listener.told
    assert listener.told["statement_timeout"] == "9000"
    assert pool_of("postgresql://db/events?maxsize=3&a=%20") == {
        "dsn": "postgresql://db/events?a=%20",
        "minsize": 1,
        "maxsize": 3,
    }


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://me:hunter2@db/events", "invalid DSN"),
        ("postgresql://me:hunter2@db:port/events", "it cannot be read. Write postgresql://"),
        ("postgresql://me:hun@ter2:hunter2@db/events", "it cannot be read. Write postgresql://"),
        ("postgresql://me:hunter2@[::1/events", "it cannot be read. Write postgresql://"),
        ("postgresql://me:hunter2@db/events?sslmode", "it cannot be read. Write postgresql://"),
        ("postgresql://me:hunter2@db/events?sslmode=perhaps", "`sslmode` parameter must be one of"),
        ("postgresql://me:hunter2@db/events?target_session_attrs=any-one", "target_session_attrs"),
        ("postgresql://me:hunter2@db/events?maxsize=many", "maxsize is a number from 1 to 1000"),
        ("postgresql://me:hunter2@db/events?maxsize=0", "maxsize is a number from 1 to 1000"),
    ],
)
async def test_what_is_wrong_is_said_and_the_password_is_not(url: str, said: str) -> None:
    refused = await reason(url)

    assert said in refused
    assert "hunter2" not in refused


def test_the_operator_reads_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    url = f"postgresql://me:hunter2@127.0.0.1:{nobodys_port()}/events"
    settings = {"EVENTS_DATABASE__URL": url, "EVENTS_STORAGE__DIRECTORY": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "events_app.commands", "migrate"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("The database of database.url cannot be used: ")
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
