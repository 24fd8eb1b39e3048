"""Lists that people bring: bytes in, rows of text out, whatever program wrote them. Pure; nothing touches the disk."""

import csv
import io
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from events_app.addresses import holds_address
from events_app.errors import Invalid
from events_app.i18n import L_, N_
from events_app.imports.workbooks import NumberedRows, is_workbook, read_workbook
from events_app.texts import folded

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 10_000

ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": L_("Unicode (UTF-8)"),
    "utf-16-le": L_("Unicode (UTF-16)"),
    "utf-16-be": L_("Unicode (UTF-16, reversed)"),
    "cp1256": L_("Arabic (Windows-1256)"),
    "cp1254": L_("Turkish (Windows-1254)"),
    "cp1252": L_("Western European (Windows-1252)"),
    "cp1250": L_("Central European (Windows-1250)"),
    "cp1251": L_("Cyrillic (Windows-1251)"),
}
"""How the letters of a CSV file may be written, in the order of the choice."""

_GUESSED: Final = ("cp1252", "cp1254", "cp1256")
_DELIMITERS: Final = ",;\t|"
_CONTROLS: Final = re.compile(r"[\x01-\x08\x0e-\x1f]")
UNREADABLE: Final = "\ufffd"
"""Stands where bytes mean nothing in the chosen encoding."""


class NotATable(Invalid):
    sentence = N_("This is no list that we can read. Please save it as CSV or XLSX and try again.")


class NothingInside(Invalid):
    sentence = N_("There are no rows in it.")


class TableTooLarge(Invalid):
    sentence = N_("This list is too long: we take at most %(rows)s rows and %(columns)s columns at a time.")


@dataclass(frozen=True)
class Row:
    """One row of a list; `number` is the one that a spreadsheet program shows, counted from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A list as it was read. `encoding` is a key of `ENCODINGS`, or '' for a workbook, which needs none.

    `hidden` are the numbers of rows that the workbook does not show; None where we cannot tell (XLS).
    """

    rows: tuple[Row, ...]
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
    rows: tuple[Row, ...]
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
            rows.append(Row(number, tuple(kept)))
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


def decode(data: bytes, *, encoding: str = "") -> tuple[str, str]:
    """The text in the bytes and the encoding (a key of `ENCODINGS`) it was read by.

    A chosen encoding is used as it is, and `UNREADABLE` stands for what means nothing in it. Otherwise a byte order
    mark decides, then UTF-16 without one, then UTF-8, then the Windows encoding in which the words look most like
    words. Refuses `NotATable` for bytes that are no text in any of them.
    """
    if encoding:
        text, used = data.decode(encoding, "replace").removeprefix("\ufeff"), encoding
    else:
        text, used = _decoded(data)
    if "\0" in text or len(_CONTROLS.findall(text)) * 100 > len(text):
        raise NotATable()
    return text, used


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    if b"\0" in data[:4096]:
        tries = [(data.decode(name, "replace"), name) for name in ("utf-16-le", "utf-16-be")]
        text, name = max(tries, key=lambda each: _looks_like_text(each[0]))
        if not _looks_like_text(text):
            raise NotATable()
        return text, name
    text = data.decode("utf-8", "replace")
    lost = text.count(UNREADABLE)
    if not lost or lost * 20 <= sum(letter > "\x7f" for letter in text):
        return text, "utf-8"
    guesses = ((data.decode(name, "replace"), name) for name in _GUESSED)
    return max(guesses, key=lambda each: plausibility(each[0]))


def _looks_like_text(text: str) -> int:
    """Line ends and delimiters are where UTF-16 read the right way round has them."""
    return sum(text.count(mark) for mark in "\n,;\t @.")


def plausibility(text: str) -> int:
    """How much the words with letters beyond ASCII look like words: each is of one script, accents are the exception
    in Latin ones, and signs stand between words. Only for comparing readings of the same bytes."""
    score = 0
    for word in re.findall(r"[^\s,;|\"'()@.:/-]*[^\x00-\x7f][^\s,;|\"'()@.:/-]*", text[:400_000])[:5_000]:
        beyond = [letter for letter in word if letter > "\x7f"]
        kinds = Counter(_kind(letter) for letter in word)
        if kinds["odd"]:
            score -= 3 * kinds["odd"]
        elif (kinds["arabic"] and kinds["latin"]) or (
            kinds["latin"] > 1 and len(beyond) * 2 > kinds["latin"]
        ):
            score -= 2 * len(beyond)
        else:
            score += len(beyond)
        score -= 2 * sum(
            letter in "ðþýÐÞÝ" for letter in beyond
        )  # Icelandic; Turkish has these bytes in most words
    return score


def _kind(letter: str) -> str:
    if letter.isdigit() or letter in "،؛؟–—’‘“”«»_*#&+°…\u00a0\u200c\u200d":
        return "neutral"
    if "\u0600" <= letter <= "\u06ff":
        return "arabic"
    if unicodedata.category(letter) in {"Lu", "Ll"} and letter < "\u0250":
        return "latin"
    return "neutral" if letter < "\x80" else "odd"


def mended(text: str) -> str:
    """What a text should have been that was UTF-8 and was read as a Windows encoding ('Ù…Ù†Ù‰', 'ظ…ظ†ظ‰'); '' for one
    that is as it should be."""
    if text.isascii():
        return ""
    for name in ("cp1252", "cp1256", "cp1254"):
        try:
            return b"".join(_byte_of(letter, name) for letter in text).decode("utf-8")
        except UnicodeError:
            continue
    return ""


def _byte_of(letter: str, encoding: str) -> bytes:
    """Bytes that mean nothing in the encoding were read as control characters of the same number."""
    return bytes([ord(letter)]) if "\x80" <= letter <= "\x9f" else letter.encode(encoding)


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


def _may_name_columns(rows: Sequence[Row], at: int) -> bool:
    roles = {role for cell in rows[at].cells if (role := role_of(cell))}
    stands_first = at == 0 or _is_title(rows[at - 1]) or rows[at - 1].number < rows[at].number - 1
    return len(roles) > 1 or (len(roles) == 1 and stands_first)


def _is_title(row: Row) -> bool:
    return sum(bool(cell) for cell in row.cells) == 1 and not holds_address(row.cells[0])


def listing_of(table: Table, *, heading: int) -> Listing:
    """The people below a heading, up to the next block of a report; all rows where `heading` is 0."""
    named = next((row for row in table.rows if row.number == heading), None)
    rows = tuple(_block_below(table.rows, heading)) if named else table.rows
    width = max([len(row.cells) for row in rows] + [len(named.cells) if named else 0])
    padded = tuple(Row(row.number, row.cells + ("",) * (width - len(row.cells))) for row in rows)
    headings = named.cells if named else ()
    return Listing(
        headings + ("",) * (width - len(headings)),
        padded,
        named.number if named else 0,
        None if table.hidden is None else tuple(row.number for row in rows if row.number in table.hidden),
    )


def _block_below(rows: Sequence[Row], heading: int) -> Iterator[Row]:
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
