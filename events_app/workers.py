"""The worker's process, beside processes that only serve: started, and started again when it dies."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import Final

PAUSES: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds until a worker that ended is started again; the last is repeated. One that lived for longer begins anew."""
WITH_US: Final = "--with-standard-input"
"""Tells the worker to end when its standard input does: however we die, it does not stay behind."""
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

    def __init__(self, *command: str, pauses: tuple[float, ...] = PAUSES) -> None:
        self._command = command or (sys.executable, "-P", "-m", "events_app.commands", "worker", WITH_US)
        self._pauses = pauses
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
        with subprocess.Popen(self._command, stdin=subprocess.PIPE, process_group=0) as process:  # noqa: S603 - ours
            while not self._stopping.wait(0.5):
                if process.poll() is not None:
                    return process.returncode
            process.terminate()
            try:
                return process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait()
