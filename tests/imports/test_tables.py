"""Any bytes are a table or a clear refusal; what other programs write is read as it was meant."""

import csv
import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from events_app import i18n
from events_app.errors import Invalid
from events_app.foreign import tables, workbooks
from events_app.foreign.delimited import QuoteNeverClosed
from events_app.foreign.encodings import ENCODINGS, UNREADABLE, NotATable, decode, mended
from events_app.foreign.tables import NothingInside, TableRow, TableTooLarge
from events_app.imports.rules import Words, is_yes, language_meant, mode_meant, status_meant
from events_app.registrations.rules import SHEET_COLUMNS
from tests.imports.reading import find_heading, listing_of, read_by_one_worker, read_table, role_of

pytestmark = pytest.mark.engine_free

ARABIC = "الاسم,البريد الإلكتروني\nسلمى حداد,salma@example.org\nيوسف الأسعد,yusuf@example.org\n"
TURKISH = "Ad Soyad;E-posta\nAyşe Yılmaz;ayse@example.org\nÖmer Çağlar;omer@example.org\n"
FRENCH = "Prénom,Nom,Courriel\nZoë,DuPré,zoe@example.org\nHélène,Garçon,helene@example.org\n"


def workbook(*sheets: list[list[object]], **hidden: str) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        sheet.sheet_state = hidden.get(sheet.title, "visible")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The workbook with some parts replaced; 'xl_workbook_xml' is xl/workbook.xml."""
    out = io.BytesIO()
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, named.get(name.replace(".xml", ""), old.read(name)))
    return out.getvalue()


SHEET = "xl__worksheets__sheet1"


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (ARABIC, ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"]),
        (TURKISH, ["utf-8", "utf-8-sig", "utf-16", "cp1254"]),
        (FRENCH, ["utf-8", "utf-16-be", "cp1252"]),
        ("Name,E-mail\nJo,jo@example.org\n", ["utf-8", "utf-16", "cp1256", "ascii"]),
    ],
)
def test_the_letters_of_a_list_are_found_out(text: str, encodings: list[str]) -> None:
    for encoding in encodings:
        assert decode(text.encode(encoding))[0] == text, encoding


def test_chosen_letters_are_used_as_they_are_and_what_means_nothing_in_them_shows() -> None:
    assert decode(ARABIC.encode("cp1256"), encoding="cp1256") == (ARABIC, "cp1256")
    assert UNREADABLE in decode(ARABIC.encode("cp1256"), encoding="utf-8")[0]
    assert decode(b"\xef\xbb\xbfName", encoding="utf-8")[0] == "Name"


def test_one_broken_byte_does_not_turn_a_whole_list_into_another_encoding() -> None:
    text, used = decode(ARABIC.encode() + b"\xff\n")

    assert (text.replace(UNREADABLE, ""), used) == (ARABIC + "\n", "utf-8")


@pytest.mark.parametrize(
    "name", ["سلمى", "Zoë", "Ayşe Yılmaz", "Łukasz", "فاطمة الزهراء", "Jo", "محمد، أحمد", "Ö"]
)
def test_a_name_that_is_as_it_should_be_is_not_mended(name: str) -> None:
    assert mended(name) == ""


@pytest.mark.parametrize("encoding", ["cp1252", "cp1256"])
@pytest.mark.parametrize("name", ["سلمى حداد", "Zoë", "Ayşe", "منى"])
def test_a_garbled_name_is_recognised(name: str, encoding: str) -> None:
    garbled = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in name.encode())

    assert mended(garbled) == name


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    out = io.StringIO()
    rows = [
        ["Name", "E-mail", "Why, and how; or |"],
        ["Jo", "jo@example.org", 'Says "yes", then\nno; perhaps'],
    ]
    csv.writer(out, delimiter=delimiter).writerows(rows)

    assert [list(row.cells) for row in read_table(out.getvalue().encode()).rows] == rows


def test_excels_own_line_about_the_delimiter_is_not_a_row() -> None:
    table = read_table(b"sep=;\r\nName;E-mail\r\nJo;jo@example.org\r\n")

    assert table.rows == (TableRow(2, ("Name", "E-mail")), TableRow(3, ("Jo", "jo@example.org")))


def test_rows_keep_the_numbers_that_a_spreadsheet_shows() -> None:
    assert [row.number for row in read_table(b"Name,E-mail\n\n,,\nJo,jo@example.org\n").rows] == [1, 4]
    book = workbook([["Name"], [], [None, "  "], ["Jo"]])
    assert [row.number for row in read_table(book).rows] == [1, 4]


ZOOM = """Attendee Report
Report Generated:,"05/12/2035 10:06:19 AM"
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered
Round table,812 345,"05/12/2035",90,3
Host Details,
Attended,User Name (Original Name),Email,Join Time
Yes,Rima,rima@example.org,10:00
Panelist Details,
Attended,User Name (Original Name),Email,Join Time
Yes,Ali,ali@example.org,10:00
Yes,Lea,lea@example.org,10:00
Attendee Details,
Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status
Yes,Salma H,Salma,Haddad,salma@example.org,05/01,approved
No,Omar,Omar,,omar@example.org,05/01,approved
No,Zoe,Zoe,,zoe@example.org,05/01,approved
Other Attended,
User Name,Join Time,Leave Time
+3247800,10:00,11:00
"""


def test_of_zooms_blocks_the_people_are_taken() -> None:
    table = read_table(ZOOM.encode())
    listing = listing_of(table, heading=find_heading(table))

    assert listing.heading == 13
    assert [row.number for row in listing.rows] == [14, 15, 16]
    assert [role_of(heading) for heading in listing.headings] == [
        "",
        "name",
        "given",
        "family",
        "address",
        "",
        "state",
    ]


@pytest.mark.parametrize(
    ("headings", "roles"),
    [
        (
            ["Timestamp", "Email Address", "Full name", "How will you attend?"],
            ["", "address", "name", "mode"],
        ),
        (
            ["Order #", "Order Date", "First Name", "Last Name", "Email", "Quantity", "Attendee Status"],
            ["", "", "given", "family", "address", "", "state"],
        ),
        (["الاسم الكامل", "البريد الإلكتروني*", "اللغة"], ["name", "address", "language"]),
        (["Adı Soyadı", "E-Posta Adresi:"], ["name", "address"]),
        (["Nom", "Prénom", "Adresse e-mail"], ["family", "given", "address"]),
        (["Why do you want to join us, and by which e-mail list did you hear of this gathering?"], [""]),
    ],
)
def test_headings_of_other_programs_are_known(headings: list[str], roles: list[str]) -> None:
    assert [role_of(heading) for heading in headings] == roles
    table = read_table((";".join(headings) + "\n" + ";".join("a@example.org" for _ in headings)).encode())
    assert find_heading(table) == 1


def test_a_list_may_begin_with_people_at_once() -> None:
    table = read_table(b"Jo,jo@example.org\nAli,ali@example.org\n")

    assert find_heading(table) == 0
    assert listing_of(table, heading=0).headings == ("", "")


def test_an_answer_that_is_called_like_a_heading_does_not_cut_the_list() -> None:
    table = read_table(
        b"Name,E-mail,Heard by\nJo,jo@example.org,Friends\nNameless,,Email\nAli,ali@example.org,x\n"
    )

    assert find_heading(table) == 1
    assert len(listing_of(table, heading=1).rows) == 3


def test_a_workbook_is_read_as_people_see_it() -> None:
    book = workbook(
        [["hidden"]],
        [
            ["Name", "Born", "Number", "Share", "Yes", "When"],
            ["سلمى", date(1990, 5, 3), 491234567890, 1.5, True, datetime(2035, 5, 12, 13, 30)],  # noqa: DTZ001
        ],
        Sheet1="hidden",
    )

    assert read_table(book).rows == (
        TableRow(1, ("Name", "Born", "Number", "Share", "Yes", "When")),
        TableRow(2, ("سلمى", "1990-05-03", "491234567890", "1.5", "yes", "2035-05-12 13:30")),
    )


def test_a_formula_gives_its_last_value_and_no_formula() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="3">'
        b'<c r="A3" t="str"><f>A1&amp;B1</f><v>Jo</v></c><c r="C3"><f>1+1</f><v>2</v></c>'
        b'<c r="D3" t="e"><v>#REF!</v></c>'
        b"</row></sheetData></worksheet>"
    )

    assert read_table(repacked(workbook([["x"]]), **{SHEET: sheet})).rows == (TableRow(3, ("Jo", "", "2")),)


LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row>'
    b"</sheetData></worksheet>"
)
OUTSIDE = LAUGHS.replace(b'"lol">', b'SYSTEM "file:///etc/passwd">', 1)


@pytest.mark.parametrize("part", [LAUGHS, OUTSIDE, b"<worksheet><row>", b"", b"\xff\xfe<"])
def test_entities_and_broken_parts_are_refused(part: bytes) -> None:
    with pytest.raises(workbooks.BadWorkbook):
        read_table(repacked(workbook([["x"]]), **{SHEET: part}))


def test_a_zip_bomb_is_refused_before_it_is_in_memory() -> None:
    bomb = repacked(workbook([["x"]]), **{SHEET: b"<worksheet>" + b" " * 200_000_000})
    assert len(bomb) < 1_000_000

    tracemalloc.start()
    with pytest.raises(workbooks.WorkbookTooLarge):
        read_table(bomb)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000


def test_a_sheet_with_one_cell_far_to_the_right_costs_nothing() -> None:
    row = b'<row><c r="XFD1"><v>1</v></c></row>'
    sheet = b"<worksheet><sheetData>" + row * 5_000 + b"</sheetData></worksheet>"

    with pytest.raises(TableTooLarge):
        read_table(repacked(workbook([["x"]]), **{SHEET: sheet}))


def test_too_many_rows_and_columns_are_refused() -> None:
    line = b"a,a@example.org\n"
    assert len(read_table(line * tables.MOST_ROWS).rows) == tables.MOST_ROWS
    with pytest.raises(TableTooLarge):
        read_table(line * (tables.MOST_ROWS + 1))
    with pytest.raises(TableTooLarge):
        read_table(b"," * tables.MOST_COLUMNS + b"x\n")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NothingInside),
        (b"\xef\xbb\xbf", NothingInside),
        (b"%PDF-1.4", NotATable),
        (b"\x89PNG\r\n", NotATable),
        (b"\x00\x01\x02\x03" * 100, NotATable),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, workbooks.OldOrLocked),
        (b'"' + b"x" * 200_000, NotATable),
        (b"PK\x03\x04", workbooks.BadWorkbook),
        (repacked(workbook([[]])), NothingInside),
    ],
)
def test_what_is_no_list_is_refused_for_what_it_is(data: bytes, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        read_table(data)


@settings(max_examples=400, deadline=None)
@given(
    st.binary(max_size=3_000)
    | st.text(max_size=800).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text("abc,;\t\n\r\"'@.é س\0", max_size=400).map(str.encode),
    st.sampled_from(["", *ENCODINGS]),
)
@example(b"sep=", "")
@example(b'"\n', "")
@example(b"\r\r\r,\n", "")
@example(b"\xff\xfe", "")
@example(b"a\x85b\n", "cp1252")
def test_any_bytes_are_a_table_or_a_clear_refusal(data: bytes, encoding: str) -> None:
    try:
        table = read_table(data, encoding=encoding)
    except Invalid:
        return
    listing = listing_of(table, heading=find_heading(table))
    assert all(len(row.cells) == len(listing.headings) for row in listing.rows)
    assert len(listing.rows) <= len(table.rows)
    for row in listing.rows:
        for cell in row.cells:
            mended(cell)


BOOK = workbook([["Name", "E-mail", "Born"], ["سلمى", "salma@example.org", date(1990, 1, 2)]])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # by another program
@given(st.data())
def test_any_damaged_workbook_is_a_table_or_a_clear_refusal(data: st.DataObject) -> None:
    damaged = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        read_by_one_worker(bytes(damaged))


@settings(max_examples=60, deadline=None)  # by another program
@given(
    st.sampled_from([SHEET, "xl__workbook", "xl__styles", "xl__sharedStrings", "xl___rels__workbook"]),
    st.lists(
        st.sampled_from(
            [
                "<row>", "</row>", "<row r='-5'>", "<row r='x'>", "<c r='B2'>", "<c>", "</c>", "<c t='s'>", "<c r='!'>",
                "<v>", "</v>", "1e400", "nan", "-1", "99999", "<is><t>", "</t></is>", "<c s='7'>", "<c t='s' r='A0'>",
                "<xf numFmtId='14'/>", "<cellXfs>", "</cellXfs>", "<numFmt numFmtId='x'/>", "<sst>", "<si>", "</si>",
                "<sheet id='rId1'/>", "<Relationship Id='rId1' Target='../../../etc/passwd' Type='x/worksheet'/>", "😀",
            ]
        ),
        max_size=25,
    ),
)  # fmt: skip
def test_any_nonsense_in_a_part_is_a_table_or_a_clear_refusal(part: str, pieces: list[str]) -> None:
    content = f"<worksheet>{''.join(pieces)}</worksheet>".encode()
    with suppress(Invalid):
        read_by_one_worker(repacked(BOOK, **{part: content}))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip),
            min_size=2,
            max_size=5,
        ),
        min_size=1,
        max_size=8,
    ).filter(lambda rows: len({len(row) for row in rows}) == 1 and all(row[0] and row[-1] for row in rows)),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_a_program_writes_as_csv_comes_back(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    text = f"sep={delimiter}\r\n{out.getvalue()}"

    assert [list(row.cells) for row in read_table(b"\xef\xbb\xbf" + text.encode()).rows] == rows


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('email,name\nfirst@example.org,"Rana\nsecond@example.org,Omar\nthird@example.org,Mona\n', 2),
        ('email,name\nfirst@example.org,"Rana\nsecond@example.org,"Omar\nthird@example.org,Mona\n', 2),
        ('email,name\na@example.org,Ali\n\nb@example.org,Lea\nc@example.org,"Mona', 5),
    ],
)
def test_a_quotation_mark_that_is_never_closed_swallows_nobody(text: str, row: int) -> None:
    with pytest.raises(QuoteNeverClosed) as refused:
        read_table(text.encode())

    assert refused.value.values == {"row": row}


def test_a_quotation_mark_inside_a_cell_harms_nothing() -> None:
    table = read_table(
        b'name,email\nJo "the" Fox,jo@example.org\n"Ali" Said,ali@example.org\n5" disk,x@example.org\n'
    )

    assert [row.cells[0] for row in table.rows[1:]] == ['Jo "the" Fox', "Ali Said", '5" disk']


def test_a_delimiter_is_chosen_and_a_tie_is_said() -> None:
    tie = b"a;b,c\n1;2,3\n"

    assert read_table(tie).delimiters == ("comma", "semicolon")
    assert read_table(tie, delimiter="semicolon").rows[1].cells == ("1", "2,3")
    assert read_table(b"Name;E-mail, please\nJo;a@example.org, b\n").delimiters == ("semicolon", "comma")
    assert read_table(b"Name,E-mail\nJo,jo@example.org\n").delimiters == ("comma",)


@pytest.mark.parametrize(
    "text", ["Имя,E-mail\nОльга Иванова,o@example.org\nЮЛИЯ,y@example.org\n", "Ім'я;Пошта\nОлена;o@x.org\n"]
)
def test_cyrillic_letters_are_found_out(text: str) -> None:
    assert decode(text.encode("cp1251")) == (text, "cp1251")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("'=1+1", "=1+1"),
        ("'+x", "+x"),
        ("''=1", "'=1"),
        ("'@home", "@home"),
        ("O'Neil", "O'Neil"),
        ("'Abd", "'Abd"),
    ],
)
def test_the_apostrophe_that_keeps_a_cell_from_being_calculated_comes_off(written: str, read: str) -> None:
    assert read_table(f"name,email\n{written},a@example.org\n".encode()).rows[1].cells[0] == read


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("lang", "language"), ("locale", "language"), ("الترتيبات التيسيرية المطلوبة", "needs"),
        ("الاسم والكنية", "name"),
        ("حالة التسجيل", "state"), ("لغة الرسائل", "language"), ("اسم المشارك/ة", "name"), ("Email opt-in", ""),
        ("Order Email", "address"), ("Ticket Email", "address"), ("Newsletter e-mail consent", ""),
        ("النسبة", "family"),
    ],
)  # fmt: skip
def test_headings_that_people_use_are_known(heading: str, role: str) -> None:
    assert role_of(heading) == role


def test_what_our_own_sheets_are_headed_with_is_known_in_every_language() -> None:
    i18n.load_languages(("en", "ar"))
    roles = ["name", "address", "state", "mode", "language", "needs", "day", "line", "party", "", ""]

    for code in ("en", "ar"):
        with i18n.use_language(code):
            assert [role_of(str(label)) for label in SHEET_COLUMNS.values()] == roles


@pytest.mark.parametrize("cell", ["ar", "ar-SA", "ar_SY", "عربي", "العربية", "Arabic", "عربية", "AR"])
def test_a_language_is_known_however_it_is_written(cell: str) -> None:
    i18n.load_languages(("en", "ar"))

    assert language_meant(cell) == "ar"
    assert language_meant("Klingon") == ""


@pytest.mark.parametrize(
    ("words", "mode"),
    [("فيزيائي", "in_person"), ("حضور شخصي", "in_person"), ("زوم", "online"), ("أون لاين", "online"),
     ("إلكترونيًا", "online"), ("In person", "in_person"), ("maybe", None)],
)  # fmt: skip
def test_a_way_of_taking_part_is_known_however_it_is_written(words: str, mode: str | None) -> None:
    assert mode_meant(words) == mode


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("موافقة", True),
        ("أوافق", True),
        ("نعم", True),
        ("لا أوافق", False),
        ("غير موافقة", False),
        ("x", True),
        ("?", None),
    ],
)
def test_yes_and_no_are_known_however_they_are_written(words: str, answer: bool | None) -> None:
    assert is_yes(words) is answer


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("waitlist", "waitlisted"), ("pending_approval", "pending"), ("قائمة الانتظار", "waitlisted"),
        ("On the waiting list", "waitlisted"), ("لم يُقبل الطلب", "declined"), ("اعتذر عن الحضور", "cancelled"),
        ("invited", ""), ("غير ملغى", ""), ("الغداء", ""), ("Confirmed", "confirmed"),
    ],
)  # fmt: skip
def test_how_somebody_stands_is_known_or_asked(words: str, status: str) -> None:
    i18n.load_languages(("en", "ar"))

    assert status_meant(words) == status


CHOICES = Words(
    {"a": "c1", "b": "c2", "a, b": "c3", "food; drinks": "c4"},
    {"a": "c1", "b": "c2", "a b": "c3", "food drinks": "c4"},
)


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ("A, B", ["c3"]), ("A; B", ["c1", "c2"]), ("A, B; A", ["c3", "c1"]), ("A | food; drinks", ["c1", "c4"]),
        ("B, food; drinks", ["c2", "c4"]), ("B\nA, B", ["c2", "c3"]), ("A, C", None), ("", None),
        ("A,B,A,B," * 60, None),
    ],
)  # fmt: skip
def test_several_choices_in_one_cell_are_told_apart(cell: str, keys: list[str] | None) -> None:
    assert CHOICES.several(cell) == keys


@pytest.mark.parametrize("heading", ["Position on the waiting list", "الدور في قائمة الانتظار"])
def test_a_sheet_of_an_older_version_never_loses_who_waits_first(heading: str) -> None:
    assert role_of(heading) == "line"
