"""Lists as CSV and XLSX, written while they are sent: one page of rows in memory, nothing on the disk."""

import asyncio
import codecs
import csv
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import IO, cast

from events_app.errors import Conflict
from events_app.exports import workbook
from events_app.exports.cells import LONGEST_CELL, clean, disarm, fit, sheet_name, xml_text
from events_app.i18n import N_

PAGE = 20
"""Rows written in one go: some 0.3 ms of work, after which the event loop may answer others."""

PIECE = 32_768
"""Bytes that are sent in one go."""

LAST_ROW = 1_048_576
"""Excel's last row, the header's included."""

Row = Sequence[str]


class SheetFull(Conflict):
    """More rows than a spreadsheet has."""

    sentence = N_("A spreadsheet has %(rows)s rows, and this list is longer. Please export it as CSV.")


async def csv_rows(columns: Row, rows: AsyncIterator[Row], *, bom: bool) -> AsyncIterator[bytes]:
    """A CSV file (RFC 4180) in pieces: UTF-8, every cell quoted, CRLF, the columns' names first.

    A cell that a spreadsheet would calculate gets an apostrophe before it (`cells.disarm`). `bom` puts the
    three bytes before it all by which Excel knows UTF-8.
    """
    if bom:
        yield codecs.BOM_UTF8
    lines = _Lines()
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_csv_row(columns))
    async for page in _pages(rows, len(columns)):
        writer.writerows(map(_csv_row, page))
        if lines.size >= PIECE:
            yield lines.take()
    yield lines.take()


async def xlsx_rows(
    columns: Row, rows: AsyncIterator[Row], *, right_to_left: bool, title: str
) -> AsyncIterator[bytes]:
    """An XLSX file (ISO/IEC 29500-1) in pieces: one sheet called `title`, every cell a text, never a formula.

    The columns' names stand bold in a frozen first row with a filter; the sheet reads right to left if asked.
    Refuses `SheetFull` after 1,048,575 rows, when much is sent already: count first.
    """
    sink, writer, last = _Sink(), _RowWriter(len(columns)), 1
    pages = _pages(rows, len(columns))
    with zipfile.ZipFile(cast(IO[bytes], sink), "w") as archive:
        _add(archive, "[Content_Types].xml", workbook.CONTENT_TYPES)
        _add(archive, "_rels/.rels", workbook.PACKAGE_RELATIONS)
        _add(archive, "xl/styles.xml", workbook.STYLES)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            page: list[Row] = await anext(pages, [])
            start = workbook.sheet_start(_widths([columns, *page]), right_to_left=right_to_left)
            sheet.write((start + writer.header(columns)).encode())
            while page:
                sheet.write(writer.rows(page, after=last).encode())
                last += len(page)
                if (
                    sink.size >= PIECE or last <= 1 + PAGE
                ):  # the first page at once: the browser sees that it begins
                    yield sink.take()
                page = await anext(pages, [])
            sheet.write(workbook.sheet_end(len(columns), last).encode())
        _add(archive, "xl/_rels/workbook.xml.rels", workbook.WORKBOOK_RELATIONS)
        _add(archive, "xl/workbook.xml", workbook.book(sheet_name(title), columns=len(columns), rows=last))
    yield sink.take()


async def _pages(rows: AsyncIterator[Row], width: int) -> AsyncIterator[list[Row]]:
    """The rows in pages, the event loop free between two. A ragged row is a mistake of ours."""
    page: list[Row] = []
    async for row in rows:
        if len(row) != width:
            raise ValueError(f"a row of {len(row)} cells under {width} columns")
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
            await asyncio.sleep(0)
    if page:
        yield page


def _csv_row(row: Row) -> Iterable[str]:
    cells = row if "".join(row).isprintable() else map(clean, row)
    return [cell if cell[:1].isalnum() else disarm(cell) for cell in cells]


class _RowWriter:
    """Rows of texts as XML, one `%` and one `replace` per row where nothing needs escaping."""

    def __init__(self, width: int) -> None:
        self._plain = workbook.row_form(width)
        self._keep_space = workbook.row_form(width, keep_space=True)
        self._header = workbook.row_form(width, style=workbook.BOLD, keep_space=True)

    def header(self, columns: Row) -> str:
        """The first row."""
        return (self._header % _xml_row(columns)).replace("\x00", "1")

    def rows(self, page: Iterable[Row], *, after: int) -> str:
        """These rows, the first of them numbered `after + 1`. Refuses `SheetFull`."""
        texts = []
        for number, row in enumerate(page, after + 1):
            text = self._plain % tuple(row) if _is_plain(row) else self._keep_space % _xml_row(row)
            texts.append(text.replace("\x00", str(number)))
        if after + len(texts) > LAST_ROW:
            raise SheetFull(rows=LAST_ROW)
        return workbook.without_empty_texts("".join(texts))


def _is_plain(row: Row) -> bool:
    """Whether all cells can stand in XML as they are: printable, short, no markup, no space at an end."""
    line = f" {'| |'.join(row)} "  # a space at a cell's end makes two
    return (
        line.isprintable()
        and "  " not in line
        and "&" not in line
        and "<" not in line
        and ">" not in line
        and "_x" not in line
        and len(line) <= LONGEST_CELL
    )


def _xml_row(row: Row) -> tuple[str, ...]:
    return tuple(xml_text(fit(clean(cell))) for cell in row)


def _widths(rows: Iterable[Row]) -> list[int]:
    """A width in characters for every column, from what its first cells hold."""
    return [min(max(max(map(len, cells)) + 2, 8), 50) for cells in zip(*rows, strict=True)]


def _entry(name: str) -> zipfile.ZipInfo:
    """A file of the archive, dated 1980: the minute at which a list was taken out is nobody's business."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text)


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


class _Lines:
    """Where the CSV writer writes."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self.size = 0  # in characters

    def write(self, line: str) -> int:
        """One more line."""
        self._lines.append(line)
        self.size += len(line)
        return len(line)

    def take(self) -> bytes:
        """All lines since the last time, as UTF-8."""
        taken, self._lines, self.size = "".join(self._lines).encode(), [], 0
        return taken
