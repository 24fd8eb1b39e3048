"""Workbooks of three kinds are read alike; one that was made to hurt is refused, and the server does not feel it."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest

from events_app.errors import Invalid
from events_app.foreign.apart import LIMITS
from events_app.foreign.tables import TableTooLarge
from events_app.foreign.workbooks import (
    BadOpenDocument,
    BadWorkbook,
    HoldsMacros,
    OldOrLocked,
    WorkbookTooLarge,
)
from tests.imports.reading import find_heading, listing_of, read_apart, read_table

pytestmark = pytest.mark.engine_free

OLD = (Path(__file__).parent / "lists" / "old.xls").read_bytes()
"""A hidden sheet, then one with a heading in row 1, a person in row 3 and, in row 4, one who is hidden. By xlwt."""

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
LONGEST = LIMITS.clock + 5.0
"""Seconds that a refusal may take at most, with every core busy; alone, each takes a few."""


def xlsx(*rows: list[object], **formats: str) -> bytes:
    """Rows of the first sheet; a format such as B2="0%" shows a cell so."""
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row in rows:
        sheet.append(row)
    for cell, shown in formats.items():
        sheet[cell].number_format = shown
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part replaced, or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            if each.filename != name:
                new.writestr(each, old.read(each), each.compress_type)
        new.writestr(name, content)
    return out.getvalue()


def ods(rows: str, *, styles: str = "", before: str = "") -> bytes:
    spaces = "".join(f' xmlns:{name}="{OFFICE}{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content{spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f'<office:body><office:spreadsheet>{before}<table:table table:name="People">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest='m'/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def row(*cells: str, **said: str) -> str:
    told = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in said.items())
    return f"<table:table-row{told}>{''.join(cells)}</table:table-row>"


def cell(text: str = "", **said: str) -> str:
    """A cell of text, or of a value: cell(date="2035-05-12")."""
    told = "".join(
        f' office:value-type="{kind}" office:{name_of(kind)}="{value}"' for kind, value in said.items()
    )
    return f"<table:table-cell{told or STRING}><text:p>{escape(text)}</text:p></table:table-cell>"


def name_of(kind: str) -> str:
    return "value" if kind in {"float", "percentage"} else f"{kind}-value"


STRING = ' office:value-type="string"'
NOTHING = "<table:table-cell/>"


def cells_of(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(each.number, each.cells) for each in read_table(data).rows]


def test_an_old_workbook_is_read_as_people_see_it() -> None:
    assert cells_of(OLD) == [
        (1, ("Name", "Born", "Number", "Share", "Yes", "When", "At", "Sum")),
        (3, ("سلمى", "1990-05-03", "491234567890", "0.25", "yes", "2035-05-12 13:30", "13:30")),
        (4, ("Hidden Omar",)),
    ]


def test_an_open_document_is_read_as_people_see_it() -> None:
    hidden = (
        '<style:style style:name="gone" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    notes = f'<table:table table:name="Notes" table:style-name="gone">{row(cell("not for us"))}</table:table>'
    person = row(
        cell("سلمى"), cell("3 May", date="1990-05-03"), cell("…", float="491234567890"),
        cell("25 %", percentage="0.25"), cell("TRUE", boolean="true"),
        cell("…", date="2035-05-12T13:30:00"), cell("…", time="PT13H30M00S"),
    )  # fmt: skip
    empty = row(NOTHING, number_rows_repeated="2")
    remark = "<office:annotation><text:p>not for us</text:p></office:annotation>"
    midnight = row(
        cell("Omar").replace("<text:p>", f"{remark}<text:p>"), cell("…", date="2035-05-12T00:00:00")
    )

    rows = row(cell("Name")) + empty + person + midnight
    assert cells_of(ods(rows, styles=hidden, before=notes)) == [
        (1, ("Name",)),
        (4, ("سلمى", "1990-05-03", "491234567890", "0.25", "yes", "2035-05-12 13:30", "13:30")),
        (5, ("Omar", "2035-05-12")),
    ]


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (0.25, "0%", "0.25"),
        (1.5, "[h]:mm", "36:00"),
        (0.5624999999, "h:mm", "13:30"),
        (44000, "dd/mm/yyyy", "2020-06-18"),
        (44000.999999, "[$-409]m/d/yy h:mm AM/PM;@", "2020-06-19 00:00"),
        (9e9, "yyyy-mm-dd", "9000000000"),
        (2958465.9999999, "yyyy-mm-dd hh:mm", None),
        (12.5, '#,##0.00 "Kč"', "12.5"),
        (5, "@", "5"),
        ("00123", "@", "00123"),
        ("a_x000D_b", "General", "a\rb"),
    ],
)
def test_a_cell_is_the_text_that_it_means(value: object, shown: str, text: str | None) -> None:
    book = xlsx(["x", value], B1=shown)

    if text is None:
        with pytest.raises(BadWorkbook):
            read_table(book)
    else:
        assert cells_of(book) == [(1, ("x", text))]


def test_hidden_rows_of_a_workbook_are_read_and_named() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("People", 0)
    for number, name in enumerate(["Name", "Salma", "Omar", "Lina"], start=1):
        book["People"].cell(number, 1, name)
    for number in (2, 4, 9):
        book["People"].row_dimensions[number].hidden = True
    book["Sheet"].row_dimensions[3].hidden = True
    table = read_table(saved(book))

    assert table.hidden == frozenset({2, 4})
    assert listing_of(table, heading=find_heading(table)).hidden == (2, 4)


def test_hidden_rows_of_an_open_document_are_read_and_named() -> None:
    rows = (
        row(cell("Name"))
        + row(cell("Salma"), visibility="filter")
        + row(cell("Omar"), visibility="collapse", number_rows_repeated="2")
        + row(cell("Lina"))
        + row(NOTHING, visibility="collapse", number_rows_repeated="1048570")
    )

    assert read_table(ods(rows)).hidden == frozenset({2, 3, 4})


def test_an_old_workbook_does_not_claim_that_nothing_is_hidden() -> None:
    table = read_table(OLD)

    assert table.hidden is None
    assert listing_of(table, heading=1).hidden is None


def test_a_text_hides_no_rows() -> None:
    assert read_table(b"Name,E-mail\nJo,jo@example.org\n").hidden == frozenset()


XLSX = xlsx(["Name", "E-mail"], ["Jo", "jo@example.org"])
SHEET = "xl/worksheets/sheet1.xml"


def sheet_of(rows: str) -> bytes:
    return with_part(XLSX, SHEET, f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode())


def lying(data: bytes) -> bytes:
    """The workbook with a sheet of 200 MB, of which its directory says 100 bytes."""
    bomb = with_part(data, SHEET, b"<worksheet>" + b" " * 200_000_000)
    true, told = (200_000_011).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert true in bomb
    return bomb.replace(true, told)


def circling(data: bytes) -> bytes:
    """The old workbook with a directory whose chain of sectors comes back to itself."""
    directory = int.from_bytes(data[48:52], "little")
    table = int.from_bytes(data[76:80], "little")
    at = 512 * (table + 1) + 4 * directory
    return data[:at] + data[48:52] + data[at + 4 :]


HALF_A_BOMB = bytes(60_000_000)
DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "Jo">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], type[Invalid] | tuple[type[Invalid], ...]]] = {
    "a zip bomb": (lambda: with_part(XLSX, SHEET, b" " * 100_000_000), WorkbookTooLarge),
    "a zip bomb in an open document": (lambda: with_part(ods(""), "content.xml", b" " * 100_000_000), WorkbookTooLarge),
    "many parts that are large together": (
        lambda: with_part(with_part(with_part(XLSX, "a", HALF_A_BOMB), "b", HALF_A_BOMB), "c", HALF_A_BOMB),
        WorkbookTooLarge,
    ),
    "a directory that lies": (lambda: lying(XLSX), BadWorkbook),
    "a million columns": (lambda: sheet_of('<row r="1"><c r="BDWGN1"><v>1</v></c></row>'), Invalid),
    "a million cells in a row": (lambda: sheet_of("<row>" + "<c><v>1</v></c>" * 1_000_000 + "</row>"), Invalid),
    "corners far apart": (
        lambda: sheet_of('<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>'),
        WorkbookTooLarge,
    ),
    "texts that there are not": (
        lambda: with_part(XLSX, "xl/sharedStrings.xml", b'<sst uniqueCount="999999999999"><si><t>a</t></si></sst>'),
        Invalid,
    ),
    "one long text in all cells": (
        lambda: with_part(
            sheet_of(("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>") * 10_000),
            "xl/sharedStrings.xml",
            b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>",
        ),
        WorkbookTooLarge,
    ),
    "entities in a workbook": (
        lambda: with_part(XLSX, "xl/sharedStrings.xml", DOCTYPE + b"<sst><si><t>&b;</t></si></sst>"),
        BadWorkbook,
    ),
    "entities in an open document": (
        lambda: with_part(ods(""), "content.xml", DOCTYPE + b"<a>&b;</a>"),
        BadOpenDocument,
    ),
    "a million columns repeated": (
        lambda: ods(row('<table:table-cell office:value-type="float" office:value="1" '
                'table:number-columns-repeated="1000000"/>', number_rows_repeated="1000000")),
        Invalid,
    ),
    "a workbook with macros": (lambda: with_part(XLSX, "xl/vbaProject.bin", b"..."), HoldsMacros),
    "an old workbook with macros": (lambda: OLD + "_VBA_PROJECT_CUR".encode("utf-16-le"), HoldsMacros),
    "an old workbook with a password": (
        lambda: OLD.replace(b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00", 1).replace(b"\xb0\x04", b"\x01\x00", 1),
        OldOrLocked,
    ),
    "a new workbook with a password": (
        lambda: OLD.replace("Workbook".encode("utf-16-le"), "EncryptP".encode("utf-16-le")),
        OldOrLocked,
    ),
    "an open document with a password": (
        lambda: with_part(
            ods(row(cell("Jo"))),
            "META-INF/manifest.xml",
            b"<manifest:manifest xmlns:manifest='m'><manifest:file-entry><manifest:encryption-data/>"
            b"</manifest:file-entry></manifest:manifest>",
        ),
        OldOrLocked,
    ),
    "a workbook without a sheet": (lambda: with_part(XLSX, "xl/workbook.xml", b"<workbook/>"), Invalid),
    "an old workbook that goes round in circles": (lambda: circling(OLD), (WorkbookTooLarge, OldOrLocked)),
    "half of an old workbook": (lambda: OLD[:2_000], OldOrLocked),
    "noise": (lambda: b"PK\x03\x04" + bytes(range(256)) * 400, BadWorkbook),
    "old noise": (lambda: OLD[:512] + bytes(range(256)) * 400, OldOrLocked),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_workbook_made_to_hurt_is_refused_in_time(name: str) -> None:
    made, refusal = HOSTILE[name]
    data = made()

    began = time.monotonic()
    with pytest.raises(refusal):
        read_apart(data)

    assert time.monotonic() - began < LONGEST


def test_a_list_of_more_rows_or_columns_than_we_take_is_not_cut_short() -> None:
    wide = sheet_of('<row r="1"><c r="A1"><v>1</v></c><c r="CW1"><v>1</v></c></row>')
    long = sheet_of("<row><c><v>1</v></c></row>" * 10_001)

    for each in (wide, long):
        with pytest.raises(TableTooLarge):
            read_table(each)
