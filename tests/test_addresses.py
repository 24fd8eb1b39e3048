"""An address has one spelling, whoever reads it; what is written of it can end no line and begin no other address."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.addresses import (
    Address,
    AddressOutOfReach,
    NotAnAddress,
    kept,
    read_address,
    shown,
    written,
)
from events_app.errors import Invalid

pytestmark = pytest.mark.engine_free


@pytest.mark.parametrize(
    "typed",
    [
        "salma@bücher.example",
        " salma@BÜCHER.example\n",
        "salma@xn--bcher-kva.example",
        "salma@bu\u0308cher.example",
    ],
)
def test_one_address_has_one_spelling_however_it_is_typed(typed: str) -> None:
    assert read_address(typed) == Address("salma@xn--bcher-kva.example", "salma@bücher.example")
    assert kept(typed).ascii == "salma@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "typed", ["", "salma", "a@b@example.org", "salma@localhost", "a@x.org,b@x.org", "x" * 9_999]
)
def test_what_is_no_address_is_refused_and_is_its_own_spelling(typed: str) -> None:
    with pytest.raises(NotAnAddress):
        read_address(typed)
    assert kept(typed).ascii == typed


@pytest.mark.parametrize("typed", ["سلمى@example.org", "=?utf-8?q?a?=@example.org"])
def test_an_address_that_our_server_cannot_write_to_is_refused_as_such(typed: str) -> None:
    with pytest.raises(AddressOutOfReach):
        read_address(typed)


@given(st.emails())
def test_the_index_of_an_address_that_works_today_does_not_change(typed: str) -> None:
    """What is hashed must be that of what was stored before there was one spelling."""
    try:
        address = read_address(typed)
    except Invalid:
        return
    if "xn--" not in typed.lower():
        assert address.compared == unicodedata.normalize("NFC", unicodedata.normalize("NFC", typed).lower())


@pytest.mark.parametrize(
    ("kept", "seen"),
    [
        ("salma@xn--bcher-kva.example", "salma@bücher.example"),
        ("salma@mail.xn--mgbh0fb.example", "salma@mail.مثال.example"),
        ("salma@example.org", "salma@example.org"),
        ("salma@xn--.example", "salma@xn--.example"),
        ("", ""),
    ],
)
def test_people_see_an_address_in_its_own_letters(kept: str, seen: str) -> None:
    assert shown(kept) == seen


@given(st.text() | st.emails() | st.from_regex(r"[!-~]{1,9}@[!-~]{1,9}", fullmatch=True))
def test_nothing_that_is_written_ends_a_line_or_begins_another_address(text: str) -> None:
    try:
        plain = written(text)
    except NotAnAddress:
        return
    local, _, domain = plain.rpartition("@")
    assert plain.isprintable()
    assert not set(local) & set(' @<>()[]\\,;:"')
    assert domain.isascii()
    assert not set(domain) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")


@given(st.emails())
def test_whatever_is_read_can_be_written(typed: str) -> None:
    try:
        address = read_address(typed)
    except Invalid:
        return
    assert written(address.ascii) == address.ascii
    assert written(address.shown) == address.ascii


def compared(text: str) -> str:
    return kept(text).compared


@pytest.mark.parametrize(
    "typed",
    ["Rana@Example.org", " rana@example.ORG\t", "RANA@EXAMPLE.ORG", "\u00a0rana@example.org\n"],
)
def test_one_address_compares_as_one(typed: str) -> None:
    assert compared(typed) == "rana@example.org"


def test_a_composed_and_a_decomposed_letter_are_one() -> None:
    assert compared("Jose\u0301@example.org") == compared("jos\u00e9@example.org")


def test_nothing_is_guessed_about_a_provider() -> None:
    spellings = {"r.a.n.a@gmail.com", "rana@gmail.com", "rana+party@gmail.com", "rana@googlemail.com"}

    assert {compared(address) for address in spellings} == spellings


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x6FF)))
def test_a_normal_address_stays_as_it_is(address: str) -> None:
    assert compared(compared(address)) == compared(address)
