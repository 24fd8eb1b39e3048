"""What workers are asked to do in the tests."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def backwards(data: bytes) -> bytes:
    return data[::-1]


def pid() -> bytes:
    return str(os.getpid()).encode()


def die(number: int) -> bytes:
    os.kill(os.getpid(), number)
    return b""


def devour() -> bytes:
    return b"x" * (4 * 1024**3)


def toil() -> bytes:
    while True:
        pass


def sleep() -> bytes:
    time.sleep(60)
    return b""


def stumble(name: str) -> bytes:
    raise ValueError(name)


def chatter() -> bytes:
    print("what a library may print")
    return b"said"


def blurt() -> bytes:
    """More than a frame holds, past the frames: the answer of a worker that was led astray."""
    for number in range(3, 20):
        try:
            os.write(number, b"=" + (1 << 60).to_bytes(8, "big"))
        except OSError:
            continue
    time.sleep(60)
    return b""


def write_down(text: bytes) -> bytes:
    with tempfile.TemporaryFile() as file:
        file.write(text)
    return b"written"


def what_is_here() -> bytes:
    """Names of the environment; open files; modules that a worker has no use for."""
    files = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    heavy = [name for name in ("tortoise", "starlette", "asyncio", "jinja2") if name in sys.modules]
    return "\n".join(
        [*sorted(os.environ), *(each for each in files if each.startswith("/")), *heavy]
    ).encode()


def adder(start: int) -> Callable[[int], bytes]:
    total = start

    def add(number: int) -> bytes:
        nonlocal total
        total += number
        if total > 1000:
            os.kill(os.getpid(), signal.SIGKILL)
        return str(total).encode()

    return add
