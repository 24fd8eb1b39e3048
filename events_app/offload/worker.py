"""The program of a worker: it is asked over its standard input, and answers over its standard output, until that ends.

It has no database, no keys, no settings and none of the server's open files, and it cannot write a file: the first
thing it does is to forbid itself that. What it is asked is ours (pickled); what it answers are bytes.
"""

import contextlib
import os
import pickle
import pkgutil
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

HOUSE: Final = Path(__file__).resolve().parents[2]
NICENESS: Final = 10
"""Whoever looks at a page is served first (nice(2))."""


def main() -> None:
    """Answer one question after another."""
    sys.path.insert(0, str(HOUSE))
    from events_app.offload import frames  # not before the house is on the path

    limit_for_good()
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    partner: dict[str, Callable[..., bytes]] = {}
    while (question := frames.receive(asked)) is not None:
        _answer(answers, question[1], partner)


def limit_for_good() -> None:
    """No file grows by a byte, and no core is left: people's names do not reach the disk."""
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(what, (0, 0))
    os.nice(NICENESS)


def limit_a_task(*, memory: int, seconds: int) -> None:
    """From now on at most `memory` bytes of address space and so many seconds of the processor more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, until)):
        with contextlib.suppress(ValueError, OSError):  # not every system limits both
            resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _answer(pipe: BinaryIO, question: bytes, partner: dict[str, Callable[..., bytes]]) -> None:
    from events_app.offload import frames

    try:
        kind, piece = frames.DONE, _done(question, partner)
    except MemoryError:
        kind, piece = frames.NO_MEMORY, b""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and this process is given up
        kind, piece = frames.FAILED, _told(error).encode()
    frames.send(pipe, kind, piece)


def _done(question: bytes, partner: dict[str, Callable[..., bytes]]) -> bytes:
    """'run' a task; 'begin' one that goes on, whose answer is the partner; 'say' something to it."""
    limits, verb, task, said = pickle.loads(question)  # noqa: S301 - only the server writes here
    limit_a_task(**limits)
    if isinstance(task, str):
        task = pkgutil.resolve_name(task)
    if verb == "run":
        return bytes(task(*said))
    if verb == "begin":
        partner["now"] = task(*said)
        return b""
    return bytes(partner["now"](*said))


def _told(error: Exception) -> str:
    """Its kind and where it was raised; its message may quote what somebody typed."""
    trace: Any = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    place = Path(trace.tb_frame.f_code.co_filename).name
    return f"{type(error).__name__} at {place}:{trace.tb_lineno}"


if __name__ == "__main__":
    main()
