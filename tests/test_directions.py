"""A number or a name of the other direction turns nothing around, on pages, in mail and in calendars."""

import pytest

from events_app import rendering
from events_app.calendar.hygiene import mark_direction
from events_app.directions import is_number, isolated, marked, marked_page
from events_app.errors import Invalid, say
from events_app.i18n import load_languages, use_language

pytestmark = pytest.mark.engine_free

PHONE = "+966 55 123 4567"


@pytest.fixture(autouse=True)
def languages() -> None:
    load_languages(("en", "ar"))


def test_a_phone_number_is_never_turned_around_in_an_arabic_line() -> None:
    said = f"للاستفسار: {PHONE} أو {PHONE}"

    assert marked(said) == f"للاستفسار: \u200e{PHONE}\u200e أو \u200e{PHONE}\u200e"
    assert mark_direction(said, "ar").count(f"\u200e{PHONE}\u200e") == 2
    with use_language("ar"):
        assert f"\u200e{PHONE}\u200e" in rendering.markdown(f"للاستفسار: **{PHONE}**")
        assert f"\u200e{PHONE}\u200e" in rendering.said({"ar": said})
        assert f"<b>\u200e{PHONE}\u200e</b>" in marked_page(f"<p>هاتف <b>{PHONE}</b></p>")


@pytest.mark.parametrize(
    "said",
    [
        "Call +32 2 555 01 23",
        "الساعة 18:00–20:00",
        "10 من 12",
        "انظر https://example.org/2027-01-14/x?n=1234567",
        "",
    ],
)
def test_what_needs_no_mark_gets_none(said: str) -> None:
    assert marked(said) == said
    assert marked_page(said) == said


def test_an_address_in_a_link_is_never_marked() -> None:
    page = (
        f'<p>هاتف <a href="https://example.org/{PHONE}">{PHONE}</a></p><style>p{{x:0 0 0 0 0 0 0 0}}</style>'
    )

    with use_language("ar"):
        assert marked_page(page) == page.replace(f">{PHONE}<", f">\u200e{PHONE}\u200e<")


def test_a_number_reads_from_left_to_right_on_an_arabic_page() -> None:
    with use_language("ar"):
        assert [rendering.way(text) for text in ("+966551234567", "18:00–20:00", "سلمى")] == [
            "ltr",
            "rtl",
            "rtl",
        ]
    assert all(map(is_number, ("2027-01-14", "-4", "+2.5", "−3")))
    assert not any(map(is_number, ("", "4", "18:00", "Rana", "-")))


class Unreadable(Invalid):
    sentence = "“%(words)s” cannot be read."


def test_what_was_typed_is_kept_apart_where_a_sentence_quotes_it() -> None:
    with use_language("ar"):
        assert isolated("Rana (2)") == "\u2068Rana (2)\u2069"
        assert isolated(PHONE) == f"\u2068{PHONE}\u2069"
        assert say(Unreadable(words="Rana!")) == "“\u2068Rana!\u2069” cannot be read."
        assert [isolated(each) for each in ("سلمى (2)", "18:00", "5")] == ["سلمى (2)", "18:00", "5"]
    assert isolated("سلمى (2)") == "\u2068سلمى (2)\u2069"
    assert isolated("Rana (2)") == "Rana (2)"
