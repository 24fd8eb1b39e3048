"""Lists that people bring: bytes in, rows of text out, whatever program wrote them. Only in a worker (`reading`)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from events_app.addresses import holds_address
from events_app.errors import Invalid
from events_app.folding import plain
from events_app.foreign.delimited import SIGN_OF, delimiters_of, read_rows
from events_app.foreign.encodings import NotATable, decode
from events_app.foreign.workbooks import NumberedRows, is_workbook, read_workbook
from events_app.i18n import N_

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 10_000

Words = Mapping[str, str]
"""Headings that we know, as `folding.plain` makes them, and what such a column holds."""


class NothingInside(Invalid):
    sentence = N_("There are no rows in it.")


class TableTooLarge(Invalid):
    sentence = N_("This list is too long: we take at most %(rows)s rows and %(columns)s columns at a time.")


@dataclass(frozen=True)
class TableRow:
    """One row of a list; `number` is the one that a spreadsheet program shows, counted from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A list as it was read. `encoding` is a key of `ENCODINGS`, or '' for a workbook, which needs none; `delimiters`
    are keys of `DELIMITERS`: the one it was read by, then others that are as likely.

    `hidden` are the numbers of rows that the workbook does not show; None where we cannot tell (XLS).
    """

    rows: tuple[TableRow, ...]
    encoding: str
    hidden: frozenset[int] | None = frozenset()
    delimiters: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return max(len(row.cells) for row in self.rows)


@dataclass(frozen=True)
class Listing:
    """A table whose heading is known: one heading a column, and the rows of people below it.

    `heading` is the number of its row, 0 where there is none; then the headings are empty. `hidden` are the numbers
    of those of its rows that the workbook does not show; None where we cannot tell (XLS).
    """

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    heading: int
    hidden: tuple[int, ...] | None = ()


def read_table(data: bytes, *, words: Words, encoding: str = "", delimiter: str = "") -> Table:
    """The rows of a CSV, TSV, XLSX, XLS or ODS file, without empty ones. `encoding` and `delimiter`: '' finds out by
    itself, of several delimiters by the headings that are known.

    Refuses `NotATable`, `NothingInside`, `TableTooLarge`, as `delimited.read_rows` and `workbooks.read_workbook`.
    """
    if is_workbook(data):
        sheet = read_workbook(data, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        return replace(_table(sheet.rows, ""), hidden=sheet.hidden)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")):
        raise NotATable()
    text, used = decode(data, encoding=encoding)
    likely = [delimiter] if delimiter else _by_headings(text, delimiters_of(text), words)
    return replace(_read(text, used, likely[0]), delimiters=tuple(likely))


def _read(text: str, encoding: str, delimiter: str) -> Table:
    return _table(read_rows(text, delimiter=delimiter, most=MOST_ROWS), encoding)


def _by_headings(text: str, likely: list[str], words: Words) -> list[str]:
    """Of several delimiters that cut a list alike, those first by which we know most of its headings."""
    if len(likely) == 1:
        return likely
    lines = text[:65_536].splitlines()[:20]
    known = {
        key: sum(bool(role_of(part, words)) for line in lines for part in line.split(SIGN_OF[key]))
        for key in likely
    }
    return sorted(likely, key=lambda key: -known[key])


def _table(numbered: NumberedRows, encoding: str) -> Table:
    rows = []
    for number, cells in numbered:
        kept = [cell.strip()[:LONGEST_CELL] for cell in cells]
        while kept and not kept[-1]:
            kept.pop()
        if kept:
            rows.append(TableRow(number, tuple(kept)))
    if not rows:
        raise NothingInside()
    if len(rows) > MOST_ROWS or max(len(row.cells) for row in rows) > MOST_COLUMNS:
        raise TableTooLarge(rows=MOST_ROWS, columns=MOST_COLUMNS)
    return Table(tuple(rows), encoding)


_NO_ADDRESS: Final = re.compile(
    r"\b(opt|consent|newsletter|subscri\w*|status|sent|date|template|subject|list|verified|confirmed)\b|رساله|نشره|اشتراك"
)


def role_of(heading: str, words: Words) -> str:
    """What a column of that heading holds, as `words` say it, or an address in a longer one; '' for anything else."""
    return words.get(plain(heading[:200]), "") or ("address" if may_be_address(heading) else "")


def may_be_address(heading: str) -> bool:
    """Whether a longer heading speaks of an address, and not of what somebody agreed to get, or when it was sent."""
    said = plain(heading[:200])
    speaks = len(said) < 60 and re.search(r"\be ?mail\b|بريد|ايميل|\be ?posta\b", said)
    return bool(speaks) and not _NO_ADDRESS.search(said)


def find_heading(table: Table, words: Words) -> int:
    """The number of the row that names the columns; 0 where the list begins with people at once.

    Reports with several blocks (Zoom: topic, hosts, attendees) have several headings: the one with most people
    below it is taken.
    """
    rows = table.rows
    people = [any(map(holds_address, row.cells)) for row in rows]
    candidates = [at for at in range(len(rows)) if not people[at] and _may_name_columns(rows, at, words)]
    if candidates:
        ends = [*candidates[1:], len(rows)]
        below = {at: sum(people[at:end]) for at, end in zip(candidates, ends, strict=True)}
        return rows[max(below, key=lambda at: (below[at], -at))].number
    if people[0]:
        return 0
    first = next((at for at in range(len(rows)) if people[at]), 1)
    return rows[first - 1].number


def _may_name_columns(rows: Sequence[TableRow], at: int, words: Words) -> bool:
    roles = {role for cell in rows[at].cells if (role := role_of(cell, words))}
    stands_first = at == 0 or _is_title(rows[at - 1]) or rows[at - 1].number < rows[at].number - 1
    return len(roles) > 1 or (len(roles) == 1 and stands_first)


def _is_title(row: TableRow) -> bool:
    return sum(bool(cell) for cell in row.cells) == 1 and not holds_address(row.cells[0])


def listing_of(table: Table, words: Words, *, heading: int) -> Listing:
    """The people below a heading, up to the next block of a report; all rows where `heading` is 0."""
    named = next((row for row in table.rows if row.number == heading), None)
    rows = tuple(_block_below(table.rows, heading, words)) if named else table.rows
    width = max([len(row.cells) for row in rows] + [len(named.cells) if named else 0])
    padded = tuple(TableRow(row.number, row.cells + ("",) * (width - len(row.cells))) for row in rows)
    headings = named.cells if named else ()
    return Listing(
        headings + ("",) * (width - len(headings)),
        padded,
        named.number if named else 0,
        None if table.hidden is None else tuple(row.number for row in rows if row.number in table.hidden),
    )


def _block_below(rows: Sequence[TableRow], heading: int, words: Words) -> Iterator[TableRow]:
    below = [row for row in rows if row.number > heading]
    for at, row in enumerate(below):
        follows = below[at + 1] if at + 1 < len(below) else None
        if (
            _is_title(row)
            and follows
            and any(role_of(cell, words) for cell in follows.cells)
            and not any(map(holds_address, follows.cells))
        ):
            return
        yield row
