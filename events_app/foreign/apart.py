"""Lists and pictures that strangers made, read in a worker of their own: what it is asked, and what it may answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from events_app.errors import Invalid
from events_app.foreign.delimited import QuoteNeverClosed
from events_app.foreign.encodings import NotATable
from events_app.foreign.pictures import Size, cropped, letterhead, redrawn
from events_app.foreign.reading import read_here
from events_app.foreign.tables import Listing, NothingInside, TableRow, TableTooLarge, Words
from events_app.foreign.workbooks import (
    BadOpenDocument,
    BadWorkbook,
    HoldsMacros,
    OldOrLocked,
    WorkbookTooLarge,
    is_workbook,
    kind_of_broken,
)
from events_app.offload import pool
from events_app.offload.refusals import NeededTooMuch, TookTooLong, Undone

LIMITS: Final = pool.Limits(memory=1024 * 1024 * 1024, seconds=15, clock=30.0, foreign=True)
"""A list of 10,000 rows and 100 columns needs a fifth of each, a picture of 24 million points a half."""

REFUSALS: Final[Mapping[str, type[Invalid]]] = {
    kind.__name__: kind
    for kind in (
        BadOpenDocument, BadWorkbook, HoldsMacros, NotATable, NothingInside, OldOrLocked, QuoteNeverClosed,
        TableTooLarge, WorkbookTooLarge,
    )
}  # fmt: skip
"""What a worker may answer instead of a list."""


@dataclass(frozen=True)
class ReadList:
    """A list and how it was read: see `tables.Table`."""

    listing: Listing
    encoding: str
    delimiters: tuple[str, ...]


async def read_apart(
    data: bytes, *, words: Words, encoding: str = "", delimiter: str = "", heading: int | None = None
) -> ReadList:
    """The people of a list below its heading (of row `heading`; None finds out), read by a worker.

    Refuses what is in `REFUSALS`, and `Undone`: a list that took too long, and whatever else became of the worker.
    """
    try:
        answer = await pool.run(read_here, data, dict(words), encoding, delimiter, heading, limits=LIMITS)
    except Undone as undone:
        if not is_workbook(data):
            raise
        is_large = isinstance(undone, TookTooLong | NeededTooMuch)
        raise WorkbookTooLarge() if is_large else kind_of_broken(data)() from None
    said = json.loads(answer)
    if "refused" in said:
        raise REFUSALS[said["refused"]](**said["values"])
    return _list_in(said)


def _list_in(said: Mapping[str, Any]) -> ReadList:
    hidden = said["hidden"]
    listing = Listing(
        tuple(said["headings"]),
        tuple(TableRow(number, tuple(cells)) for number, cells in said["rows"]),
        said["heading"],
        None if hidden is None else tuple(hidden),
    )
    return ReadList(listing, said["encoding"], tuple(said["delimiters"]))


async def redrawn_apart(content: bytes) -> bytes | None:
    """A picture drawn anew (see `pictures.redrawn`); None for what is none, or too large, or too much work."""
    try:
        return await pool.run(redrawn, content, limits=LIMITS) or None
    except Undone:
        return None


async def letterhead_apart(content: bytes) -> bytes:
    """A logo for the head of letters (see `pictures.letterhead`); b"" for none."""
    try:
        return await pool.run(letterhead, content, limits=LIMITS)
    except Undone:
        return b""


@dataclass(frozen=True)
class Drawn:
    """A picture in one size, as WebP."""

    width: int
    height: int
    content: bytes


async def cropped_apart(content: bytes, sizes: Sequence[Size]) -> list[Drawn] | str:
    """A picture cut and drawn anew in these sizes (see `pictures.cropped`); else why not: "none", "large", "small"."""
    try:
        answer = await pool.run(cropped, content, list(sizes), limits=LIMITS)
    except Undone as undone:
        return "large" if isinstance(undone, TookTooLong | NeededTooMuch) else "none"
    line, _, rest = answer.partition(b"\n")
    said = json.loads(line)
    if "refused" in said:
        return str(said["refused"])
    drawn, at = [], 0
    for width, height, length in said["sizes"]:
        drawn.append(Drawn(width, height, rest[at : at + length]))
        at += length
    return drawn
