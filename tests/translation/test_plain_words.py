"""Plain English: one word for one thing, as docs/glossary.md says under "On screen"."""

import re
from collections import defaultdict
from functools import cache

import pytest
from babel.messages.catalog import Catalog

from tests.translation import messages

pytestmark = [pytest.mark.engine_free, pytest.mark.house]

PUBLIC = (
    "templates/base.html", "templates/linking/", "templates/mail/registrations/", "templates/mail/mailings/",
    "templates/mail/invitations/", "templates/mail/frame.html", "templates/mail/replies/declined_reply/",
    "templates/mail/replies/counter/", "templates/mail/deletion/put_off/", "templates/personal/",
    "templates/publishing/", "templates/registrations/", "templates/web/", "events_app/linking/",
    "events_app/personal/", "events_app/publishing/", "events_app/registrations/", "events_app/web/",
)  # fmt: skip
"""Where people who register are spoken to. All else is said to organizers."""

NOBODY_SAYS = {
    "letter": r"\bletters?\b(?<!Latin letters)",
    "e-mail": r"\be-mail",
    "mail for an email": (
        r"\b(by|no|unwanted|any) mail\b(?! server)|\bmails\b|\bmailed\b|\bmail (you|me|comes|leaves)\b|^Mail$"
    ),
    "desk": r"\bdesk\b",
    "courier": r"\bcourier\b",
    "outbox": r"\boutbox\b",
    "line, for the waiting list": r"\bin line\b|\bthe line\b(?! [“%])|\bleave the line\b",
    "seats called places": r"\bplaces\b",
    "to take back": r"\btake[ns]?( \w+)? back\b|\btook the .* back\b",
    "slip": r"\bslip\b",
    "lapse": r"\blapse[sd]?\b",
    "erase": r"\berase[sd]?\b",
    "for good": r"\bfor good\b",
    "batch": r"\bbatch\b",
    "anew, mend": r"\banew\b|\bmend(s|ed)?\b",
    "whoever runs this site": r"whoever (runs|looks)",
}
ORGANIZERS_NEVER_SAY = {
    "tick": r"\btick(s|ed)?\b",
    "tell them, told of, being told": (
        r"\btell (them|%\(num\)d)\b|\b(has been|being) told\b|\bwas told of\b|\bnobody (was|is) told\b"
    ),
    "hold": r"\bhold(s|ing)?\b(?<!on hold)",
    "on the margins of": r"\bmargins\b",
    "trial": r"\btrial\b",
    "kept view, keep this view": r"\bkept views?\b|\bkeep (this|the) (view|note)\b|\b(note|view) is kept\b",
    "left empty, left out": r"\bleft (empty|out)\b|\bleave .*\bout\b",
    "kept here": r"\bkept (here|and not sent)\b|\bwritten and kept\b",
    "perhaps sent": r"\bperhaps sent\b",
    "posted": r"\bposted\b",
    "automatically": r"\bby itself\b",
    "stand": r"\bstands?\b",
    "decline": r"^Decline\b",
    "quota": r"\bquotas?\b",
    "retire": r"\bretire\b",
    "no more": r"\b(asked|ask it|offered) no more\b",
    "this is us": r"\bthis is us\b",
    "calendar says": r"\bcalendar says\b",
    "takes part, for attendance": r"^takes part",
    "someone fits": r"\bnobody\b.*\bfits?\b",
    "the seat called place": r"\b(a|free|his|her|their|your|this|the) place\b",
}
SAID_OF_WHERE = {
    "a place, since people can come in person",
    "Coming events that show this place",
    "Everybody who has a seat gets a short email with the time, the place or the way to join online, and a link to "
    "give the seat back. Nobody gets one twice; who gets a seat later than that has all of it in their first emails.",
    "One of your venues. If you choose it here, you need not write the place above.",
    "Optional: with venues you choose a room from a list instead of typing the place each time.",
    "When the time, the place or a text changes after people have registered, this page shows who is affected and "
    "sends the update.",
}
"""Here the place is where an event is held."""

TWO_MEANINGS = {
    "Cancelled": {"event", "registration", "number of people"},
    "Confirmed": {"registration", "number of people", "host or speaker"},
    "Registered": {"history", "number of people"},
    "Waiting": {"number of people"},
}
"""Words that mean two things in English, with an entry in the catalogue for each."""

NO_WORDS = ("date pattern", "in braces in a text")
"""Contexts of what is no word of a page."""


@cache
def catalogue() -> Catalog:
    return messages.sentences()


@cache
def said() -> dict[str, set[str]]:
    """Every English sentence, of plurals both, with the files that say it."""
    found: dict[str, set[str]] = defaultdict(set)
    for message in catalogue():
        for sentence in [message.id] if isinstance(message.id, str) else message.id:
            found[sentence] |= {path for path, _line in message.locations}
    del found[""]
    return found


def to_organizers() -> dict[str, set[str]]:
    return {
        sentence: files
        for sentence, files in said().items()
        if any(not file.startswith(PUBLIC) for file in files)
    }


@pytest.mark.parametrize("word", NOBODY_SAYS)
def test_nobody_reads_a_word_of_our_own(word: str) -> None:
    """If this fails, look into docs/glossary.md, "On screen"."""
    blanked = {sentence: re.sub(r"%\(\w+\)", "%", sentence) for sentence in said()}

    assert [
        sentence for sentence, plain in blanked.items() if re.search(NOBODY_SAYS[word], plain, re.IGNORECASE)
    ] == []


@pytest.mark.parametrize("word", ORGANIZERS_NEVER_SAY)
def test_organizers_never_read_our_private_language(word: str) -> None:
    pattern = re.compile(ORGANIZERS_NEVER_SAY[word], re.IGNORECASE)

    assert [
        sentence for sentence in to_organizers() if pattern.search(sentence) and sentence not in SAID_OF_WHERE
    ] == []


@pytest.mark.parametrize("word", TWO_MEANINGS)
def test_a_word_with_two_meanings_has_an_entry_for_each(word: str) -> None:
    contexts = {message.context for message in catalogue() if message.id == word}

    assert contexts == TWO_MEANINGS[word]


def test_no_other_word_has_a_context_that_is_not_listed_here() -> None:
    found = {
        message.id for message in catalogue() if message.context and not message.context.startswith(NO_WORDS)
    }

    assert found == TWO_MEANINGS.keys()
