"""Texts as people write and paste them: nothing seen is lost, nothing unseen is in the way."""

import unicodedata
from datetime import date
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.addresses import read_address
from events_app.folding import folded
from events_app.questions.rules import read_day, read_phone
from events_app.registrations.rules import bare_code
from events_app.texts import days_meant, for_xml, is_blank, normalized, text_of_html, visible, with_line_feeds
from events_app.web.forms import tidy, tidy_address, tidy_line

pytestmark = pytest.mark.engine_free

UNSEEN = ["\u200b", "\u2060", "\u00ad", "\ufeff", "\u200d", "\u200c", "\u180e", "\u034f", "\ufe0f", "\u2063"]


@pytest.mark.parametrize("mark", UNSEEN)
def test_a_mark_that_nobody_sees_is_never_in_the_way_of_an_address_a_phone_or_a_code(mark: str) -> None:
    assert read_address(f"rana@exam{mark}ple.org{mark}").ascii == "rana@example.org"
    assert tidy_address(f"{mark}rana@exam{mark}ple.org") == "rana@example.org"
    assert read_phone(f"+32 478{mark} 12 34 56") == "+32478123456"
    assert bare_code(f"abcd{mark}efgh") == "abcdefgh"
    assert folded(f"Ra{mark}na") == "rana"


def test_joiners_stay_in_names() -> None:
    assert tidy_line("می\u200cخواهم ز\u200dا") == "می\u200cخواهم ز\u200dا"


@pytest.mark.parametrize(
    "name", [*UNSEEN, "\u200b \u2060", "\u3164", "\u2800\u2800", "\u115f\u1160", " ", ""]
)
def test_a_name_that_nobody_could_see_is_no_name(name: str) -> None:
    assert is_blank(name)
    assert tidy(name) == tidy_line(name) == ""


@pytest.mark.parametrize("end", ["\u000b", "\u000c", "\u0085", "\u2028", "\u2029", "\r", "\r\n", "\x1e"])
def test_no_end_of_a_line_glues_two_words_together(end: str) -> None:
    assert tidy(f"Step-free{end}access") == with_line_feeds(f"Step-free{end}access") == "Step-free\naccess"
    assert tidy_line(f"Step-free{end}access") == "Step-free access"


@given(st.text())
def test_what_is_no_character_is_never_kept(text: str) -> None:
    kept = tidy(text + "\ufffe\uffff\U0001ffff\ufdd0 end")

    assert kept.endswith("end")
    assert all(unicodedata.category(letter) != "Cs" and ord(letter) & 0xFFFE != 0xFFFE for letter in kept)


def test_xml_is_given_nothing_that_it_forbids() -> None:
    every = "".join(map(chr, range(0x20000)))

    fit = for_xml(every)

    assert "\ufffe" not in fit
    assert set(map(ord, every)) - set(map(ord, fit)) == {
        *range(0x9), 0xB, 0xC, *range(0xE, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF,
    }  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["٢٠٢٧-٠١-١٤", "2027-01-14", "2027/1/14", "14.01.2027", "14/1/2027", "14-1-2027", "14 . 1 . 2027", "1/14/2027",
     "۱۴/۱/۲۰۲۷", "\u200f14/01/2027"],
)  # fmt: skip
def test_a_date_is_taken_as_people_write_it(typed: str) -> None:
    assert days_meant(typed) == [date(2027, 1, 14)]
    assert read_day(typed) == "2027-01-14"


def test_a_date_that_may_be_two_is_never_guessed() -> None:
    assert days_meant("3/4/2027") == [date(2027, 4, 3), date(2027, 3, 4)]
    assert read_day("3/4/2027") is None
    assert days_meant("3.4.2027") == [date(2027, 4, 3)]
    assert days_meant("4/4/2027") == [date(2027, 4, 4)]


@pytest.mark.parametrize("typed", ["", "tomorrow", "2027", "31.2.2027", "2027-13-01", "14.1-2027", "14.1.27"])
def test_what_is_no_date_is_none(typed: str) -> None:
    assert days_meant(typed) == []


@given(st.text())
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    days_meant(text)
    visible(text)


@pytest.mark.parametrize(
    "typed",
    ["ab12-cd34", "AB12 CD34", "ab12–cd34", "ab12\u2011cd34", "ab١٢cd٣٤", "ａｂ１２ｃｄ３４", "ab12—cd34",
     " ab12\u00adcd34 "],
)  # fmt: skip
def test_a_code_is_taken_however_it_is_typed(typed: str) -> None:
    assert bare_code(typed) == "ab12cd34"


MARKS = "\u0301\u0327\u05b0\u064b\u0f71"
"""Marks of different classes: putting so many of them in order takes the square of their number."""


@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFKD"])
@given(text=st.text(max_size=200))
def test_what_people_write_is_normalized_as_unicode_says(
    form: Literal["NFC", "NFKC", "NFKD"], text: str
) -> None:
    assert normalized(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("letter", ["a", "ع", ""])
def test_towers_of_marks_are_never_put_in_order(letter: str) -> None:
    typed = f"before {letter}{20_000 * MARKS} after"

    assert len(tidy(typed)) <= len(f"before {letter} after") + 30
    assert len(tidy_line(typed)) <= len(f"before {letter} after") + 30
    assert folded(typed) == folded(f"before {letter} after")
    assert bare_code(typed) == ""


def test_the_longest_pile_of_marks_that_people_write_stays() -> None:
    zalgo = "a" + 30 * "\u0301"

    assert len(tidy(zalgo)) == 30  # the first of them and the letter are one


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One&nbsp;&amp;\n two</p><p>three</p>", "One & two\n\nthree"),
        ("a<br>b<br/>c", "a\nb\nc"),
        (
            "<head><title>x</title><style>p > a {}</style></head><body>seen<script>if (a<b) c()</script></body>",
            "seen",
        ),
        ("<!DOCTYPE html><!-- <p>x</p> -->seen<!-- never ends", "seen"),
        ("<td>1 < 2</td>", "1 < 2"),
        ('<a href="https://example.org">here</a>', "here"),
        ("<a", "<a"),
        ("", ""),
    ],
)
def test_a_letter_in_html_says_what_is_shown(html: str, text: str) -> None:
    assert text_of_html(html) == text


@given(html=st.text(alphabet="<>/!-ap &#9;scriptyle", max_size=80))
def test_no_html_breaks_its_reader(html: str) -> None:
    text_of_html(html)
