"""A passphrase is long and a surprise; times are kept coarse."""

from datetime import UTC, datetime, timedelta

import pytest

from events_app.accounts import rules
from events_app.accounts.guessing import is_common

pytestmark = pytest.mark.engine_free


@pytest.mark.parametrize(
    "passphrase",
    [
        "password1234",
        "Password 2026!",
        "passwordpassword",
        "123456789012",
        "987654321098",
        "١٢٣٤٥٦٧٨٩٠١٢",
        "qwertyuiopas",
        "poiuytrewq12",
        "azertyuiopqs",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijkl",
        "................",
        "correct horse battery staple",
        "ilove you forever 1",
        "السلام عليكم",
        "بسم الله الرحمن الرحيم",
        "كلمة السر 123456",
        "ضصثقفغعهخحجد",
        "دجحخهعغفقثصض",
        "شسيبلاتنمك12",
        "ابتثجحخدذرزس",
        "مرحبا مرحبا مرحبا",
        "hgsghl ugd;l 1",
        "bismillah 786786",
    ],
)
def test_what_is_guessed_first_is_refused(passphrase: str) -> None:
    with pytest.raises(rules.PassphraseTooCommon):
        rules.refuse_weak(passphrase, name="Rana", address="rana@example.org")


@pytest.mark.parametrize(
    "passphrase",
    [
        "seven lanterns over a quiet harbour",
        "lantern harbour 12",
        "زيتونة على سطح البيت",
        "k3#Vz9!pQ2mX",
        "four cats & a mango",
    ],
)
def test_a_few_words_that_nobody_else_puts_together_are_good(passphrase: str) -> None:
    rules.refuse_weak(passphrase, name="Rana Khalil", address="rana.k@example.org")

    assert not is_common(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "rana.khalil@example.org",
        "my friend Khalil sings",
        "RANA KHALIL rana 99",
        "blue khalil47 door",
        "ｋｈａｌｉｌ and the sea",
    ],
)
def test_own_name_and_address_are_refused(passphrase: str) -> None:
    with pytest.raises(rules.PassphraseHoldsOwnWords):
        rules.refuse_weak(passphrase, name="Rana Khalil", address="rana.khalil@example.org")


def test_a_very_short_name_does_not_forbid_its_letters() -> None:
    rules.refuse_weak("an olive tree by the sea", name="Al An", address="a@example.org")


def test_the_shortest_and_the_longest_are_said() -> None:
    with pytest.raises(rules.PassphraseTooShort, match="at least 12"):
        rules.refuse_weak("k3#Vz9!pQ2m", name="", address="")
    with pytest.raises(rules.PassphraseTooLong, match="at most 256"):
        rules.refuse_weak("k3#Vz9!pQ2mX" * 30, name="", address="")
    with pytest.raises(rules.PassphraseTooLong):
        rules.refuse_weak("\ufdfa" * 30, name="", address="")  # one sign, 18 letters in NFKC


def test_a_passphrase_over_the_longest_is_never_one_that_was_taken() -> None:
    longest = "x" * rules.LONGEST

    assert rules.prepared(longest + "y") != rules.prepared(longest)
    assert len(rules.prepared("x" * 100_000)) == rules.LONGEST + 1
    assert rules.prepared("\ud800") == b"?"


def test_times_are_rounded_down_to_five_minutes() -> None:
    moment = datetime(2026, 11, 22, 16, 59, 59, 999_999, tzinfo=UTC)

    assert rules.rounded(moment) == datetime(2026, 11, 22, 16, 55, tzinfo=UTC)
    assert rules.rounded(rules.rounded(moment)) == rules.rounded(moment)


def test_a_session_is_idle_never_too_early_and_at_most_five_minutes_late() -> None:
    last_used = datetime(2026, 11, 22, 16, 4, 59, tzinfo=UTC)
    seen_at, hour = rules.rounded(last_used), timedelta(hours=1)

    assert not rules.is_idle(seen_at, now=last_used + hour, idle=hour)
    assert rules.is_idle(seen_at, now=last_used + hour + rules.ROUNDED_TO, idle=hour)
