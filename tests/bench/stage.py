"""The processes that are measured, each in a folder of its own below one temporary folder; all gone at the end."""

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any, TypeAlias

from tests.bench import meter, sink
from tests.bench.client import HOST, Visitor
from tests.bench.seeding import ORGANIZER, PASSPHRASE, database_url
from tests.mail.smtp import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds
Process: TypeAlias = "subprocess.Popen[bytes]"
_numbers = count(1)


@dataclass(frozen=True)
class Served:
    """A server that answers: where, and which process it is."""

    port: int
    pid: int
    folder: Path

    def cpu(self) -> float:
        return meter.cpu_seconds(self.pid)


class Stage:
    """Starts what a part needs; whatever it started ends with the block it was started in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_folder(self) -> Path:
        folder = self.folder / str(next(_numbers))
        folder.mkdir()
        return folder

    def seeded(self, *, people: int = 0, events: int = 0) -> Path:
        """The var/ folder of a house with something in it."""
        folder = self.new_folder() / "var"
        run("tests.bench.seeding", folder, people, events)
        return folder

    @contextmanager
    def house(
        self, folder: Path, *, mail_port: int = 0, environ: Mapping[str, str] | None = None
    ) -> Iterator[Served]:
        """Ours, as `run.py serve` runs it. Without a mail port letters are composed and kept."""
        port = free_port()
        settings = {
            "EVENTS_SERVER__PORT": str(port),
            "EVENTS_STORAGE__DIRECTORY": str(folder),
            "EVENTS_DATABASE__URL": database_url(folder),
            "EVENTS_MAIL__SENDER_ADDRESS": "events@example.org",
        }
        if mail_port:
            settings |= {"EVENTS_MAIL__HOST": HOST, "EVENTS_MAIL__PORT": str(mail_port)}
        with started(
            "events_app.commands", "serve", "--empty", environ=settings | dict(environ or {})
        ) as process:
            wait_for_page(port, "/healthz", process)
            yield Served(port, process.pid, folder)

    @contextmanager
    def minimal(self, *, size: int) -> Iterator[Served]:
        """The least app, and a page of `size` bytes that is never rendered."""
        port, folder = free_port(), self.new_folder()
        with started("tests.bench.minimal", port, folder / "minimal.db", size) as process:
            wait_for_page(port, "/static", process)
            yield Served(port, process.pid, folder)

    @contextmanager
    def mail_server(self, kind: str = "bare") -> Iterator[int]:
        """The port of a sink for letters."""
        port = free_port()
        with started("tests.bench.sink", kind, port):
            _until_it_listens(port)
            yield port


def sign_in(house: Served) -> str:
    """The organizer's cookie."""
    with Visitor(house.port) as visitor:
        answer = visitor.post("/desk/sign-in", {"address": ORGANIZER, "passphrase": PASSPHRASE})
    if answer.status != 303:
        raise RuntimeError(f"signing in was answered with {answer.status}")
    cookies = [each.partition(";")[0] for each in answer.headers["set-cookie"].split("\n")]
    return "; ".join(each for each in cookies if each.startswith("desk="))


def event_id_of(folder: Path, slug: str) -> str:
    with closing(sqlite3.connect(folder / "data/events.db")) as connection:
        row = connection.execute("SELECT id FROM event WHERE slug = ?", (slug,)).fetchone()
    return str(row[0])


def wait_for_page(port: int, path: str, process: Process) -> None:
    """Come back with the first good answer of the process."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with Visitor(port) as visitor:
                if visitor.get(path).status == 200:
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{path} did not answer")
        time.sleep(0.002)


def wait_for_letters(port: int, letters: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while sink.count_of(port) < letters:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{sink.count_of(port)} of {letters} letters came")
        time.sleep(0.02)


def run(module: str, *words: object) -> str:
    """`python -m MODULE WORDS` to its end; what it printed last."""
    command = [sys.executable, "-P", "-m", module, *map(str, words)]
    done = subprocess.run(
        command, env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        preexec_fn=_end_with_parent,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr}")
    return done.stdout.strip().rpartition("\n")[2]


def told_by(module: str, *words: object) -> dict[str, float]:
    """The numbers that a measuring process printed as JSON."""
    told: Any = json.loads(run(module, *words))
    return {str(name): float(number) for name, number in told.items()}


@contextmanager
def started(module: str, *words: object, environ: Mapping[str, str] | None = None) -> Iterator[Process]:
    """`python -m MODULE WORDS`, which ends with the block."""
    command = [sys.executable, "-P", "-m", module, *map(str, words)]
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        process = subprocess.Popen(
            command, env=environment() | dict(environ or {}), cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, preexec_fn=_end_with_parent,
        )  # fmt: skip
        stack.callback(_end, process, log)
        yield process


def environment() -> dict[str, str]:
    """No setting of the person's own reaches what is measured."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("EVENTS_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}


def _end(process: Process, log: IO[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.returncode not in (0, -signal.SIGTERM):
        log.seek(0)
        sys.stderr.write(log.read().decode("utf-8", "replace")[-2000:])


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            sink.forget(port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _end_with_parent() -> None:
    """Linux: a bench that is killed takes its processes along (prctl PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
