"""Reading XLSX (ISO/IEC 29500, SpreadsheetML): the first sheet with rows in it, as text. Nothing touches the disk.

Entity bombs and zip bombs come to nothing: a part with a DOCTYPE is refused before anything in it is read, and no part
is unpacked beyond `MOST_UNPACKED`.
"""

import contextlib
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from events_app.errors import Invalid
from events_app.i18n import N_

MOST_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes of one part of the workbook: a sheet of 10,000 rows has some 10 MB."""

MOST_SHARED: Final = 1_000_000
BUILT_IN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Number formats that are dates without saying so (18.8.30, numFmts)."""

NumberedRows = list[tuple[int, list[str]]]
Starts = Callable[[str, dict[str, str]], None]
Ends = Callable[[str], None]


class BadWorkbook(Invalid):
    sentence = N_(
        "This Excel file cannot be read. Please open it in Excel, save it again as XLSX, and try again."
    )


class WorkbookTooLarge(Invalid):
    sentence = N_("This Excel file is too large for us when it is unpacked.")


def read_workbook(data: bytes, *, most_rows: int, most_columns: int) -> NumberedRows:
    """Rows with their numbers as Excel shows them (from 1); rows without cells are left out.

    At most `most_rows` + 1 rows of `most_columns` + 1 cells are read, so that the caller sees that there are more.
    Dates come as YYYY-MM-DD (with HH:MM where there is a time), numbers without a trailing ".0".
    Refuses `BadWorkbook`, `WorkbookTooLarge`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book = _Book(archive)
            for path in book.sheets:
                if rows := book.rows_of(path, most_rows, most_columns):
                    return rows
    except _BROKEN:
        raise BadWorkbook() from None
    return []


_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, ExpatError, KeyError, ValueError, IndexError, EOFError,
    NotImplementedError, RuntimeError, OverflowError, OSError,
)  # fmt: skip
"""What the standard library raises of archives and parts that are not what they say."""


class _Enough(Exception):
    """No more rows are wanted."""


class _Book:
    """The parts of a workbook that its cells need: which sheets there are, shared texts, which styles are dates."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self.since_1904 = False
        self.sheets = self._sheet_paths()
        self._shared = self._read_shared()
        self._dates = self._read_date_styles()

    def _part(self, path: str) -> bytes:
        info = self._archive.getinfo(path)
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BadWorkbook()
        if info.file_size > MOST_UNPACKED:
            raise WorkbookTooLarge()
        with self._archive.open(info) as part:
            content = part.read(MOST_UNPACKED + 1)  # what the directory says of the size may be a lie
        if len(content) > MOST_UNPACKED:
            raise WorkbookTooLarge()
        return content

    def _parse(
        self, path: str, starts: Starts, ends: Ends | None = None, texts: Callable[[str], None] | None = None
    ) -> None:
        _parse(self._part(path), starts, ends, texts)

    def _sheet_paths(self) -> list[str]:
        """The worksheets that are not hidden, in the order of their tabs."""
        targets: dict[str, str] = {}
        found: list[str] = []

        def relation(tag: str, said: dict[str, str]) -> None:
            if tag == "Relationship" and said.get("Type", "").endswith("/worksheet"):
                targets[said["Id"]] = posixpath.normpath(posixpath.join("/xl", said["Target"])).lstrip("/")

        def sheet(tag: str, said: dict[str, str]) -> None:
            if tag == "workbookPr":
                self.since_1904 = said.get("date1904") in {"1", "true"}
            if tag == "sheet" and said.get("state", "visible") == "visible":
                found.append(said.get("id", ""))

        self._parse("xl/_rels/workbook.xml.rels", relation)
        self._parse("xl/workbook.xml", sheet)
        return [targets[each] for each in found if targets.get(each) in self._names]

    def _read_shared(self) -> list[str]:
        """The shared texts; phonetic readings (rPh) are no part of them."""
        if "xl/sharedStrings.xml" not in self._names:
            return []
        shared: list[str] = []
        pieces: list[str] = []
        inside, reading = False, False

        def starts(tag: str, _said: dict[str, str]) -> None:
            nonlocal inside, reading
            inside = inside or tag == "t"
            reading = reading or tag == "rPh"

        def ends(tag: str) -> None:
            nonlocal inside, reading
            if tag == "t":
                inside = False
            elif tag == "rPh":
                reading = False
            elif tag == "si":
                if len(shared) >= MOST_SHARED:
                    raise WorkbookTooLarge()
                shared.append("".join(pieces))
                pieces.clear()

        def texts(text: str) -> None:
            if inside and not reading:
                pieces.append(text)

        self._parse("xl/sharedStrings.xml", starts, ends, texts)
        return [_unescaped(text) for text in shared]

    def _read_date_styles(self) -> frozenset[int]:
        """Which cell styles (cellXfs, counted from 0) show a number as a date."""
        if "xl/styles.xml" not in self._names:
            return frozenset()
        own: dict[int, bool] = {}
        styles: list[int] = []
        in_cells = False

        def starts(tag: str, said: dict[str, str]) -> None:
            nonlocal in_cells
            if tag == "numFmt":
                own[int(said["numFmtId"])] = _is_date_format(said.get("formatCode", ""))
            elif tag == "cellXfs":
                in_cells = True
            elif tag == "xf" and in_cells:
                styles.append(int(said.get("numFmtId", "0")))

        def ends(tag: str) -> None:
            nonlocal in_cells
            in_cells = in_cells and tag != "cellXfs"

        self._parse("xl/styles.xml", starts, ends)
        return frozenset(at for at, number in enumerate(styles) if own.get(number, number in BUILT_IN_DATES))

    def rows_of(self, path: str, most_rows: int, most_columns: int) -> NumberedRows:
        reader = _SheetReader(
            self._shared, self._dates, (most_rows, most_columns), since_1904=self.since_1904
        )
        with contextlib.suppress(_Enough):
            self._parse(path, reader.starts, reader.ends, reader.texts)
        return reader.rows


class _SheetReader:
    """Takes a worksheet's cells as they come."""

    def __init__(
        self, shared: list[str], dates: frozenset[int], most: tuple[int, int], *, since_1904: bool
    ) -> None:
        self.rows: NumberedRows = []
        self._shared, self._dates = shared, dates
        self._epoch = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock
        self._most_rows, self._most_columns = most
        self._number = 0
        self._cells: dict[int, str] = {}
        self._column = 0
        self._said: Mapping[str, str] = {}
        self._pieces: list[str] = []
        self._inside = False

    def starts(self, tag: str, said: dict[str, str]) -> None:
        if tag == "row":
            self._number = int(said.get("r", self._number + 1))
            self._cells, self._column = {}, 0
        elif tag == "c":
            column = _column_of(said["r"]) if "r" in said else self._column + 1
            self._column = min(column, self._most_columns + 1)
            self._said, self._pieces = said, []
        elif tag in {"v", "t"}:
            self._inside = True

    def ends(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._inside = False
        elif tag == "c":
            if text := self._text():
                self._cells[self._column] = text
        elif tag == "row" and any(text.strip() for text in self._cells.values()):
            cells = [self._cells.get(at, "") for at in range(1, max(self._cells) + 1)]
            self.rows.append((self._number, cells))
            if len(self.rows) > self._most_rows:
                raise _Enough

    def texts(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)

    def _text(self) -> str:
        raw, kind = "".join(self._pieces), self._said.get("t", "n")
        if kind == "s":
            return self._shared[int(raw)] if raw else ""
        if kind in {"inlineStr", "str"}:
            return _unescaped(raw)
        if kind == "b":
            return "yes" if raw.strip() == "1" else "no"
        if kind == "d":
            return raw.removesuffix("T00:00:00")
        if kind == "e" or not raw:
            return ""
        return self._number_or_date(float(raw))

    def _number_or_date(self, value: float) -> str:
        if int(self._said.get("s", "0")) in self._dates and 0 <= value < 2_958_466:  # 9999-12-31
            moment = self._epoch + timedelta(seconds=round(value * 86_400))
            return f"{moment:%Y-%m-%d}" if value == int(value) else f"{moment:%Y-%m-%d %H:%M}"
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _parse(
    content: bytes, starts: Starts, ends: Ends | None = None, texts: Callable[[str], None] | None = None
) -> None:
    """Walk through one part; tags and attributes come without their namespaces."""
    parser = ParserCreate()
    parser.buffer_text = True

    def doctype(*_said: object) -> None:
        raise BadWorkbook()

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda tag, said: starts(
        tag.rpartition(":")[2], {name.rpartition(":")[2]: value for name, value in said.items()}
    )
    if ends:
        parser.EndElementHandler = lambda tag: ends(tag.rpartition(":")[2])
    if texts:
        parser.CharacterDataHandler = texts
    parser.Parse(content, True)


def _column_of(reference: str) -> int:
    """'C12' is 3."""
    column = 0
    for letter in reference.rstrip("0123456789"):
        column = column * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    return column


def _is_date_format(code: str) -> bool:
    """Whether a number format of the workbook's own shows a date: d, m, y or h outside of quotes and brackets."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code.partition(";")[0])
    return bool(re.search(r"[dmyh]", bare, re.IGNORECASE)) and "general" not in bare.lower()


def _unescaped(text: str) -> str:
    """_x000D_ and the like are how a workbook writes what XML cannot (22.9.2.19, ST_Xstring)."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
