"""Lists as CSV and XLSX, written while they are sent: one page of rows in memory, nothing on the disk."""

import codecs
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Protocol, cast

from events_app.errors import Conflict
from events_app.exports import workbook
from events_app.exports.cells import LONGEST_CELL, clean, disarm, fit, sheet_name, xml_text
from events_app.i18n import N_

QUICKLY = 2
"""zlib's level: a sheet is a tenth larger than at its usual 6, and written in a quarter of the time."""

PIECE = 32_768
"""Bytes that are sent in one go."""

LAST_ROW = 1_048_576
"""Excel's last row, the header's included."""

Cells = Sequence[str]


class SheetFull(Conflict):
    """More rows than a spreadsheet has."""

    sentence = N_("A spreadsheet has %(rows)s rows, and this list is longer. Please export it as CSV.")


class Sheet(Protocol):
    """A sheet while it is written: each verb gives the bytes that are ready; `close` where it is given up."""

    def begin(self) -> bytes: ...
    def add(self, page: Sequence[Cells]) -> bytes: ...
    def end(self) -> bytes: ...
    def close(self) -> None: ...


class CsvSheet:
    """A CSV file (RFC 4180): UTF-8, every cell quoted, CRLF, the columns' names first; `sign` parts cells.

    A cell that a spreadsheet would calculate gets an apostrophe before it (`cells.disarm`). `bom` puts the
    three bytes before it all by which Excel knows UTF-8.
    """

    def __init__(self, columns: Cells, *, bom: bool, sign: str) -> None:
        self._bom, self._sign = bom, sign
        self._written = _csv_lines([columns], sign)

    def begin(self) -> bytes:
        return codecs.BOM_UTF8 if self._bom else b""

    def add(self, page: Sequence[Cells]) -> bytes:
        self._written += _csv_lines(page, self._sign)
        return self.end() if len(self._written) >= PIECE else b""

    def end(self) -> bytes:
        written, self._written = self._written, ""
        return written.encode()

    def close(self) -> None:
        """Nothing is open."""


class XlsxSheet:
    """An XLSX file (ISO/IEC 29500-1): one sheet called `title`, every cell a text, never a formula.

    The columns' names stand bold in a frozen first row with a filter; the sheet reads right to left if asked.
    Refuses `SheetFull` after 1,048,575 rows, when much is sent already: count first.
    """

    def __init__(self, columns: Cells, *, right_to_left: bool, title: str) -> None:
        self._columns, self._right_to_left, self._title = columns, right_to_left, title
        self._sink, self._writer, self._last = _Sink(), _RowWriter(len(columns)), 1
        sink = cast(IO[bytes], self._sink)
        self._archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICKLY)
        self._rows: IO[bytes] | None = None

    def begin(self) -> bytes:
        _add(self._archive, "[Content_Types].xml", workbook.CONTENT_TYPES)
        _add(self._archive, "_rels/.rels", workbook.PACKAGE_RELATIONS)
        _add(self._archive, "xl/styles.xml", workbook.STYLES)
        return b""

    def add(self, page: Sequence[Cells]) -> bytes:
        is_first = self._rows is None  # the first at once: the browser sees that it begins
        rows = self._rows or self._begun(page)
        rows.write(self._writer.rows(page, after=self._last).encode())
        self._last += len(page)
        return self._sink.take() if is_first or self._sink.size >= PIECE else b""

    def _begun(self, page: Sequence[Cells]) -> IO[bytes]:
        """The sheet with its names; how wide its columns are follows from the first page."""
        self._rows = self._archive.open("xl/worksheets/sheet1.xml", "w")
        start = workbook.sheet_start(_widths([self._columns, *page]), right_to_left=self._right_to_left)
        self._rows.write((start + self._writer.header(self._columns)).encode())
        return self._rows

    def end(self) -> bytes:
        width, rows = len(self._columns), self._rows or self._begun([])
        rows.write(workbook.sheet_end(width, self._last).encode())
        rows.close()
        _add(self._archive, "xl/_rels/workbook.xml.rels", workbook.WORKBOOK_RELATIONS)
        book = workbook.book(sheet_name(self._title), columns=width, rows=self._last)
        _add(self._archive, "xl/workbook.xml", book)
        self.close()
        return self._sink.take()

    def close(self) -> None:
        if self._rows is not None:
            self._rows.close()
        self._archive.close()


def _csv_lines(page: Sequence[Cells], sign: str) -> str:
    """What `csv.writer` with QUOTE_ALL writes, in a third of its time."""
    whole = "".join(map("".join, page))
    if not whole.isprintable():
        page = [[clean(cell) for cell in row] for row in page]
    page = [[cell if not cell or cell[0].isalnum() else disarm(cell) for cell in row] for row in page]
    if '"' in whole:
        page = [[cell.replace('"', '""') for cell in row] for row in page]
    return "".join([f'"{line}"\r\n' for line in map(f'"{sign}"'.join, page)])


class _RowWriter:
    """Rows of texts as XML, one `%` and one `replace` per row."""

    def __init__(self, width: int) -> None:
        self._plain = workbook.row_form(width)
        self._keep_space = workbook.row_form(width, keep_space=True)
        self._header = workbook.row_form(width, style=workbook.BOLD, keep_space=True)

    def header(self, columns: Cells) -> str:
        """The first row."""
        return (self._header % _xml_row(columns)).replace("\x00", "1")

    def rows(self, page: Sequence[Cells], *, after: int) -> str:
        """These rows, the first of them numbered `after + 1`. Refuses `SheetFull`."""
        if after + len(page) > LAST_ROW:
            raise SheetFull(rows=LAST_ROW)
        is_plain = _is_plain(page)
        rows = [
            self._row(row, is_plain or _is_plain([row])).replace("\x00", str(number))
            for number, row in enumerate(page, after + 1)
        ]
        return workbook.without_empty_texts("".join(rows))

    def _row(self, row: Cells, is_plain: bool) -> str:
        return self._plain % tuple(row) if is_plain else self._keep_space % _xml_row(row)


def _is_plain(page: Sequence[Cells]) -> bool:
    """Whether all cells of these rows can stand in XML as they are: printable, short, no markup, no space at an end."""
    line = f"|{'|'.join(map('|'.join, page))}|"
    return (
        line.isprintable()
        and "  " not in line
        and "| " not in line
        and " |" not in line
        and "&" not in line
        and "<" not in line
        and ">" not in line
        and "_x" not in line
        and len(line) <= LONGEST_CELL
    )


def _xml_row(row: Cells) -> tuple[str, ...]:
    return tuple(xml_text(fit(clean(cell))) for cell in row)


def _widths(rows: Iterable[Cells]) -> list[int]:
    """A width in characters for every column, from what its first cells hold."""
    return [min(max(max(map(len, cells)) + 2, 8), 50) for cells in zip(*rows, strict=True)]


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    """A file of the archive. Opened so, it is dated 1980: when a list was taken out is nobody's business."""
    with archive.open(name, "w") as file:
        file.write(text.encode())


class _Sink:
    """Where the archive writes until it is taken and sent. It cannot seek: the archive never goes back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        """One more piece."""
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        """All that was written since the last time."""
        taken, self._pieces, self.size = b"".join(self._pieces), [], 0
        return taken
