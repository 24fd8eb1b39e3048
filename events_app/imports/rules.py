"""What is true of imported lists whatever they are stored in: who is on one, and what the words in its cells mean."""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from events_app.errors import Conflict
from events_app.events.rules import MODE_NAMES, Mode
from events_app.folding import folded, plain
from events_app.i18n import N_, languages, name_of_language, translate, use_language
from events_app.questions.models import Question
from events_app.questions.rules import HAS_CHOICES, Kind
from events_app.questions.wording import SEPARATORS, countries, spoken_languages
from events_app.registrations.rules import STATUS_NAMES, Applicant, Status

LEFT_OUT: Final = "out"
"""What is done with the rows of a state that the organizer does not want."""


@dataclass(frozen=True)
class Candidate:
    """Somebody on a list; `number` is the row's.

    `status` is how the list says they stand: CONFIRMED wants a seat while there are any, WAITLISTED waits whatever
    there is, at the place in line `line` where the list says it. `registered_on` where the list says it. `leader`: the
    name of whoever brought them, by which who has no address is known again.
    """

    number: int
    applicant: Applicant
    status: Status = Status.CONFIRMED
    line: int | None = None
    registered_on: date | None = None
    leader: str = ""

    @property
    def lives(self) -> bool:
        """Whether they still take part, or ask to: nobody else needs an address of their own."""
        return self.status not in {Status.DECLINED, Status.CANCELLED}


def state_key(cell: str) -> str:
    """What a form's field and a kept choice are called by for a state, whose words may be anything: also a name."""
    return hashlib.sha256(plain(cell).encode()).hexdigest()[:12]


_WORDS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = tomllib.loads(
    (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
)


def language_meant(cell: str) -> str:
    """The language of the site that a cell names: by its code (ar, ar-SA), its name in any language of the site, or as
    people write it; '' for none."""
    said = plain(cell)
    code = said.partition(" ")[0]
    return _languages(languages()).get(said, code if code in languages() and len(said) <= 12 else "")


@cache
def _languages(codes: tuple[str, ...]) -> dict[str, str]:
    words: dict[str, str] = {}
    for code in codes:
        named = [code, name_of_language(code), *(name_of_language(code, other) for other in codes)]
        words |= {plain(word): code for word in (*named, *_WORDS["language"].get(code, ()))}
    return words


def mode_meant(cell: str) -> Mode | None:
    return _modes(languages()).get(plain(cell))


@cache
def _modes(codes: tuple[str, ...]) -> dict[str, Mode]:
    words = {plain(word): Mode(mode) for mode, every in _WORDS["mode"].items() for word in every}
    return words | {said: Mode(mode) for said, mode in _in_every_language(codes, MODE_NAMES).items()}


def is_yes(cell: str) -> bool | None:
    """None for what is neither yes nor no."""
    return _yes_and_no(languages()).get(plain(cell))


@cache
def _yes_and_no(codes: tuple[str, ...]) -> dict[str, bool]:
    words = {plain(word): kind == "yes" for kind, every in _WORDS["answer"].items() for word in every}
    for code in codes:
        with use_language(code):
            words |= {plain(translate(N_("Yes"))): True, plain(translate(N_("No"))): False}
    return words


def status_meant(cell: str) -> str:
    """How somebody stands whose row says this, as our own sheets say it in any language of the site, or as other
    programs do; '' for what we do not know. Only a guess, which the organizer sees."""
    return _statuses(languages()).get(plain(cell), "")


@cache
def _statuses(codes: tuple[str, ...]) -> dict[str, str]:
    words = {plain(word): status for status, every in _WORDS["state"].items() for word in every}
    return words | _in_every_language(codes, STATUS_NAMES)


def _in_every_language(codes: tuple[str, ...], names: Mapping[Any, object]) -> dict[str, str]:
    """What the app itself calls these, and their own keys."""
    words = {plain(str(key)): str(key) for key in names}
    for code in codes:
        with use_language(code):
            words |= {plain(str(name)): str(key) for key, name in names.items()}
    return words


MOST_PIECES: Final = 60
"""Of one cell, in which choices are sought."""


@dataclass(frozen=True)
class Words:
    """How the answers of one question may be written: `exact` as our own sheets write them, `loose` as people do."""

    exact: Mapping[str, str]
    loose: Mapping[str, str]

    @classmethod
    def of(cls, question: Question) -> "Words":
        """Keys or codes, and words in every language of the site."""
        if question.kind in HAS_CHOICES:
            pairs = [(each["key"], text) for each in question.choices for text in each["text"].values()]
        else:
            named = countries if question.kind == Kind.COUNTRY else spoken_languages
            pairs = [pair for site in languages() for pair in named(site)]
        loose = {plain(text): key for key, text in pairs} | {plain(key): key for key, _text in pairs}
        exact = {" ".join(folded(text).split()): key for key, text in pairs}
        return cls(exact, {text: key for text, key in loose.items() if text})

    def one(self, cell: str) -> str | None:
        return self.exact.get(" ".join(folded(cell).split())) or self.loose.get(plain(cell))

    def several(self, cell: str) -> list[str] | None:
        """'A, B; C' as keys. A sign that parts two may also stand inside a choice: first as our own sheets part them,
        by one sign that is in none; then the longest pieces that mean something."""
        for sign in SEPARATORS:
            parts = [" ".join(folded(part).split()) for part in cell.split(sign.strip(" "))]
            if all(part in self.exact for part in parts):
                return list(dict.fromkeys(self.exact[part] for part in parts))
        return self._pieced(re.split(r"(?<=[,،;؛|\n])", cell))

    def _pieced(self, parts: Sequence[str]) -> list[str] | None:
        """From the end: what the pieces from each place on mean, None where they mean nothing."""
        meant: list[list[str] | None] = [*[None] * len(parts), []]
        for start in reversed(range(len(parts[:MOST_PIECES]))):
            for end in range(len(parts), start, -1):
                said, rest = plain("".join(parts[start:end])), meant[end]
                if rest is not None and (not said or said in self.loose):
                    meant[start] = [self.loose[said], *rest] if said else rest
                    break
        return list(dict.fromkeys(meant[0] or ())) or None


@dataclass(frozen=True)
class Place:
    """Where somebody stands among the new people of a list. `at`: from its top, 0 first. `before`: how many before them
    want a seat, by way of taking part. `waits`: for whoever waits on the list, their place among those, 0 first."""

    at: int
    wish: Status
    mode: str
    before: Mapping[str, int]
    waits: int = 0


def places_of(people: Sequence[Candidate]) -> list[Place]:
    """The places of all of them: who waits on the list does so in its own order of waiting."""
    waiting = sorted(
        (line.line is None, line.line or 0, at)
        for at, line in enumerate(people)
        if line.status == Status.WAITLISTED
    )
    waits = {at: place for place, (*_order, at) in enumerate(waiting)}
    before: Mapping[str, int] = {}
    places = []
    for at, line in enumerate(people):
        mode = line.applicant.mode
        places.append(Place(at, line.status, mode, before, waits.get(at, 0)))
        if line.status == Status.CONFIRMED:
            before = {**before, mode: before.get(mode, 0) + 1}
    return places


@dataclass(frozen=True)
class Plan:
    """What a list is given when it begins, so that whatever happens while its people come in is no matter of luck.

    `seats` by way of taking part; `wanted` them; `waiting`: how many wait on the list. `arrival`, `order`: the numbers
    of the first to come, and of the first of them in line. `writes`, `brings_back`: as in `Choice`.
    """

    seats: Mapping[str, int]
    wanted: Mapping[str, int]
    waiting: int
    arrival: int = 0
    order: int = 0
    writes: bool = False
    brings_back: bool = False

    @property
    def too_many(self) -> int:
        """Who want a seat and get none."""
        return sum(self.wanted.values()) - sum(self.seats.values())

    def status(self, place: Place) -> Status:
        """In the order of the list: a seat while they last, then the waiting list. Whoever stands otherwise on the list
        keeps that."""
        if place.wish == Status.CONFIRMED and place.before.get(place.mode, 0) >= self.seats[place.mode]:
            return Status.WAITLISTED
        return place.wish

    def line(self, place: Place) -> int | None:
        """The number in line: first those who wait on the list, then those for whom there is no seat any more."""
        if self.status(place) != Status.WAITLISTED:
            return None
        if place.wish == Status.WAITLISTED:
            return self.order + place.waits
        ahead = sum(max(0, number - self.seats[mode]) for mode, number in place.before.items())
        return self.order + self.waiting + ahead


def plan_of(people: Sequence[Place], free: Mapping[str, int | None]) -> Plan:
    """`free`: the seats there are, None where they have no end."""
    wanted = Counter(place.mode for place in people if place.wish == Status.CONFIRMED)
    seats = {
        mode: number if (left := free[mode]) is None else min(number, max(left, 0))
        for mode, number in wanted.items()
    }
    return Plan(seats, dict(wanted), sum(place.wish == Status.WAITLISTED for place in people))


class NotEnoughPlaces(Conflict):
    sentence = N_("There are not enough seats: %(missing)s too few. Nothing was imported.")


class NobodyNew(Conflict):
    sentence = N_("Everybody on this list is registered already. Nothing was imported.")


class NobodyLeft(Conflict):
    sentence = N_(
        "Everybody on this list is registered already, or asked for their data "
        "to be deleted. Nothing was imported."
    )


class LettersNeedPublishing(Conflict):
    sentence = N_(
        "This event is a draft, so emails cannot be sent yet. Import without them, or publish it first."
    )


@dataclass(frozen=True)
class Choice:
    """How a list is to be imported: `everybody` wants a seat for each, or nothing; `writes` sends the letters;
    `brings_back` takes also those who had asked to be erased."""

    everybody: bool = False
    brings_back: bool = False
    writes: bool = False
