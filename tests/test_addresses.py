"""An address has one spelling, whoever reads it; what is written of it can end no line and begin no other address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.addresses import (
    Address,
    AddressOutOfReach,
    NotAnAddress,
    read_address,
    shown,
    spelling_of,
    written,
)
from events_app.errors import Invalid
from events_app.vault.rules import normalise

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
    assert spelling_of(typed) == "salma@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "typed", ["", "salma", "a@b@example.org", "salma@localhost", "a@x.org,b@x.org", "x" * 9_999]
)
def test_what_is_no_address_is_refused_and_is_its_own_spelling(typed: str) -> None:
    with pytest.raises(NotAnAddress):
        read_address(typed)
    assert spelling_of(typed) == typed


@pytest.mark.parametrize("typed", ["سلمى@example.org", "=?utf-8?q?a?=@example.org"])
def test_an_address_that_our_server_cannot_write_to_is_refused_as_such(typed: str) -> None:
    with pytest.raises(AddressOutOfReach):
        read_address(typed)


@given(st.emails())
def test_the_index_of_an_address_that_works_today_does_not_change(typed: str) -> None:
    """What is hashed is `normalise` of the spelling; it must be that of what was stored before there was one."""
    try:
        address = read_address(typed)
    except Invalid:
        return
    if "xn--" not in typed.lower():
        assert normalise(address.ascii) == normalise(typed)


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
