"""The processes of a server that has several: those that serve, and the one that works."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from events_app.workers import LOOK_EVERY, PATIENCE, Keeper, tell_systemd_we_live
from tests.journeys.served import Served, until
from tests.mail.smtp import free_port

pytestmark = pytest.mark.engine_free

LIVES = "import os, sys; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True); sys.stdin.read()"


@contextmanager
def kept(*command: str, patience: float = PATIENCE) -> Iterator[Keeper]:
    keeper = Keeper(*command, pauses=(0.01,), patience=patience)
    thread = threading.Thread(target=keeper.keep)
    thread.start()
    try:
        yield keeper
    finally:
        keeper.stop()
        thread.join()


def lives(born: Path, number: int) -> list[int]:
    """The ids of as many lives as have been begun, when there are so many."""
    while not born.exists() or len(born.read_text().split()) < number:
        time.sleep(0.05)
    return [int(each) for each in born.read_text().split()]


def test_a_worker_that_is_killed_is_started_again_and_none_stays_behind(tmp_path: Path) -> None:
    born = tmp_path / "born"

    with kept(sys.executable, "-c", LIVES, str(born)):
        os.kill(lives(born, 1)[0], signal.SIGKILL)
        last = lives(born, 2)[-1]
        os.kill(last, 0)

    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)


STOPS_ITSELF = """
import os, signal, sys
print(os.getpid(), file=open(sys.argv[1], "a"), flush=True)
os.write(0, b".")
os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_a_worker_that_hangs_is_killed_and_started_again(tmp_path: Path) -> None:
    born = tmp_path / "born"

    with kept(sys.executable, "-c", STOPS_ITSELF, str(born), patience=0.01):
        first, *_others = lives(born, 2)

    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_worker_that_lives_is_never_killed_for_being_slow_to_start(tmp_path: Path) -> None:
    born = tmp_path / "born"

    with kept(sys.executable, "-c", LIVES, str(born), patience=0.0):
        lives(born, 1)
        time.sleep(3 * LOOK_EVERY)

    assert len(born.read_text().split()) == 1


def workers_of(served: Served) -> list[int]:
    """The ids of its processes that work."""
    children = Path(f"/proc/{served.pid}/task").glob("*/children")
    ids = [int(each) for task in children for each in task.read_text().split()]
    return [each for each in ids if b"worker" in Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0")]


def takes_mail(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.slow
def test_two_processes_that_serve_take_mail_in_by_one_and_outlive_it(tmp_path: Path) -> None:
    """Once they tried to listen both, and the whole server ended."""
    port = free_port()
    environ = {
        "EVENTS_SERVER__WORKERS": "2",
        "EVENTS_INBOUND__ADDRESS": "events@example.org",
        "EVENTS_INBOUND__HOST": "127.0.0.1",
        "EVENTS_INBOUND__PORT": str(port),
    }
    with Served(tmp_path, "serve", "--empty", mail_port=free_port(), environ=environ) as served:
        until(lambda: takes_mail(port))
        (worker,) = workers_of(served)
        os.kill(worker, signal.SIGKILL)
        assert httpx2.get(f"{served.url}/readyz").text.startswith("ready")
        until(lambda: workers_of(served) not in ([], [worker]) and takes_mail(port))
        (successor,) = workers_of(served)

    assert successor != worker
    assert "the worker ended (exit code -9) and is started again" in served.said()
    with pytest.raises(ProcessLookupError):
        os.kill(successor, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="an address without a file is Linux's own")
@pytest.mark.parametrize("has_a_file", [True, False])
def test_a_worker_that_systemd_watches_never_lives_unsaid(tmp_path: Path, has_a_file: bool) -> None:
    name = str(tmp_path / "notify") if has_a_file else f"@events-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(name if has_a_file else "\0" + name[1:])
        systemd.settimeout(5)

        tell_systemd_we_live(name)

        assert systemd.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", ["", "nowhere", "/nowhere/at/all"])
def test_whom_nobody_watches_never_fails_to_live(address: str) -> None:
    tell_systemd_we_live(address)
