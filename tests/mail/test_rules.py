"""The life of a letter, when it is tried again, and what is kept of a server's words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.mail.rules import (
    BACKOFF,
    MAY_BECOME,
    RETRIED_BY_HAND,
    before,
    is_hopeless,
    next_try,
    plain_words,
)

pytestmark = pytest.mark.engine_free

NOW = datetime(2026, 11, 22, 16, 5, tzinfo=UTC)


def test_a_letter_that_was_sent_or_superseded_stays_so() -> None:
    assert MAY_BECOME["sent"] == MAY_BECOME["superseded"] == frozenset()


def test_a_letter_is_never_sent_without_having_been_sending() -> None:
    assert before("sent") == ("sending",)


def test_every_state_can_be_reached_and_what_a_person_retries_becomes_queued() -> None:
    assert {state for later in MAY_BECOME.values() for state in later} == set(MAY_BECOME)
    assert all("queued" in MAY_BECOME[state] for state in RETRIED_BY_HAND)


def test_the_pauses_between_tries_grow_and_then_stay() -> None:
    waits = [(next_try(attempt, now=NOW) - NOW).total_seconds() for attempt in range(1, 9)]

    assert waits == [10, 30, 60, 300, 900, 3600, 3600, 3600]
    assert tuple(waits[:6]) == BACKOFF


@pytest.mark.parametrize(("days", "hopeless"), [(0, False), (3, False), (4, True)])
def test_a_letter_is_given_up_after_three_days(days: int, hopeless: bool) -> None:
    assert is_hopeless(date(2026, 11, 22), today=date(2026, 11, 22) + timedelta(days=days)) is hopeless


def test_a_letter_that_was_never_tried_is_not_given_up() -> None:
    assert is_hopeless(None, today=date(2026, 11, 22)) is False


def test_what_a_server_says_is_kept_without_addresses_and_names() -> None:
    said = "550 5.1.1 <omar.haddad@example.org>: Recipient address rejected: Omar Haddad unknown"

    assert plain_words(said) == "550 5.1.1 … recipient address rejected … unknown"


@given(st.text(max_size=200))
def test_whatever_a_server_says_only_known_words_are_kept(reply: str) -> None:
    kept = plain_words(f"451 canary {reply}")

    assert kept.startswith("451 …")
    assert "canary" not in kept
    assert len(kept) <= 200
