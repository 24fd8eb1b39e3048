"""Cells hold what was typed, and nothing that a spreadsheet would calculate, hide or choke on."""

import pytest

from events_app.exports.cells import LONGEST_CELL, clean, disarm, fit, sheet_name, xml_text

pytestmark = pytest.mark.engine_free


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        '=HYPERLINK("http://example.org","x")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "|calc",
        "%0A",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "\u2060\u200d =1",
        "\U000e0020=1",
        "\ufe0f=1",
        "＝1",
        "＋1+1",
        "－1-1",
        "＠SUM(A1)",
        "﹦1",
        "-",
        "--",
        "+32 abc",
        "+32 478 12 34 56+1",
        "-1-1",
        "+1,2,3",
        "'=1",
        "'+32 478 12 34 56",
    ],
)
def test_what_would_be_calculated_gets_an_apostrophe(cell: str) -> None:
    assert disarm(cell) == "'" + cell


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        "\u200b",
        "Rana",
        "رنا",
        "1=1",
        "a@example.org",
        "'Abd",
        '"=1"',
        "(+32) 478",
        "+32 478 12 34 56",
        "+32478123456",
        "+32\u00a0478\u00a012\u00a034\u00a056",
        "+32 (0)478 12 34 56",
        "+1 (555) 010-0199",
        "+1-555-010-0199",
        "+32 478/12.34.56",
        " +32 478 12 34 56 ",
        "+٩٦٣ ١١ ٢٢٢ ٣٣٣٣",
        "-1",
        "+5",
        "-1.5",
        "-1,5",
        "-1 000,50",
        "-1,000.50",
    ],
)
def test_what_is_harmless_stays_as_it_is(cell: str) -> None:
    assert disarm(cell) == cell


def test_control_characters_and_hidden_directions_go_and_line_ends_are_one_kind() -> None:
    assert clean("a\x00b\x1bc\x7fd\x85e\u202ef\u2066g\u200fh\ud800i\uffffj") == "abcd\nefghij"
    assert clean("a\r\nb\rc\x0bd\u2028e\u2029f\ng\th") == "a\nb\nc\nd\ne\nf\ng\th"


def test_joiners_marks_and_emoji_stay() -> None:
    kept = "می\u200cخواهم \u064e\u0651 👩\u200d🔬 \u00a0 e\u0301"

    assert clean(kept) == kept


def test_a_control_character_cannot_hide_a_formula() -> None:
    assert disarm(clean("\x01=1+1")) == "'=1+1"


def test_a_cell_is_as_long_as_excel_takes_counted_in_utf_16() -> None:
    assert fit("x" * LONGEST_CELL) == "x" * LONGEST_CELL
    assert fit("x" * (LONGEST_CELL + 1)) == "x" * (LONGEST_CELL - 1) + "…"
    assert fit("😀" * LONGEST_CELL) == "😀" * (LONGEST_CELL // 2) + "…"


def test_markup_and_what_looks_like_an_escape_are_escaped() -> None:
    assert xml_text('<a href="x">&_x000D_</a>') == "&lt;a href=&quot;x&quot;&gt;&amp;_x005F_x000D_&lt;/a&gt;"
    assert xml_text("_x_ _xyzw_ x0041_") == "_x_ _xyzw_ x0041_"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Registrations", "Registrations"),
        ("قائمة المسجلين", "قائمة المسجلين"),
        ("Who: [all]? a/b\\c*", "Who all a b c"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("😀" * 20, "😀" * 15),
        ("a" * 30 + " b", "a" * 30),
        ("History", "Sheet1"),
        ("", "Sheet1"),
        ("[]:*?/\\", "Sheet1"),
        ("line\nline\x00", "line line"),
    ],
)
def test_a_sheet_has_a_name_excel_takes(title: str, name: str) -> None:
    assert sheet_name(title) == name
