"""CSV and XLSX come out whole, in pieces, and read back as what went in."""

import asyncio
import csv
import io
import re
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import AsyncIterator, Sequence

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_app.exports.cells import clean, disarm, fit
from events_app.exports.columns import rows_of
from events_app.exports.sheets import LAST_ROW, CsvSheet, SheetFull, XlsxSheet, _RowWriter
from events_app.exports.workbook import column_name
from events_app.offload.breathing import TURNS

pytestmark = pytest.mark.engine_free

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PARTS = [
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/workbook.xml",
]
PAGE = 4
HEADER = ("Name", "E-mail", "Phone")
RANA = ("Rana خليل", "rana@example.org", "+32 478 12 34 56")

texts = st.text() | st.sampled_from(["=1", "_x0041_", " a ", "a\r\nb", "]]>", "<b>&amp;", "\u202e", "+1", ""])
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(texts, min_size=width, max_size=width), min_size=1, max_size=6)
)


async def _pages(rows: Sequence[Sequence[str]]) -> AsyncIterator[Sequence[Sequence[str]]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE]


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


def csv_rows(
    columns: Sequence[str], pages: AsyncIterator[Sequence[Sequence[str]]], *, bom: bool
) -> AsyncIterator[bytes]:
    return rows_of(CsvSheet(columns, bom=bom, sign=","), pages, len(columns))


def xlsx_rows(
    columns: Sequence[str],
    pages: AsyncIterator[Sequence[Sequence[str]]],
    *,
    right_to_left: bool,
    title: str,
) -> AsyncIterator[bytes]:
    return rows_of(XlsxSheet(columns, right_to_left=right_to_left, title=title), pages, len(columns))


async def _csv(rows: Sequence[Sequence[str]], *, bom: bool = False) -> bytes:
    return await _whole(csv_rows(rows[0], _pages(rows[1:]), bom=bom))


async def _xlsx(rows: Sequence[Sequence[str]], *, right_to_left: bool = False, title: str = "List") -> bytes:
    return await _whole(xlsx_rows(rows[0], _pages(rows[1:]), right_to_left=right_to_left, title=title))


def _part(book: bytes, name: str) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return ET.fromstring(archive.read(name))


def _text_of(cell: ET.Element) -> str:
    """As Excel reads it: `_xHHHH_` is a character."""
    texts = [text.text or "" for text in cell.iter(f"{MAIN}t")]
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), "".join(texts))


def _table(book: bytes) -> list[list[str]]:
    return [
        [_text_of(cell) for cell in row] for row in _part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}row")
    ]


@pytest.mark.anyio
async def test_a_csv_quotes_every_cell_and_ends_its_lines_with_crlf() -> None:
    assert await _csv([HEADER, ("Rana", 'say "hi", twice', "")]) == (
        b'"Name","E-mail","Phone"\r\n"Rana","say ""hi"", twice",""\r\n'
    )


@pytest.mark.anyio
async def test_a_csv_for_excel_begins_with_the_mark_of_utf_8() -> None:
    assert await _csv([HEADER], bom=True) == b'\xef\xbb\xbf"Name","E-mail","Phone"\r\n'


@pytest.mark.anyio
async def test_a_csv_disarms_formulas_and_spares_phone_numbers() -> None:
    written = (await _csv([("=1", "@a", "-"), ("=1+1", "\u200b＝1", "+32 478 12 34 56")])).decode()

    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["'=1", "'@a", "'-"],
        ["'=1+1", "'\u200b＝1", "+32 478 12 34 56"],
    ]


@settings(deadline=None)
@given(rows=tables)
def test_a_csv_reads_back_as_it_was_but_for_what_is_unfit(rows: list[list[str]]) -> None:
    written = asyncio.run(_csv(rows)).decode()

    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        [disarm(clean(cell)) for cell in row] for row in rows
    ]


@settings(deadline=None)
@given(rows=tables)
def test_a_csv_is_written_as_python_writes_one(rows: list[list[str]]) -> None:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([disarm(clean(cell)) for cell in row] for row in rows)

    assert asyncio.run(_csv(rows)).decode() == lines.getvalue()


@settings(deadline=None)
@given(rows=tables)
def test_an_xlsx_reads_back_as_it_was_but_for_what_is_unfit(rows: list[list[str]]) -> None:
    assert _table(asyncio.run(_xlsx(rows))) == [[clean(cell) for cell in row] for row in rows]


@settings(deadline=None, max_examples=30)
@given(rows=tables)
def test_openpyxl_opens_it_and_sees_texts_only(rows: list[list[str]]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(asyncio.run(_xlsx(rows)))).active
    assert sheet is not None

    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert len(cells) == len(rows) * len(rows[0])


@pytest.mark.anyio
async def test_the_workbook_has_its_parts_and_every_reference_finds_one() -> None:
    book = await _xlsx([HEADER, RANA])

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == PARTS
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    kinds = _part(book, "[Content_Types].xml")
    named = {kind.get("PartName") for kind in kinds if kind.get("PartName")}
    assert named == {"/xl/workbook.xml", "/xl/worksheets/sheet1.xml", "/xl/styles.xml"}
    assert [link.get("Target") for link in _part(book, "_rels/.rels")] == ["xl/workbook.xml"]
    links = {link.get("Id"): link.get("Target") for link in _part(book, "xl/_rels/workbook.xml.rels")}
    assert links == {"rId1": "worksheets/sheet1.xml", "rId2": "styles.xml"}


@pytest.mark.anyio
async def test_the_sheet_has_its_elements_in_the_order_of_the_schema() -> None:
    sheet = _part(await _xlsx([HEADER, RANA]), "xl/worksheets/sheet1.xml")

    assert [child.tag.removeprefix(MAIN) for child in sheet] == [
        "sheetViews",
        "sheetFormatPr",
        "cols",
        "sheetData",
        "autoFilter",
        "ignoredErrors",
    ]
    rows = list(sheet.iter(f"{MAIN}row"))
    assert [row.get("r") for row in rows] == ["1", "2"]
    assert [[cell.get("r") for cell in row] for row in rows] == [["A1", "B1", "C1"], ["A2", "B2", "C2"]]
    assert {cell.get("t") for cell in sheet.iter(f"{MAIN}c")} == {"inlineStr"}
    assert list(sheet.iter(f"{MAIN}f")) == []


@pytest.mark.anyio
async def test_the_header_is_bold_frozen_and_filtered_and_cells_are_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(await _xlsx([HEADER, RANA, RANA], title="Who comes?"))).active
    assert sheet is not None

    assert sheet.title == "Who comes"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C3"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet["A1"].font.b, sheet["A2"].font.b) == (True, False)
    assert sheet["C2"].number_format == "@"
    assert [cell.value for cell in sheet[2]] == list(RANA)


@pytest.mark.anyio
@pytest.mark.parametrize("right_to_left", [True, False])
async def test_an_arabic_sheet_reads_from_the_right(right_to_left: bool) -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(await _xlsx([HEADER, RANA], right_to_left=right_to_left))
    ).active
    assert sheet is not None

    assert bool(sheet.sheet_view.rightToLeft) is right_to_left


@pytest.mark.anyio
async def test_a_cell_without_text_is_a_blank_cell() -> None:
    sheet = _part(await _xlsx([HEADER, ("", " a", ""), ("", "", "")]), "xl/worksheets/sheet1.xml")

    kinds = [[cell.get("t") for cell in row] for row in sheet.iter(f"{MAIN}row")]

    assert kinds[1:] == [[None, "inlineStr", None], [None, None, None]]


@pytest.mark.anyio
async def test_spaces_at_the_ends_of_a_cell_are_marked_to_be_kept() -> None:
    book = await _xlsx([HEADER, (" a", "b ", "c")])

    kept = [
        text.get("{http://www.w3.org/XML/1998/namespace}space")
        for text in _part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}t")
    ]
    assert kept[3:5] == ["preserve", "preserve"]
    assert _table(book)[1] == [" a", "b ", "c"]


@pytest.mark.anyio
@pytest.mark.parametrize("row", [("a ", "b", "c"), ("a", " b", "c"), ("a", "b", " c"), ("a", " ", "c")])
async def test_one_space_between_two_cells_is_kept_too(row: tuple[str, str, str]) -> None:
    sheet = _part(await _xlsx([HEADER, row]), "xl/worksheets/sheet1.xml")

    texts = list(sheet.iter(f"{MAIN}t"))[3:]
    kept = {text.text: text.get("{http://www.w3.org/XML/1998/namespace}space") for text in texts}
    assert {kept[cell] for cell in row if cell != cell.strip()} == {"preserve"}


@pytest.mark.anyio
async def test_a_cell_too_long_for_excel_is_cut() -> None:
    long = "x" * 40_000

    assert _table(await _xlsx([("Answer",), (long,)])) == [["Answer"], [fit(long)]]


@pytest.mark.anyio
async def test_a_title_with_marks_and_apostrophes_is_no_way_into_the_workbook() -> None:
    book = await _xlsx([HEADER, RANA], title="""O'Hara "&" <b>""")

    names = openpyxl.load_workbook(io.BytesIO(book)).sheetnames

    assert names == ["""O'Hara "&" <b>"""]
    areas = [name.text for name in _part(book, "xl/workbook.xml").iter(f"{MAIN}definedName")]
    assert areas[0] == """'O''Hara "&" <b>'!$A$1:$C$2"""


@pytest.mark.anyio
async def test_a_list_without_people_is_a_header() -> None:
    assert _table(await _xlsx([HEADER])) == [list(HEADER)]
    assert len((await _csv([HEADER])).splitlines()) == 1


@pytest.mark.anyio
async def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 cells under 3 columns"):
        await _csv([HEADER, ("a", "b")])


def test_more_rows_than_excel_has_are_refused() -> None:
    writer = _RowWriter(1)

    assert f'<row r="{LAST_ROW}">' in writer.rows([("a",)], after=LAST_ROW - 1)
    with pytest.raises(SheetFull, match="1048576 rows"):
        writer.rows([("a",)], after=LAST_ROW)


def test_columns_are_named_as_in_a_spreadsheet() -> None:
    assert [column_name(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_others_are_answered_while_a_list_is_written(kind: str) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    rows = [HEADER, *[RANA] * (PAGE * 10)]
    await (_csv(rows) if kind == "csv" else _xlsx(rows))
    task.cancel()

    assert turns >= 10 * TURNS


async def _many(count: int) -> AsyncIterator[Sequence[Sequence[str]]]:
    for first in range(0, count, PAGE):
        numbers = range(first, first + PAGE)
        yield [(f"Person {n}", f"person{n}@example.org", "+32 478 12 34 56") for n in numbers]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_long_list_needs_no_more_memory_than_a_short_one(kind: str) -> None:
    pieces = (
        csv_rows(HEADER, _many(20_000), bom=True)
        if kind == "csv"
        else xlsx_rows(HEADER, _many(20_000), right_to_left=False, title="List")
    )
    tracemalloc.start()
    size = 0
    async for piece in pieces:
        size += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 300_000
    assert peak < 2_000_000


@pytest.mark.anyio
async def test_a_list_nobody_waits_for_any_more_ends_quietly() -> None:
    pieces = xlsx_rows(HEADER, _many(1000), right_to_left=False, title="List")
    await anext(pieces)

    await pieces.aclose()  # type: ignore[attr-defined]
