"""What a worker does with a long list: it opens people and writes the sheet, a page at a time. It imports little.

The event's key comes over the pipe and stays in the worker's memory; with the talk, the worker that had it ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events_app.exports.parts import Part
from events_app.exports.sheets import Cells, CsvSheet, Sheet, XlsxSheet
from events_app.vault.rules import Json, bound_to
from events_app.vault.sealing import open_value


@dataclass(frozen=True)
class Form:
    """How the sheet is to be: CSV with `bom` and `sign`, or XLSX with `title` and `right_to_left`."""

    kind: str
    bom: bool = False
    sign: str = ","
    title: str = ""
    right_to_left: bool = False

    def sheet(self, columns: Cells) -> Sheet:
        if self.kind == "csv":
            return CsvSheet(columns, bom=self.bom, sign=self.sign)
        return XlsxSheet(columns, right_to_left=self.right_to_left, title=self.title)


@dataclass(frozen=True)
class Order:
    """A list to be written. `parts` stand in the order of the columns; None is a column that comes finished.
    `instead` stands for somebody who cannot be opened."""

    form: Form
    labels: tuple[str, ...]
    parts: tuple[Part | None, ...]
    scope: str
    key: bytes
    instead: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class SealedPage:
    """People with what their seals are bound to, and the columns that come finished, each for all of them."""

    sealed: Sequence[tuple[str, bytes]]
    finished: Sequence[Sequence[str]]


def begin(order: Order) -> Callable[[SealedPage | None], bytes]:
    """Takes page after page, None after the last, and gives the bytes that are ready."""
    cipher, sheet = AESGCM(order.key), order.form.sheet(order.labels)
    ready = sheet.begin()

    def opened(context: str, blob: bytes) -> dict[str, Any]:
        return open_value(cipher, blob, bound=bound_to(order.scope, context), instead=order.instead)

    def write(page: SealedPage | None) -> bytes:
        nonlocal ready
        before, ready = ready, b""
        if page is None:
            return before + sheet.end()
        people = [opened(*each) for each in page.sealed]
        finished = iter(page.finished)
        columns = [next(finished) if part is None else part.cells(people) for part in order.parts]
        return before + sheet.add(list(zip(*columns, strict=True)))

    return write
