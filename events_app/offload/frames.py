"""What travels over a pipe between the server and a worker: a letter that says what follows, a length, the bytes."""

import struct
from typing import BinaryIO, Final

DONE: Final = b"="
"""The answer, as bytes."""

NO_MEMORY: Final = b"m"
FAILED: Final = b"!"
"""An exception: its kind and its place, without its message."""

ASKED: Final = b"?"

MOST: Final = 256 * 1024 * 1024
"""Bytes of one piece. A worker that ate a foreign file may say anything."""

_HEAD: Final = struct.Struct("!cQ")


def send(pipe: BinaryIO, kind: bytes, piece: bytes) -> None:
    """Raises OSError where nobody reads any more."""
    pipe.write(_HEAD.pack(kind, len(piece)))
    pipe.write(piece)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next piece and its kind; None where the other side has ended, also in the middle of a piece."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if length > MOST:
        return None
    piece = pipe.read(length)
    return (kind, piece) if len(piece) == length else None
