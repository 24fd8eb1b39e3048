"""Lists as text (CSV, TSV): which sign parts their cells; rows read exactly, or refused with the one that is wrong."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from events_app.errors import Invalid
from events_app.foreign.encodings import NotATable
from events_app.foreign.workbooks import NumberedRows
from events_app.i18n import L_, N_
from events_app.texts import from_the_first_seen, starts_a_formula

DELIMITERS: Final[Mapping[str, str]] = {
    "comma": L_("Comma: ,"),
    "semicolon": L_("Semicolon: ;"),
    "tab": L_("Tab"),
    "bar": L_("Bar: |"),
}
"""What may part two cells, in the order of the choice."""

SIGN_OF: Final[Mapping[str, str]] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}

_END: Final = "\ue0ff end"
"""A row of our own below the list: read as a row it shows that every quotation mark before it was closed."""


class QuoteNeverClosed(Invalid):
    """From there on cells and rows would run into one another, and people would be lost without a word."""

    sentence = N_(
        "A quotation mark in row %(row)s is never closed, so we cannot tell the rows below it apart. "
        "Nothing was read. Please correct that row, and upload the list again."
    )


def delimiters_of(text: str) -> list[str]:
    """The delimiters (keys of `DELIMITERS`) that may be meant, the likeliest first: a first line 'sep=;' says it; else
    those that cut most lines into the same number of cells, and into more than one."""
    if said := _said_in(text):
        return [key for key, sign in SIGN_OF.items() if sign == said]
    sample = text[:65_536]
    found = {key: _regularity(sample, sign) for key, sign in SIGN_OF.items()}
    best = max(found.values())
    return [key for key in found if found[key] == best]


def read_rows(text: str, *, delimiter: str, most: int) -> NumberedRows:
    """The rows of RFC 4180, at most `most` + 1, without empty ones; `delimiter` is a key of `DELIMITERS`.

    An apostrophe by which our own sheets keep a cell from being calculated is taken off. Refuses `QuoteNeverClosed`,
    `NotATable`.
    """
    sign = SIGN_OF[delimiter]
    _refuse_open_quotes(text, sign)
    rows: NumberedRows = []
    skipped = bool(_said_in(text))
    number = 0
    try:
        for number, cells in enumerate(_lenient(f"{text}\n{_END}", sign), start=1):
            if cells == [_END]:
                return rows
            if any(cell.strip() for cell in cells) and not (number == 1 and skipped):
                rows.append((number, [_bare(cell) for cell in cells]))
            if len(rows) > most:
                return rows
    except csv.Error:
        raise NotATable() from None
    raise QuoteNeverClosed(row=number)


def _lenient(text: str, sign: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=sign)


def _refuse_open_quotes(text: str, sign: str) -> None:
    """The first place that is against RFC 4180: where a cell goes on after its last quotation mark, and began on an
    earlier line, two marks that were never closed have met. On one line, as in "a"b, it is harmless."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    number, line = 0, 0
    try:
        for _cells in reader:
            number, line = number + 1, reader.line_num
    except csv.Error:
        if reader.line_num - line > 1:
            raise QuoteNeverClosed(row=number + 1) from None


def _said_in(text: str) -> str:
    """Excel's own way to say it, in the first line."""
    said = re.match(r'"?sep=([,;|\t])"?\r?\n', text, re.IGNORECASE)
    return said[1] if said else ""


def _regularity(sample: str, sign: str) -> tuple[int, int]:
    try:
        widths = Counter(len(cells) for cells in _lenient(sample, sign))
    except csv.Error:
        return 0, 0
    del widths[1], widths[0]
    return max(((times, width) for width, times in widths.items()), default=(0, 0))


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from calculating what follows (`exports.cells.disarm`)."""
    if not cell.startswith("'"):
        return cell
    return cell[1:] if starts_a_formula(from_the_first_seen(cell.lstrip("'"))) else cell
