"""Texts, names, addresses and links before they may stand in a calendar."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_app.calendar.hygiene import (
    _PLAIN_URL,
    _in_ascii,
    ascii_url,
    clean_line,
    clean_name,
    clean_text,
    mailto,
    mark_direction,
    shorten,
)

pytestmark = pytest.mark.engine_free

ANYTHING = st.text(alphabet=st.characters(), max_size=300)
FORBIDDEN = set(
    "\r\x00\x0b\x0c\x1b\x7f\x85\u2028\u2029\u202a\u202b\u202d\u202e\u2066\u2067\u2069\ufeff\ud800"
)


@settings(deadline=None)
@given(ANYTHING)
def test_a_cleaned_line_is_one_line_without_tricks(text: str) -> None:
    line = clean_line(text)
    assert not FORBIDDEN & set(line)
    assert "\n" not in line
    assert "=?" not in line
    assert len(line) <= 500
    line.encode("utf-8")


@settings(deadline=None)
@given(ANYTHING)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_name(clean_name(text)) == clean_name(text)


@settings(deadline=None)
@given(st.text(alphabet="aب \n\t  \r\u2028x", max_size=60))
def test_the_quick_way_and_the_slow_way_clean_alike(text: str) -> None:
    assert clean_text(text) == clean_text(text + "\u202e")
    assert clean_line(text) == clean_line(text + "\u202e")


def test_all_kinds_of_line_breaks_become_one_kind() -> None:
    assert clean_text("a\r\nb\rc\u2028d\u2029e\x85f\x0bg") == "a\nb\nc\nd\ne\nf\ng"
    assert clean_line("a\r\nb\rc\u2028d") == "a b c d"


def test_bidi_overrides_go_and_the_marks_and_joiners_people_need_stay() -> None:
    assert clean_line("ab\u202egnp.exe\u2066x\u2069") == "abgnp.exex"
    assert clean_line("می\u200cخواهم \u200fو\u200e 👩\u200d⚖️") == "می\u200cخواهم \u200fو\u200e 👩\u200d⚖️"


def test_an_encoded_word_in_a_name_is_broken_up() -> None:
    assert clean_name("=?utf-8?q?Bank?= <x>") == "= ?utf-8?q?Bank?= <x>"
    assert clean_name("=\u202e?utf-8?q?x?=") == "= ?utf-8?q?x?="


def test_quotes_in_a_name_become_single() -> None:
    assert clean_name('Ann "the voice" Example^') == "Ann 'the voice' Example"


def test_a_cut_parts_no_letter_from_its_marks() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
    assert shorten("ab👩\u200d⚖️xyz", 5) == "ab…"
    assert shorten("abe\u0301xyz", 4) == "ab…"


def test_right_to_left_lines_are_marked_in_right_to_left_languages_only() -> None:
    assert mark_direction("سؤال،\nEnglish.", "ar") == "\u200fسؤال،\u200f\nEnglish."
    assert mark_direction("سؤال", "ckb-IQ") == "\u200fسؤال\u200f"
    assert mark_direction("سؤال", "en") == "سؤال"
    assert mark_direction("שלום!", "he") == "\u200fשלום!\u200f"


def test_a_link_at_the_end_of_a_line_is_kept_apart_from_the_mark() -> None:
    assert mark_direction("هنا: https://x.example.org/a", "ar").endswith("https://x.example.org/a \u200f")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ann@example.org", "mailto:ann@example.org"),
        ("o'neil+x_y@example.org", "mailto:o'neil+x_y@example.org"),
        ("a?subject=x&b@example.org", "mailto:a%3Fsubject%3Dx%26b@example.org"),
        ("ann@bücher.example", "mailto:ann@xn--bcher-kva.example"),
        ("سمر@example.org", "mailto:%D8%B3%D9%85%D8%B1@example.org"),
    ],
)
def test_an_address_is_written_in_ascii(typed: str, written: str) -> None:
    assert mailto(typed) == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ann",
        "ann@",
        "@x.org",
        "a b@x.org",
        "a@x.org,b@x.org",
        "a@x.org\r\nX:y",
        "<a@x.org>",
        "a\u202e@x.org",
        "a@b@c",
    ],
)
def test_what_is_not_one_plain_address_is_not_written(typed: str) -> None:
    with pytest.raises(ValueError, match="Not"):
        mailto(typed)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("https://example.org/a b?q=ä#ü", "https://example.org/a%20b?q=%C3%A4#%C3%BC"),
        ("https://example.org/%20", "https://example.org/%20"),
        ("https://münchen.example:8443/ش", "https://xn--mnchen-3ya.example:8443/%D8%B4"),
        ("https://example.org/a\r\nATTENDEE:x", "https://example.org/aATTENDEE:x"),
        ('https://example.org/"x"', "https://example.org/%22x%22"),
    ],
)
def test_a_link_is_written_in_ascii(typed: str, written: str) -> None:
    assert ascii_url(typed) == written


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "//example.org", "mailto:a@b", "https://", "x"])
def test_what_is_not_a_web_address_is_not_written(typed: str) -> None:
    with pytest.raises(ValueError, match="Not"):
        ascii_url(typed)


@settings(deadline=None)
@given(ANYTHING)
def test_no_text_makes_a_link_of_more_than_ascii(text: str) -> None:
    written = ascii_url(f"https://example.org/{text.replace(':', '')}")
    assert written.isascii()
    assert not {" ", "\r", "\n", '"', "<"} & set(written)


@settings(deadline=None)
@given(st.from_regex(_PLAIN_URL, fullmatch=True))
def test_a_plain_web_address_is_what_taking_it_apart_would_give(url: str) -> None:
    assert ascii_url(url) == _in_ascii(url) == url
