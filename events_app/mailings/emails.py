"""The letters of this room, and what organizers write to many in one person's letter: placeholders, language, links."""

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from events_app.acts import Act, Office
from events_app.blanks import NAME, OWN_PAGE, has_blanks
from events_app.clock import are_whole_days
from events_app.events.models.event import Event, EventHost
from events_app.folding import folded
from events_app.i18n import N_, languages, pgettext, say_date, say_time, translate, use_language
from events_app.mail.message import Composed
from events_app.mailings.models import Mailing
from events_app.registrations.emails import (
    INVITES,
    PLAIN,
    Manner,
    composed_about_the_site,
    composed_of,
)
from events_app.registrations.facts import Person, event_facts, letter_facts
from events_app.registrations.models import Registration
from events_app.texts import Texts, harmless
from events_app.vault import Json, SealBroken
from events_app.weblinks import addresses_in

_TO_MANY = Manner(stops="stop_url", to_many=frozenset({"body"}))

KINDS: Final = {
    "mailings.changed": INVITES,
    "mailings.corrected": INVITES,
    "mailings.mailing": Manner(stops="stop_url"),
    "mailings.reminder": _TO_MANY,
    "mailings.follow_up": _TO_MANY,
}
"""The letters of this room that are not plain: they bring calendars what is new of the event, or go to many."""

TEST: Final = "mailings.test"
"""The one letter that is about no event."""

ASKED_AT_THE_DESK: Final = N_("You receive this email because you asked for it in the organizer area.")
"""Why an organizer gets a test, of whom nothing is held for the event."""

PLACEHOLDERS: Final = ("name", "event", "date", "time", "place", "page")
"""As they are kept. Each language of the site has a word of its own for them, and any of these may be typed."""

_BRACES: Final = re.compile(r"\{([^{}\n]*)\}")


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A letter of this room in its person's language; the courier calls this outside any transaction."""
    if kind == TEST:
        return composed_about_the_site(kind, facts, why=ASKED_AT_THE_DESK)
    return composed_of(kind, facts, KINDS.get(kind, PLAIN))


@dataclass(frozen=True)
class Content:
    """What organizers write, by language, and to whom: the query string of a list (see `search.read_query`)."""

    subject: Texts
    body: Texts
    query: str = ""

    @property
    def mark(self) -> str:
        """Another one as soon as a word is."""
        said = repr((sorted(self.subject.items()), sorted(self.body.items())))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def written(self) -> tuple[str, ...]:
        """The languages that it is written in, in the order of the site's."""
        return tuple(code for code in languages() if self.subject.get(code) and self.body.get(code))

    @property
    def shown(self) -> "Content":
        """As a page of the current language shows it, with the placeholders by their names there."""
        subject, body = (
            {code: as_shown(text) for code, text in each.items()} for each in (self.subject, self.body)
        )
        return Content(subject, body, self.query)

    def language_for(self, wanted: str) -> str:
        """The language in which somebody gets it: theirs, else the first one that it is written in."""
        return wanted if wanted in self.written else self.written[0]


def content_context(mailing_id: uuid.UUID) -> str:
    return f"mailing:{mailing_id}"


def reveal_words(mailing: Mailing, *, act: Act) -> Content:
    opened: Mapping[str, Any] = act.vault.reveal(
        str(mailing.event_id), content_context(mailing.id), mailing.content, act.by
    )
    return Content(opened["subject"], opened["body"], opened["query"])


def words_or_blank(mailing: Mailing, *, act: Act) -> Content:
    """For the desk's pages: nothing where the words cannot be opened, so that they can be written anew. Never to be
    sent: blank words are for everybody."""
    try:
        return reveal_words(mailing, act=act)
    except SealBroken:
        return Content({}, {})


def placeholders_of(event: Event) -> tuple[str, ...]:
    """Those that say something here: whole days have no hours ("at all day")."""
    has_hours = not are_whole_days(event.starts, event.ends)
    return tuple(name for name in PLACEHOLDERS if name != "time" or has_hours)


def placeholder_words() -> dict[str, str]:
    """What each placeholder is called in the current language."""
    return {
        "name": pgettext("in braces in a text: {name}", "name"),
        "event": pgettext("in braces in a text: {event}", "event"),
        "date": pgettext("in braces in a text: {date}", "date"),
        "time": pgettext("in braces in a text: {time}", "time"),
        "place": pgettext("in braces in a text: {place}", "place"),
        "page": pgettext("in braces in a text: {page}", "page"),
    }


def placeholder_meant(word: str) -> str:
    """The placeholder that a word in braces names in any language of the site; the word itself where it is none."""
    said: list[tuple[str, str]] = []
    for code in languages():
        with use_language(code):
            said += placeholder_words().items()
    return _meant(tuple(said)).get(word if word.isascii() else folded(word), word)


@cache
def _meant(said: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {folded(word): key for key, word in said} | {key: key for key in PLACEHOLDERS}


def as_kept(text: str) -> str:
    """A text whose placeholders were typed in any language, as it is kept: by one name each."""
    return filled(text, {key: f"{{{key}}}" for key in PLACEHOLDERS})


def as_shown(text: str) -> str:
    """A kept text as a page of the current language shows it to its writer."""
    return filled(text, {key: f"{{{word}}}" for key, word in placeholder_words().items()})


def unknown_placeholders(text: str, known: Sequence[str] = PLACEHOLDERS) -> list[str]:
    """What stands in braces and is none of the known ones, as it was typed."""
    return [found[0] for found in _BRACES.finditer(text) if placeholder_meant(found[1]) not in known]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, once: what a value says is never looked at again."""
    return _BRACES.sub(lambda found: values.get(placeholder_meant(found[1]), found[0]), text)


class LetterMaker:
    """Makes the facts of one letter after another about one event; what they share is made once for a language."""

    def __init__(
        self, event: Event, hosts: list[EventHost], words: Content, *, office: Office, now: datetime
    ) -> None:
        self._event, self._hosts, self._words, self._office, self._now = event, hosts, words, office, now
        self._about: dict[str, dict[str, Json]] = {}
        self._forms: dict[tuple[str, ...], dict[str, Any]] = {}

    def for_person(self, registration: Registration, person: Person, *, page: str = "") -> dict[str, Any]:
        language = self._words.language_for(registration.language)
        about = self._about.get(language)
        if about is None:
            about = event_facts(self._event, self._hosts, language=language, site=self._office.site)
            self._about[language] = about
        facts: dict[str, Any] = letter_facts(registration, person, about, office=self._office, now=self._now)
        # Answers to it are for people, so they do not go to the address that reads calendar answers.
        facts |= {"organizer_address": self._office.site.sender}
        facts |= {"language": language, "own_url": page or facts["own_url"]}
        if page:  # it is only looked at, so no link of the person's is in it
            return facts | {"stop_url": "", "way_url": ""} | self._said(facts)
        form = self._form_like(facts)
        return facts | ({"form": form} if form else self._said(facts))

    def _form_like(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """What is written, with blanks for the name and the own page, as everybody alike gets it: it is composed once
        for all of them. Words that hold such a character already have no form: {}."""
        stem = facts["own_url"].rpartition("/")[0]
        alike = (facts["language"], facts["mode"], stem)
        if alike not in self._forms:
            bare = self._said({**facts, "name": "", "own_url": ""})
            form = self._said({**facts, "name": NAME, "own_url": f"{stem}/{OWN_PAGE}"})
            self._forms[alike] = {} if has_blanks(bare["subject"] + bare["body"]) else form
        return self._forms[alike]

    def _said(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        values, language = values_for(self._event, facts), facts["language"]
        body = self._words.body[language]
        return {
            "subject": filled(self._words.subject[language], values),
            "body": filled(body, values),
            "links": sorted({*addresses_in(body), facts["own_url"]}),
        }


def values_for(event: Event, facts: Mapping[str, Any]) -> dict[str, str]:
    """What the placeholders stand for in one letter, as plain text in its language."""
    about, language = facts["event"], facts["language"]
    starts, ends = event.starts, event.ends
    with use_language(language):
        hours = translate(N_("%(start)s–%(end)s"), start=say_time(starts), end=say_time(ends))
        if are_whole_days(starts, ends):
            hours = translate(N_("all day"))
        days = say_date(starts.date())
        if starts.date() != ends.date():
            days = translate(N_("%(first)s to %(last)s"), first=days, last=say_date(ends.date()))
        return {
            "name": harmless(facts["name"]),
            "event": about["title"],
            "date": days,
            "time": hours,
            "place": about["place"] if facts["mode"] == "in_person" else translate("Online"),
            "page": facts["own_url"],
        }
