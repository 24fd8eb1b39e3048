"""Lists that people bring: bytes in, rows of text out, whatever program wrote them. Pure; nothing touches the disk."""

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from events_app.addresses import holds_address
from events_app.errors import Invalid
from events_app.folding import folded
from events_app.i18n import N_
from events_app.imports.encodings import NotATable, decode
from events_app.imports.workbooks import NumberedRows, is_workbook, read_workbook

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 10_000


_DELIMITERS: Final = ",;\t|"


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
    """A list as it was read. `encoding` is a key of `ENCODINGS`, or '' for a workbook, which needs none.

    `hidden` are the numbers of rows that the workbook does not show; None where we cannot tell (XLS).
    """

    rows: tuple[TableRow, ...]
    encoding: str
    hidden: frozenset[int] | None = frozenset()

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


def read_table(data: bytes, *, encoding: str = "") -> Table:
    """The rows of a CSV, TSV, XLSX, XLS or ODS file, without empty ones. `encoding` '' finds out by itself.

    Refuses `NotATable`, `NothingInside`, `TableTooLarge`, and as `workbooks.read_workbook`.
    """
    if is_workbook(data):
        sheet = read_workbook(data, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        return replace(_table(sheet.rows, ""), hidden=sheet.hidden)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")):
        raise NotATable()
    text, used = decode(data, encoding=encoding)
    return _table(_csv_rows(text), used)


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


def _csv_rows(text: str) -> NumberedRows:
    """RFC 4180, with whatever delimiter the file uses; a first line 'sep=;' is Excel's own way to say it."""
    said = re.match(r'"?sep=([,;|\t])"?\r?\n', text, re.IGNORECASE)
    delimiter = said[1] if said else _delimiter_of(text)
    rows: NumberedRows = []
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1
        ):
            if number == 1 and said:
                continue
            if any(cell.strip() for cell in cells):
                rows.append((number, cells))
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:
        raise NotATable() from None
    return rows


def _delimiter_of(text: str) -> str:
    """The one that cuts most lines into the same number of cells."""
    sample = text[:65_536]

    def regularity(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(
                len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            )
        except csv.Error:
            return 0, 0
        del widths[1], widths[0]
        return max(((times, width) for width, times in widths.items()), default=(0, 0))

    return max(_DELIMITERS, key=regularity)


_HEADINGS: Final[Mapping[str, Sequence[str]]] = tomllib.loads(
    (Path(__file__).parent / "headings.toml").read_text(encoding="utf-8")
)
_ROLE_OF: Final = {folded(word): role for role, words in _HEADINGS.items() for word in words}


def role_of(heading: str) -> str:
    """What a column of that heading holds ('name', 'given', 'family', 'address', 'language', 'mode', 'needs',
    'state'), as Google Forms, Zoom, Eventbrite and people call it in several languages; '' for anything else."""
    plain = " ".join(re.sub(r"[\W_]+", " ", folded(heading[:200])).split())
    if role := _ROLE_OF.get(plain):
        return role
    if len(plain) < 60 and re.search(r"\be ?mail\b|بريد|ايميل|\be ?posta\b", plain):
        return "address"
    return ""


def find_heading(table: Table) -> int:
    """The number of the row that names the columns; 0 where the list begins with people at once.

    Reports with several blocks (Zoom: topic, hosts, attendees) have several headings: the one with most people
    below it is taken.
    """
    rows = table.rows
    people = [any(map(holds_address, row.cells)) for row in rows]
    candidates = [at for at in range(len(rows)) if not people[at] and _may_name_columns(rows, at)]
    if candidates:
        ends = [*candidates[1:], len(rows)]
        below = {at: sum(people[at:end]) for at, end in zip(candidates, ends, strict=True)}
        return rows[max(below, key=lambda at: (below[at], -at))].number
    if people[0]:
        return 0
    first = next((at for at in range(len(rows)) if people[at]), 1)
    return rows[first - 1].number


def _may_name_columns(rows: Sequence[TableRow], at: int) -> bool:
    roles = {role for cell in rows[at].cells if (role := role_of(cell))}
    stands_first = at == 0 or _is_title(rows[at - 1]) or rows[at - 1].number < rows[at].number - 1
    return len(roles) > 1 or (len(roles) == 1 and stands_first)


def _is_title(row: TableRow) -> bool:
    return sum(bool(cell) for cell in row.cells) == 1 and not holds_address(row.cells[0])


def listing_of(table: Table, *, heading: int) -> Listing:
    """The people below a heading, up to the next block of a report; all rows where `heading` is 0."""
    named = next((row for row in table.rows if row.number == heading), None)
    rows = tuple(_block_below(table.rows, heading)) if named else table.rows
    width = max([len(row.cells) for row in rows] + [len(named.cells) if named else 0])
    padded = tuple(TableRow(row.number, row.cells + ("",) * (width - len(row.cells))) for row in rows)
    headings = named.cells if named else ()
    return Listing(
        headings + ("",) * (width - len(headings)),
        padded,
        named.number if named else 0,
        None if table.hidden is None else tuple(row.number for row in rows if row.number in table.hidden),
    )


def _block_below(rows: Sequence[TableRow], heading: int) -> Iterator[TableRow]:
    below = [row for row in rows if row.number > heading]
    for at, row in enumerate(below):
        follows = below[at + 1] if at + 1 < len(below) else None
        if (
            _is_title(row)
            and follows
            and any(map(role_of, follows.cells))
            and not any(map(holds_address, follows.cells))
        ):
            return
        yield row
