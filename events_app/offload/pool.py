"""The pool of workers: two at most, started when first needed, ended when idle; a worker's death is one failed task.

A worker is a program of its own (`worker`), started afresh: no connection, key or file of the server reaches it, and
what it gets and gives travels over a pipe. Whatever comes from a stranger's file is read by a worker that is started
for it and ends with it, so that nothing that has been led astray ever sees somebody's data.
"""

import asyncio
import atexit
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from weakref import WeakKeyDictionary

from events_app.offload import frames
from events_app.offload.refusals import NeededTooMuch, TookTooLong, Undone

log = logging.getLogger(__name__)

MOST_WORKERS: Final = 2
LONG_ONES: Final = MOST_WORKERS - 1
"""Talks at a time: one place is always for what is done in a moment."""

IDLE_SECONDS: Final = 30.0
PATIENCE: Final = 2.0
"""Seconds that a worker has to end which has stopped to answer."""

PROGRAM: Final = Path(__file__).with_name("worker.py")
_HANDED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""Of the environment, which may hold the operator's passwords."""

_OUT_OF_TIME: Final = frozenset({-signal.SIGXCPU})
_OUT_OF_MEMORY: Final = frozenset({-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV})
"""How a process ends that asked for more than there is, if it was not we who ended it."""


Task = Callable[..., Any] | str
"""A function of a module, or its name ("package.module:function") where the server itself has no use for the module."""


@dataclass(frozen=True)
class Limits:
    """Of one task, or of one turn of a talk: bytes of memory, seconds of the processor, seconds on the clock.
    `foreign` where it reads what a stranger made."""

    memory: int = 512 * 1024 * 1024
    seconds: int = 15
    clock: float = 30.0
    foreign: bool = False


class Worker:
    """One process. It is asked by one thread at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-B", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
        )
        self._is_late = False

    def ask(self, limits: Limits, verb: str, task: Task | None, said: tuple[Any, ...]) -> bytes:
        """The answer. Refuses `Undone`, after which this worker is of no use."""
        most = {"memory": limits.memory, "seconds": limits.seconds}
        question = pickle.dumps((most, verb, task, said), pickle.HIGHEST_PROTOCOL)
        alarm = threading.Timer(limits.clock, self._too_late)
        alarm.daemon = True
        alarm.start()
        try:
            frames.send(cast(BinaryIO, self._process.stdin), frames.ASKED, question)
            answer = frames.receive(cast(BinaryIO, self._process.stdout))
        except OSError:
            answer = None
        finally:
            alarm.cancel()
        if answer is None or answer[0] != frames.DONE:
            raise self._why(answer)
        return answer[1]

    def _too_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def _why(self, answer: tuple[bytes, bytes] | None) -> Undone:
        if answer and answer[0] == frames.NO_MEMORY:
            return NeededTooMuch()
        if answer:
            log.error("a worker failed: %s", answer[1].decode("utf-8", "replace")[:200])
            return Undone()
        status = self._ended()
        if self._is_late or status in _OUT_OF_TIME:
            return TookTooLong()
        if status in _OUT_OF_MEMORY:
            return NeededTooMuch()
        log.error("a worker ended by itself with status %s", status)
        return Undone()

    def _ended(self) -> int:
        """How it ended; one that says what we do not understand is ended by us."""
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return 0

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """At once, whatever it does; it has nothing to save."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not sent any more
                cast(BinaryIO, pipe).close()


class Talk:
    """A task that goes on: what is said to it is answered, one after another, by the same worker."""

    def __init__(self, worker: Worker, limits: Limits) -> None:
        self._worker, self._limits = worker, limits

    async def say(self, *said: object) -> bytes:
        """Its answer. Refuses `Undone`."""
        return await _in_thread(partial(self._worker.ask, self._limits, "say", None, said))


async def run(task: Task, *said: object, limits: Limits | None = None) -> bytes:
    """What the task answers in a worker. Waits for its turn; refuses `Undone`."""
    limits = limits or Limits()
    async with _turns().any, _lent(limits, is_kept=not limits.foreign) as worker:
        return await _in_thread(partial(worker.ask, limits, "run", task, said))


@asynccontextmanager
async def talk(task: Task, *said: object, limits: Limits | None = None) -> AsyncIterator[Talk]:
    """A task that goes on, until the block ends: the function that it gives back, in a worker, is what answers. The
    worker ends with the block, whatever it was lent with it; leaving it early is how such work is stopped."""
    limits = limits or Limits()
    turns = _turns()
    async with turns.long, turns.any, _lent(limits, is_kept=False) as worker:
        await _in_thread(partial(worker.ask, limits, "begin", task, said))
        yield Talk(worker, limits)


@asynccontextmanager
async def _lent(limits: Limits, *, is_kept: bool) -> AsyncIterator[Worker]:
    starting = asyncio.get_running_loop().run_in_executor(_threads, _worker_for, limits)
    try:
        worker = await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(lambda started: started.result().end())
        raise
    try:
        yield worker
    except BaseException:
        worker.end()
        raise
    if is_kept:
        _keep(worker)
    else:
        worker.end()


def _worker_for(limits: Limits) -> Worker:
    """A kept one, or one that has just been started; always that for foreign files."""
    with _lock:
        while _kept and not limits.foreign:
            worker = _kept.pop()
            if worker.is_alive:
                return worker
            worker.end()
    return Worker()


def _keep(worker: Worker) -> None:
    with _lock:
        _kept.append(worker)
        for bell in _bell:
            bell.cancel()
        bell = threading.Timer(IDLE_SECONDS, end_idle)
        bell.daemon = True
        bell.start()
        _bell[:] = [bell]


def end_idle() -> None:
    """End the workers that wait for something to do."""
    with _lock:
        while _kept:
            _kept.pop().end()


async def _in_thread(act: Callable[[], bytes]) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_threads, act)


class _Turns:
    """Whose turn it is, on one event loop."""

    def __init__(self) -> None:
        self.any = asyncio.Semaphore(MOST_WORKERS)
        self.long = asyncio.Semaphore(LONG_ONES)


def _turns() -> _Turns:
    return _turns_of.setdefault(asyncio.get_running_loop(), _Turns())


_turns_of: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()
_threads = ThreadPoolExecutor(2 * MOST_WORKERS, thread_name_prefix="offload")
_lock = threading.Lock()
_kept: list[Worker] = []
_bell: list[threading.Timer] = []
atexit.register(end_idle)
