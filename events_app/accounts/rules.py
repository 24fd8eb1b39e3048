"""What is true of accounts whatever they are stored in: passphrases, how long links and sessions last."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta

from events_app.accounts.guessing import bare, is_common
from events_app.errors import Forbidden, Invalid, NotFound, TooMany
from events_app.i18n import N_

SHORTEST, LONGEST = 12, 256
LINK_LASTS = timedelta(days=3)
SESSION_LASTS = timedelta(hours=12)
IDLE = timedelta(hours=1)
ROUNDED_TO = timedelta(minutes=5)
TRIES_PER_ADDRESS = TRIES_PER_DEVICE = 10
"""Sign-ins that may fail within one hour: for one address, and besides in a browser where somebody came in before."""
SLOW_DEVICE = 15.0
"""Seconds that every further try takes in such a browser, one after the other: its owner comes in, a thief gets 240."""
TRIES_IN_ALL, LONGEST_PAUSE = 200, 5.0
"""From so many on within one hour each waits, a little longer each time, for at most so many seconds."""
DEVICE_LASTS = timedelta(days=180)
"""So long a browser is known after the last sign-in."""


class PassphraseTooShort(Invalid):
    sentence = N_("Please choose a passphrase of at least %(least)s characters.")


class PassphraseTooLong(Invalid):
    sentence = N_("Please choose a passphrase of at most %(most)s characters.")


class PassphraseTooCommon(Invalid):
    sentence = N_(
        "This passphrase is easy to guess. Four or five words that only you would put together are good."
    )


class PassphraseHoldsOwnWords(Invalid):
    sentence = N_("Please choose a passphrase without your own name or email address in it.")


class LinkDoesNotWork(NotFound):
    """Used, too old, replaced by a newer one, or never made: all the same to who opens it."""

    sentence = N_("This link does not work any more. Please ask for a new one.")


class LinkForAnotherAddress(Invalid):
    """An invitation makes an account for the address it was made for, and no other."""

    sentence = N_("This link was made for another email address. Please use that one, or ask for a link.")


class AddressUnreadable(Invalid):
    sentence = N_("%(address)s is not an email address.")


class SignInRefused(Forbidden):
    """The same for an unknown address, a wrong passphrase and an account that is closed."""

    sentence = N_("This email address and this passphrase do not belong together.")


class SignInTooOften(TooMany):
    sentence = N_("There were too many attempts to sign in. Please wait an hour, or ask for a one-time link.")


def pause_after(tries: int) -> float:
    """Seconds that the next try waits when there were so many within the hour, whoever made them."""
    return min(max(0, tries - TRIES_IN_ALL) * 0.05, LONGEST_PAUSE)


def prepared(passphrase: str) -> bytes:
    """What is hashed: NFKC, so that two keyboards type the same passphrase; cut past the longest."""
    return unicodedata.normalize("NFKC", passphrase[: LONGEST + 1])[: LONGEST + 1].encode("utf-8", "replace")


def refuse_weak(passphrase: str, *, name: str, address: str) -> None:
    """Refuses a passphrase that is too short, too long, easy to guess, or made of the person's own words.

    No rule about kinds of characters (NIST SP 800-63B, 3.1.1.2): length and surprise are what counts.
    """
    if len(passphrase) > LONGEST:  # before anything is made of it
        raise PassphraseTooLong(most=LONGEST)
    text = unicodedata.normalize("NFKC", passphrase)
    if len(text) < SHORTEST:
        raise PassphraseTooShort(least=SHORTEST)
    if len(text) > LONGEST:
        raise PassphraseTooLong(most=LONGEST)
    if is_common(text):
        raise PassphraseTooCommon()
    if any(word in bare(text) for word in _own_words(name, address)):
        raise PassphraseHoldsOwnWords()


def is_alive(end: datetime, *, now: datetime) -> bool:
    """Whether a link or session that ends then still works."""
    return now < end


def is_idle(seen_at: datetime, *, now: datetime, idle: timedelta) -> bool:
    """Whether nobody used the session for that long, or 5 minutes more: `seen_at` is rounded down."""
    return now >= seen_at + idle + ROUNDED_TO


def rounded(now: datetime) -> datetime:
    """The start of the 5 minutes that `now` is in: when exactly somebody worked is not kept."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % ROUNDED_TO


def hour_of(now: datetime) -> int:
    """The hours since 1970."""
    return int(now.timestamp()) // 3600


def _own_words(name: str, address: str) -> Iterator[str]:
    """The bare words that would be guessed first for this person; very short ones do no harm."""
    local, _, _ = address.partition("@")
    whole = [name, local, address]
    pieces = [*name.split(), *re.split(r"[._+-]", local)]
    yield from (word for word in map(bare, whole) if len(word) >= 3)
    yield from (word for word in map(bare, pieces) if len(word) >= 4)
