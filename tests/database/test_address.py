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
from events_app.database.address import Address, NoDatabase, address_of

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


async def test_a_host_that_says_nothing_does_not_keep_the_next_one_from_being_asked() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with (
        listening() as (listener, port),
        await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent,
    ):
        first = silent.sockets[0].getsockname()[1]
        await reason(f"postgresql://me:hunter2@127.0.0.1:{first},127.0.0.1:{port}/events?connect_timeout=1")

    assert listener.told["database"] == "events"


async def test_a_host_that_says_nothing_is_not_waited_for_without_end() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        said = await reason(f"postgresql://me:hunter2@127.0.0.1:{port}/events?connect_timeout=1")

    assert said == "The database of database.url cannot be used: nobody answers within 1 seconds."


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
    assert listener.told["application_name"] == "events"


def test_what_is_ours_is_taken_out_and_what_only_other_clients_know_as_well() -> None:
    said = "maxsize=3&a=%20&connect_timeout=10&command_timeout=90&keepalives=1&channel_binding=prefer&pgbouncer=true"

    address = address_of(f"postgres://db/events?{said}&fallback_application_name=cedar")

    assert address == Address(("postgres://db/events?a=%20&application_name=cedar",), 3, 10, 90)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        (
            "postgresql://me:a%40b@one:1,two,[::1]:3/events",
            ["postgresql://me:a%40b@one:1/events", "postgresql://me:a%40b@two/events", "postgresql://me:a%40b@[::1]:3/events"],
        ),
        ("postgresql:///events?host=one,/run/pg", ["postgresql:///events?host=one", "postgresql:///events?host=/run/pg"]),
        (
            "postgresql:///events?host=one,two&port=5,6",
            ["postgresql:///events?host=one&port=5", "postgresql:///events?host=two&port=6"],
        ),
        (
            "postgresql:///events?host=one,two&port=5",
            ["postgresql:///events?host=one&port=5", "postgresql:///events?host=two&port=5"],
        ),
        ("postgresql:///events", ["postgresql:///events"]),
    ],
)  # fmt: skip
def test_several_hosts_are_as_many_addresses_and_the_one_that_takes_writes_is_meant(
    url: str, hosts: list[str]
) -> None:
    address = address_of(url)

    assert [each.replace("application_name=events", "").rstrip("?&") for each in address.hosts] == hosts
    assert address.target == ("primary" if len(hosts) > 1 else None)
    assert address.follows_primary == (len(hosts) > 1)


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
        ("postgresql://me:hunter2@db/events?connect_timeout=no", "connect_timeout is a number from 1 to 600"),
        ("postgresql://me:hunter2@db/events?target_session_attrs=standby", "because we write"),
        (
            "postgresql://me:hunter2@db/events?channel_binding=require",
            "channel_binding is nothing that our client",
        ),
        (
            "postgresql://me:hunter2@db/events?sslmode=verify-full&sslrootcert=/not/there",
            "the file of sslrootcert, /not/",
        ),
        ("postgresql://me:hunter2@/events?host=a,b,c&port=1,2", "it names more ports than hosts, or fewer"),
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
