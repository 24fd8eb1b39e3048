"""What was typed is tidied, judged in words, and never read as something else."""

import unicodedata
from gettext import NullTranslations
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from starlette.requests import Request
from starlette.types import Message
from wtforms import EmailField, IntegerField, StringField, TextAreaField
from wtforms.meta import DefaultMeta

from events_app import i18n
from events_app.addresses import kept
from events_app.i18n import L_, use_language
from events_app.texts import western_digits
from events_app.web.forms import (
    Form,
    a_web_address,
    address_in,
    an_address,
    at_most,
    required,
    tidy,
    tidy_address,
    tidy_line,
    tidy_web_address,
    typed_into,
)

pytestmark = pytest.mark.engine_free


class Paper(Form):
    line = StringField("", [required(), at_most(5)], filters=[tidy_line])
    address = StringField("", [an_address], filters=[tidy_line])
    link = StringField("", [a_web_address], filters=[tidy_line])


def wrong(name: str, typed: str) -> bool:
    form = Paper(data={name: typed})
    form.validate()
    return bool(form[name].errors)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  Rana\t  Khalil ", "Rana Khalil"),
        ("Rana\r\nBcc: eve@example.org", "Rana Bcc: eve@example.org"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("\u202eanaR\u2066", "anaR"),
        ("\ufeffRana\u200f", "Rana"),
        ("cafe\u0301", "café"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (None, ""),
    ],
)
def test_a_line_keeps_what_people_type_on_purpose(typed: str | None, line: str) -> None:
    assert tidy_line(typed) == line


@given(st.text())
def test_tidied_text_holds_no_control_or_direction_character(text: str) -> None:
    allowed = {"\n", "\t"}
    bad = [c for c in tidy(text) if unicodedata.category(c) in {"Cc", "Zl", "Zp"} and c not in allowed]

    assert bad == []
    assert not set(tidy(text)) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff"
    )
    assert tidy(tidy(text)) == tidy(text)
    assert "\n" not in tidy_line(text)


@pytest.mark.parametrize(
    "address",
    [
        "rana@example.org",
        "r.k+tag@mail.example.org",
        "rana@xn--mgbh0fb.example",
        "RANA@EXAMPLE.ORG",
        "o'neil@example.org",
    ],
)
def test_an_address_that_letters_reach_is_taken(address: str) -> None:
    assert not wrong("address", address)


@pytest.mark.parametrize(
    "address",
    [
        "", "rana", "rana@", "@example.org", "a b@example.org", "rana@example", "a@b@example.org", "rana@example..org",
        "rana@example.org, eve@example.org", "<rana@example.org>", "rana@[127.0.0.1]", "=?utf-8?q?a?=@example.org",
        "رنا@example.org", "x" * 65 + "@example.org", "rana@" + "x" * 250 + ".org", '"a b"@example.org',
    ],
)  # fmt: skip
def test_what_no_letter_reaches_is_refused(address: str) -> None:
    assert wrong("address", address)


@given(st.text() | st.emails())
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    form = Paper(data={"address": text})
    form.validate()

    assert address_in(tidy_line(text)) == (None if form.address.errors else form.address.data)
    if not form.address.errors:
        read = form.address.data or ""
        assert read.isascii()
        assert not set(read) & set("\r\n\0 ,;<>")


def test_an_address_in_letters_of_the_domain_is_written_as_servers_know_it() -> None:
    form = Paper(data={"address": "rana@bücher.example"})
    form.validate()

    assert form.address.data == "rana@xn--bcher-kva.example"


@pytest.mark.parametrize("link", ["https://example.org", "http://example.org/a?b#c", "HTTPS://example.org"])
def test_a_web_address_is_taken(link: str) -> None:
    assert not wrong("link", link)


@pytest.mark.parametrize(
    "link",
    [
        "example.org",
        "javascript:alert(1)",
        "ftp://example.org",
        "https://",
        "data:text/html,x",
        " javascript://x",
    ],
)
def test_what_is_no_web_address_is_refused(link: str) -> None:
    assert wrong("link", link)


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        (" rana @ example.org\u200f", "rana@example.org"),
        ("mailto:rana@example.org", "rana@example.org"),
        ("rana@example.org\n", "rana@example.org"),
        (None, ""),
    ],
)
def test_an_address_is_read_as_it_was_pasted(pasted: str | None, address: str) -> None:
    assert tidy_address(pasted) == address


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("example.org", "https://example.org"),
        (" www.example.org/a?b ", "https://www.example.org/a?b"),
        ("http://example.org", "http://example.org"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("ask at the door", "ask at the door"),
        (None, ""),
    ],
)
def test_a_web_address_may_be_said_without_its_beginning(said: str | None, link: str) -> None:
    assert tidy_web_address(said) == link


@pytest.mark.parametrize(
    ("typed", "digits"), [("١٣:٣٠", "13:30"), ("۰۹:۱۵", "09:15"), ("9:30", "9:30"), ("", ""), (None, "")]
)
def test_digits_of_every_script_are_digits(typed: str | None, digits: str) -> None:
    assert western_digits(typed) == digits


@given(st.text())
def test_reading_digits_breaks_on_no_text(text: str) -> None:
    western_digits(text)


def test_an_empty_required_field_says_one_thing_only() -> None:
    form = Paper(data={"line": "  "})
    form.validate()

    assert form.line.errors == ["Please fill this in."]


def test_a_line_that_is_too_long_is_counted_out() -> None:
    form = Paper(data={"line": "123456"})
    form.validate()

    assert form.line.errors == ["At most 5 characters, please."]


class Sheet(Form):
    name = StringField("", render_kw={"placeholder": L_("Name"), "maxlength": 120})
    mail = EmailField("", [required()])
    words = TextAreaField("", render_kw={"rows": 3})
    seats = IntegerField("")


class Reversing(NullTranslations):
    def gettext(self, message: str) -> str:
        return message[::-1]


def test_an_empty_field_that_was_written_before_is_what_would_be_written_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In every language, with every word of the template's, marked up or not; and never what somebody typed."""
    monkeypatch.setitem(i18n._catalogues, "xx", Reversing())
    typed = [{}, {"name": "Rana <b>", "mail": "r@example.org", "words": "one\ntwo", "seats": 0}, {}]
    given: list[dict[str, Any]] = [
        {},
        {"rows": 1},
        {"rows": True},
        {"aria_label": "a<b"},
        {"aria_label": Markup("a&lt;b")},
    ]
    written = set()
    for language, data, words in product(["en", "xx", "en"], typed, given):
        with use_language(language):
            for field in Sheet(data=data):
                markup = field(**words)
                assert markup == DefaultMeta().render_field(field, words)
                written.add(markup)
    assert 'placeholder="emaN"' in "".join(written)
    assert 'value="0"' in "".join(written)


def test_a_field_that_must_be_filled_in_says_so_beside_one_that_need_not() -> None:
    class Optional(Form):
        mail = EmailField("")

    assert "required" in Sheet().mail()
    assert "required" not in Optional().mail()
    assert "required" in Sheet().mail()


def test_a_text_that_is_too_long_is_never_looked_at_any_further() -> None:
    class Fields(Form):
        link = StringField("", [at_most(100), a_web_address, _never])

    form = Fields(data={"link": "https://" + 200_000 * "a" + " b"})

    assert not form.validate()
    assert form.link.errors == ["At most 100 characters, please."]


def _never(form: Any, field: Any) -> None:
    raise AssertionError("a length comes first")


def test_an_address_is_never_made_of_what_is_too_long_for_one() -> None:
    towers = "a" + 60_000 * "\u0301\u0327" + "@example.org"

    assert (address_in(towers), kept(towers).ascii) == (None, towers)


@pytest.mark.anyio
@given(fields=st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=8))
async def test_a_form_is_read_as_browsers_write_it(fields: list[tuple[str, str]]) -> None:
    said = [(_of_bytes(name), _of_bytes(value)) for name, value in fields]

    typed = await typed_into(posted(urlencode(said).encode()))

    assert typed.multi_items() == said


@pytest.mark.anyio
@given(body=st.binary())
async def test_no_bytes_break_the_reading_of_a_form(body: bytes) -> None:
    await typed_into(posted(body))


def _of_bytes(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def posted(body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
