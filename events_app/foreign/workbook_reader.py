"""Reading one workbook (XLSX, XLS, ODS) by python-calamine: bytes in, rows out, or in one word why not.

Only ever in a worker (`events_app.offload`), because a file made on purpose can make the library loop or ask for all
memory there is, and no thread can be stopped. Nothing touches the disk.
"""

import io
import posixpath
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MOST_TEXT: Final = 8 * 1024 * 1024
"""Characters in all cells together: what is answered must fit into the server's own memory."""

LONGEST_FORMAT: Final = 1_000
"""Characters of a number format, four times what Excel takes: the library looks at a long one squared."""

OLD: Final = b"\xd0\xcf\x11\xe0"
"""How a compound file begins: XLS, and a workbook with a password."""

Value = int | float | str | bool | time | date | datetime | timedelta
Said = dict[str, str]
Rows = list[tuple[int, list[str]]]
Hidden = list[tuple[int, int]]
"""First and last of rows that are hidden together, counted from 1."""
NONE: Final = (sys.maxsize, sys.maxsize)


class Refused(Exception):
    """Why this is no workbook that we read, in one word."""


def read(data: bytes, *, most_rows: int, most_columns: int) -> dict[str, object]:
    """{"rows", "hidden"} of the first visible sheet with rows in it, or {"refused"}: "bad", "locked", "large" or
    "macros". See `workbooks.read_workbook` for what a cell becomes."""
    try:
        return _read(data, most_rows, most_columns)
    except MemoryError:
        return {"refused": "large"}
    except Refused as refusal:
        return {"refused": str(refusal)}
    except (CalamineError, ExpatError, zipfile.BadZipFile, *_BROKEN):
        return {"refused": "bad"}


_BROKEN: Final = (
    KeyError, ValueError, IndexError, EOFError, NotImplementedError, RuntimeError, OSError,
    OverflowError, zlib.error,
)  # fmt: skip
"""What the standard library and the library raise of parts that are not what they say."""


def _read(data: bytes, most_rows: int, most_columns: int) -> dict[str, object]:
    find_hidden = _look_over(data)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in _visible_sheets(book):
        rows = _rows_of(book.get_sheet_by_name(name), most_rows, most_columns)
        if rows:
            hidden = find_hidden(name)
            return {"rows": rows, "hidden": None if hidden is None else list(_among(rows, hidden))}
    return {"rows": [], "hidden": []}


def _among(rows: Rows, hidden: Hidden) -> Iterator[int]:
    """The numbers of the rows that are hidden; both are in order."""
    runs = iter(hidden)
    first, last = next(runs, NONE)
    for number, _cells in rows:
        while number > last:
            first, last = next(runs, NONE)
        if first <= number:
            yield number


def _look_over(data: bytes) -> Callable[[str], Hidden | None]:
    """Refuse what the library would pass over, and say how the hidden rows of a sheet are found: None for XLS."""
    if data.startswith(OLD):
        if "_VBA_PROJECT_CUR".encode("utf-16-le") in data:
            raise Refused("macros")
        return lambda _name: None
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = archive.namelist()
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Refused("macros")
    if "content.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Refused("locked")
    for name in names:
        if name == "content.xml" or (name.startswith("xl/") and name.endswith((".xml", ".rels"))):
            _walk(archive.read(name), _refuse_long_formats if name.endswith("styles.xml") else None)
    if "xl/workbook.xml" in names:
        return lambda name: _hidden_in_xlsx(archive, name)
    if "content.xml" in names:
        return lambda name: _hidden_in_ods(archive, name)
    raise Refused("bad")


def _refuse_long_formats(tag: str, said: Said) -> None:
    """Of numbers (ISO/IEC 29500, 18.8.30, numFmt@formatCode)."""
    if tag == "numFmt" and len(said.get("formatCode", "")) > LONGEST_FORMAT:
        raise Refused("bad")


def _visible_sheets(book: CalamineWorkbook) -> Iterator[str]:
    """Their names, in the order of their tabs."""
    for sheet in book.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            yield sheet.name


def _rows_of(sheet: CalamineSheet, most_rows: int, most_columns: int) -> Rows:
    if sheet.start is None:
        return []
    left = min(sheet.start[1], most_columns + 1)
    found: Rows = []
    length = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [""] * left + [_text_of(value) for value in values]
        last = max((at for at, text in enumerate(cells, start=1) if text.strip()), default=0)
        if last > most_columns:
            cells[most_columns] = "…"  # whatever stands there: the caller sees that there is more
        if last:
            found.append((number, cells[: min(last, most_columns + 1)]))
            length += sum(map(len, found[-1][1]))
        if length > MOST_TEXT:
            raise Refused("large")
        if len(found) > most_rows:
            break
    return found


def _text_of(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, timedelta):
        return _span(value)
    if isinstance(value, datetime) and value.time() != time():
        return _to_the_second(value).isoformat(" ", "minutes")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else _of_a_day(value)


def _number(value: float) -> str:
    """Without a trailing ".0": a telephone number is stored like any other."""
    is_whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return str(int(value)) if is_whole else repr(value)


def _span(value: timedelta) -> str:
    """Hours and minutes, as a format like [h]:mm shows them: 36:00."""
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def _to_the_second(value: datetime) -> datetime:
    """A sheet holds half past one as 0.5624999 of a day."""
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)


def _of_a_day(value: time) -> str:
    moment = _to_the_second(datetime.combine(date(2000, 1, 1), value))
    return f"{moment:%H:%M}"


def _hidden_in_xlsx(archive: zipfile.ZipFile, sheet: str) -> Hidden | None:
    """Rows that a filter or a person hid (ISO/IEC 29500, 18.3.1.73, row@hidden); None where the sheet is not found."""
    found: Hidden = []
    number = 0

    def starts(tag: str, said: Said) -> None:
        nonlocal number
        if tag == "row":
            number = int(said.get("r", number + 1))
            if said.get("hidden") in {"1", "true"}:
                found.append((number, number))

    path = _path_of(archive, sheet)
    if path not in archive.namelist():
        return None
    content = archive.read(path)
    if b"hidden" in content:  # looking at each cell costs seconds
        _walk(content, starts)
    return found


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Which part of the workbook holds the sheet of that name; '' where that is not said as we know it."""
    ids: Said = {}
    targets: Said = {}

    def names(tag: str, said: Said) -> None:
        if tag == "sheet":
            ids[said.get("name", "")] = said.get("id", "")

    def relations(tag: str, said: Said) -> None:
        if tag == "Relationship":
            targets[said["Id"]] = posixpath.normpath(posixpath.join("/xl", said["Target"])).lstrip("/")

    _walk(archive.read("xl/workbook.xml"), names)
    _walk(archive.read("xl/_rels/workbook.xml.rels"), relations)
    return targets.get(ids.get(sheet, ""), "")


def _hidden_in_ods(archive: zipfile.ZipFile, sheet: str) -> Hidden:
    """Rows that a filter or a person hid (ODF 1.3, 19.749, table:visibility); one element may stand for many rows."""
    found: Hidden = []
    table, number = "", 0

    def starts(tag: str, said: Said) -> None:
        nonlocal table, number
        if tag == "table":
            table, number = said.get("name", ""), 0
        if tag == "table-row":
            first, number = number + 1, number + int(said.get("number-rows-repeated", "1"))
            if table == sheet and said.get("visibility", "visible") != "visible":
                found.append((first, number))

    content = archive.read("content.xml")
    if b"visibility" in content:
        _walk(content, starts)
    return found


def _walk(content: bytes, starts: Callable[[str, Said], None] | None = None) -> None:
    """Go through one part; tags and attributes come without their namespaces. Refuses broken ones, and a DOCTYPE:
    entities can unfold to anything, and no program that writes workbooks needs them."""
    parser = ParserCreate()

    def doctype(*_said: object) -> None:
        raise Refused("bad")

    parser.StartDoctypeDeclHandler = doctype
    if starts:
        parser.StartElementHandler = lambda tag, said: starts(
            tag.rpartition(":")[2], {name.rpartition(":")[2]: value for name, value in said.items()}
        )
    parser.Parse(content, True)
