"""A primary of PostgreSQL and a standby that keeps whatever the primary acknowledges: killed, frozen, promoted.

Out of the same wheel as tests/postgresql.py. They listen on ports of this machine: a socket's file would still be there
when its server is gone.
"""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg

from tests.postgresql import NO_ROOT, end_with_parent, let_others_pass, programs

QUICK = ("full_page_writes=off", "max_connections=100", "wal_level=replica", "max_wal_senders=4")
SYNCHRONOUS = "b"
"""The name of the standby whose word the primary waits for."""


class Cluster:
    """Two servers, one and two. `url` names both; nobody is acknowledged before both have it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="events-ha-"))
        self._user = NO_ROOT if os.geteuid() == 0 else None
        self._programs = programs(self.folder)
        if self._user is not None:
            let_others_pass(self.folder)
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.ports = [nobodys_port(), nobodys_port()]
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        one, two = self.ports
        return f"postgresql://postgres@127.0.0.1:{one},127.0.0.1:{two}/postgres"

    def start(self) -> None:
        words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-D", str(self.folder / "0"), *words, *locale)
        self._start(0)
        self.follow(1, 0)

    def follow(self, standby: int, primary: int) -> None:
        """Make a standby out of a copy of the primary; from now on that one waits for its word.

        The copy of a setting does not come along, so a new primary has none until somebody sets it: see "Failover" in
        docs/operating.md.
        """
        copy = self.folder / str(standby)
        shutil.rmtree(copy, ignore_errors=True)
        where = f"host=127.0.0.1 port={self.ports[primary]} user=postgres application_name={SYNCHRONOUS}"
        self._run(
            "pg_basebackup", "-D", str(copy), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", where
        )
        self._start(standby)
        names = f"ALTER SYSTEM SET synchronous_standby_names = '{SYNCHRONOUS}'"
        self.order(primary, names, "SELECT pg_reload_conf()")

    def kill(self, number: int) -> None:
        """A crash: the system closes its connections."""
        self._running[number].send_signal(signal.SIGQUIT)
        self._running.pop(number).wait(10)

    def freeze(self, number: int) -> None:
        """A host that has vanished: the server and every process of its connections stand still, and send nothing."""
        self._to_all(number, signal.SIGSTOP)

    def thaw(self, number: int) -> None:
        self._to_all(number, signal.SIGCONT)

    def promote(self, number: int) -> None:
        self._run("pg_ctl", "promote", "-w", "-D", str(self.folder / str(number)))

    def order(self, number: int, *statements: str) -> list[object]:
        """Statements, each by itself, on a server that answers; what each says first. Not in an event loop's thread."""

        async def run() -> list[object]:
            where = f"postgresql://postgres@127.0.0.1:{self.ports[number]}/postgres"
            connection = await asyncpg.connect(where)
            try:
                return [await connection.fetchval(each) for each in statements]
            finally:
                await connection.close()

        return asyncio.run(run())

    def stop(self) -> None:
        for number in list(self._running):
            self.thaw(number)
            self.kill(number)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, number: int) -> None:
        data = self.folder / str(number)
        settings = [word for setting in QUICK for word in ("-c", setting)]
        with (self.folder / f"log{number}").open("ab") as log:
            self._running[number] = subprocess.Popen(
                [self._programs / "postgres", "-D", data, "-k", "", "-p", str(self.ports[number]), *settings],
                stdout=log,
                stderr=log,
                user=self._user,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        for _ in range(600):
            state = data / "postmaster.pid"
            if state.exists() and state.read_text().rstrip().endswith("ready"):
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / f"log{number}").read_text())

    def _to_all(self, number: int, word: signal.Signals) -> None:
        postmaster = self._running[number].pid
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for each in (postmaster, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, word)

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._programs / program), *words], check=True, capture_output=True, user=self._user
        )


class Door:
    """A way to a server that can be shut: whoever is on it is thrown off, and nobody comes in until it opens again."""

    def __init__(self, port: int) -> None:
        self.port = nobodys_port()
        self._behind = port
        self._inside: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._let_through, "127.0.0.1", self.port)

    def shut(self) -> None:
        self._server.close()
        for each in self._inside:
            each.transport.abort()

    async def _let_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._behind)
        self._inside |= {writer, back}
        await asyncio.gather(_carry(reader, back), _carry(there, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
    writer.close()


def nobodys_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """Started, and gone afterwards."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
