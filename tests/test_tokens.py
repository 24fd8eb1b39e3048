"""Tokens are long, speakable, and found again by their digest only."""

import re

import pytest

from events_app.tokens import digest, new_token

pytestmark = pytest.mark.engine_free


def test_a_token_is_39_lower_case_letters_and_digits() -> None:
    token = new_token()

    assert re.fullmatch(r"[a-z2-7]{39}", token)


def test_no_two_tokens_are_the_same() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000


def test_a_digest_is_32_bytes_and_always_the_same_for_a_token() -> None:
    token = new_token()

    assert digest(token) == digest(token)
    assert len(digest(token)) == 32
    assert digest(token) != digest(new_token())


def test_any_text_from_a_link_has_a_digest() -> None:
    assert len({digest("\ud800"), digest("مرحبا"), digest("")}) == 3
