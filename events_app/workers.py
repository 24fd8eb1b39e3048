"""The worker's process, beside processes that only serve: started, and started again when it dies or hangs."""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from typing import Final

PAUSES: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds until a worker that ended is started again; the last is repeated. One that lived for longer begins anew."""
PATIENCE: Final = 300.0
"""Seconds without a sign of life, after its first one, until a worker is killed: it hangs, or was stopped."""
WITH_US: Final = "--with-standard-input"
"""Tells the worker to end when its standard input does (however we die, it does not stay behind), and that the signs of
its life go there: it is a socket."""
LOOK_EVERY: Final = 0.5
"""Seconds between looks at whether the worker lives."""
GRACE: Final = 30.0
"""Seconds in which a worker may finish what it has in hand."""

log = logging.getLogger(__name__)


@contextmanager
def kept_working() -> Iterator[None]:
    """Exactly one `run.py worker` is alive, whatever becomes of it, until this ends."""
    keeper = Keeper()
    thread = threading.Thread(target=keeper.keep, name="keeps the worker")
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join()


class Keeper:
    """Keeps one process alive, from a thread: the main one is uvicorn's, which looks after those that serve."""

    def __init__(self, *command: str, pauses: tuple[float, ...] = PAUSES, patience: float = PATIENCE) -> None:
        self._command = command or (sys.executable, "-P", "-m", "events_app.commands", "worker", WITH_US)
        self._pauses, self._patience = pauses, patience
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def keep(self) -> None:
        pauses = self._growing()
        while not self._stopping.is_set():
            begun = time.monotonic()
            code = self._live()
            if self._stopping.is_set():
                return
            if time.monotonic() - begun > self._pauses[-1]:
                pauses = self._growing()
            pause = next(pauses)
            log.warning("the worker ended (exit code %d) and is started again in %.0f seconds", code, pause)
            self._stopping.wait(pause)

    def _growing(self) -> Iterator[float]:
        return chain(self._pauses, repeat(self._pauses[-1]))

    def _live(self) -> int:
        """One life: its exit code. In its own group: Ctrl-C reaches us, and we end it in good order."""
        ours, theirs = socket.socketpair()
        with ours, subprocess.Popen(self._command, stdin=theirs.fileno(), process_group=0) as process:  # noqa: S603 - ours
            theirs.close()
            heard: float | None = None
            while not self._stopping.wait(LOOK_EVERY):
                if process.poll() is not None:
                    return process.returncode
                if _said_something(ours):
                    heard = time.monotonic()
                if heard is not None and time.monotonic() - heard > self._patience:
                    log.warning(
                        "the worker has shown no sign of life for %.0f seconds: it is killed", self._patience
                    )
                    process.kill()
                    return process.wait()
            process.terminate()
            try:
                return process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait()


def _said_something(line: socket.socket) -> bool:
    try:
        return bool(line.recv(4096, socket.MSG_DONTWAIT))
    except BlockingIOError:
        return False


def tell_systemd_we_live(address: str) -> None:
    """The same to systemd, which gives what it has started an address where it wants to hear it (`NOTIFY_SOCKET`, with
    `WatchdogSec=`): the one word of sd_notify(3) that there is any need of, so without its library. Never waits, and
    never fails."""
    if address.startswith(("/", "@")):
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(b"WATCHDOG=1", address.replace("@", "\0", 1) if address[0] == "@" else address)


def say_we_live() -> None:
    """A sign of life to whoever keeps this process, on its standard input. Never waits, and never fails."""
    os.set_blocking(sys.stdin.fileno(), False)
    with suppress(OSError):
        os.write(sys.stdin.fileno(), b".")
