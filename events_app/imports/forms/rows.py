"""A row of an imported list as an applicant, or all that is wrong with it, in words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from events_app.directions import isolated
from events_app.events.models.event import Event
from events_app.folding import folded
from events_app.foreign.encodings import UNREADABLE, mended
from events_app.foreign.tables import Listing, TableRow
from events_app.i18n import N_, choose, translate
from events_app.imports.rules import (
    LEFT_OUT,
    Candidate,
    Words,
    is_yes,
    language_meant,
    mode_meant,
    state_key,
)
from events_app.offload.breathing import with_breaths
from events_app.questions.models import Question
from events_app.questions.rules import HAS_CHOICES, Kind, number_of, read_day, read_phone
from events_app.registrations.rules import Applicant, Status
from events_app.texts import days_meant, visible, western_digits
from events_app.web.forms import address_in, tidy, tidy_address, tidy_line


@dataclass(frozen=True)
class Fault:
    """A row that cannot be imported: its number, whom it is about, and why, in the reader's language."""

    number: int
    who: str
    why: str


@dataclass(frozen=True)
class Reading:
    """A list, read: people, rows that cannot be imported, and how many rows are left out for their state."""

    lines: Sequence[Candidate]
    faults: Sequence[Fault]
    left_out: int


async def read_people(
    listing: Listing, choices: Mapping[str, Any], *, event: Event, questions: Sequence[Question]
) -> Reading:
    """Every row as an applicant, or as a fault with all that is wrong with it. `choices`: those of `ColumnsForm`."""
    columns: Sequence[str] = choices["columns"]
    readers = [_reader_of(target, event, questions) for target in columns]
    states: Mapping[str, str] = choices.get("states") or {}
    lines, faults, left_out = [], [], 0
    async for row in with_breaths(listing.rows):
        stands = _state_of(row, columns, states)
        if stands == LEFT_OUT:
            left_out += 1
            continue
        person = _Person(language=choices["language"], mode=choices["mode"])
        for read, cell in zip(readers, row.cells, strict=False):
            if read is not None and cell:
                read(person, cell)
        if why := person.faults():
            faults.append(Fault(row.number, person.said(), " ".join(why)))
        else:
            lines.append(person.candidate(row.number, Status(stands)))
    return Reading(lines, faults, left_out)


def _state_of(row: TableRow, columns: Sequence[str], states: Mapping[str, str]) -> str:
    """What the organizer said that the row's state means."""
    if "state" not in columns:
        return Status.CONFIRMED
    return states[state_key(row.cells[columns.index("state")])]


class _Person:
    """Somebody of the list while their cells are read."""

    def __init__(self, *, language: str, mode: str) -> None:
        self.names: dict[str, str] = {}
        self.address = ""
        self.language, self.mode = language, mode
        self.needs = ""
        self.leader = ""
        self.line: int | None = None
        self.registered_on: date | None = None
        self.answers: dict[str, Any] = {}
        self.wrong: list[str] = []

    @property
    def name(self) -> str:
        """The whole name once, where a list has it beside its parts: not Lina K Lina K."""
        whole = self.names.get("name", "")
        parts = " ".join(part for key in ("given", "family") if (part := self.names.get(key)))
        if _holds(whole, parts):
            return whole
        return parts if _holds(parts, whole) else f"{whole} {parts}"

    def said(self) -> str:
        return self.name or self.address

    def faults(self) -> list[str]:
        missing = [] if self.name else [translate(N_("The name is missing."))]
        return missing + self.wrong

    def candidate(self, number: int, status: Status) -> Candidate:
        applicant = Applicant(
            name=self.name,
            address=self.address,
            language=self.language,
            mode=self.mode,
            needs=self.needs,
            answers=self.answers,
        )
        return Candidate(number, applicant, status, self.line, self.registered_on, self.leader)


def _holds(name: str, words: str) -> bool:
    return set(folded(words).split()) <= set(folded(name).split())


_Read = Callable[[_Person, str], None]


def _reader_of(target: str, event: Event, questions: Sequence[Question]) -> _Read | None:
    """What a cell of that column does to a person; None for a column that is left out."""
    if target in {"name", "given", "family"}:
        return lambda person, cell: _read_name(person, cell, target)
    if target.startswith("q:"):
        question = next((each for each in questions if f"q:{each.id}" == target), None)
        return _answer_reader(question) if question else None
    return {
        "address": _read_address,
        "language": _read_language,
        "mode": _mode_reader(event),
        "needs": _read_needs,
        "line": _read_line,
        "day": _read_registered_on,
        "party": _read_leader,
    }.get(target)


def _read_name(person: _Person, cell: str, part: str) -> None:
    if UNREADABLE in cell:
        person.wrong.append(translate(N_("The name contains characters that could not be read.")))
    elif meant := mended(cell):
        sentence = N_("The name is garbled: “%(seen)s” should probably be “%(meant)s”.")
        person.wrong.append(translate(sentence, seen=isolated(cell[:60]), meant=isolated(meant[:60])))
    name = tidy_line(cell)
    if len(name) > 120:
        person.wrong.append(translate(N_("The name is longer than %(most)s characters."), most=120))
    person.names[part] = name


def _read_address(person: _Person, cell: str) -> None:
    typed = tidy_address(cell)
    named = re.fullmatch(r".*<([^<>]+)>", typed)
    person.address = address_in(named[1] if named else typed) or ""
    if not person.address:
        sentence = N_("“%(address)s” is not an email address that we can send to.")
        person.wrong.append(translate(sentence, address=isolated(typed[:80])))


def _read_language(person: _Person, cell: str) -> None:
    if found := language_meant(cell):
        person.language = found
    else:
        sentence = N_("The language “%(language)s” is not one of this site's languages.")
        person.wrong.append(translate(sentence, language=isolated(cell[:40])))


def _mode_reader(event: Event) -> _Read:
    def read(person: _Person, cell: str) -> None:
        mode = mode_meant(cell)
        if mode is None:
            sentence = N_("“%(words)s” says neither “in person” nor “online”.")
            person.wrong.append(translate(sentence, words=isolated(cell[:60])))
        elif mode not in event.modes:
            person.wrong.append(translate(N_("This event does not offer this way of taking part.")))
        else:
            person.mode = mode.value

    return read


def _read_needs(person: _Person, cell: str) -> None:
    person.needs = tidy(cell)
    if len(person.needs) > 1000:
        person.wrong.append(translate(N_("The access needs are longer than %(most)s characters."), most=1000))


def _read_line(person: _Person, cell: str) -> None:
    said = western_digits(visible(cell)).strip()
    if said.isascii() and said.isdecimal() and len(said) < 7:
        person.line = int(said)
    else:
        sentence = N_("“%(words)s” is not a position on the waiting list.")
        person.wrong.append(translate(sentence, words=isolated(cell[:60])))


def _read_registered_on(person: _Person, cell: str) -> None:
    if day := _day(tidy_line(cell)):
        person.registered_on = date.fromisoformat(day)
    else:
        sentence = N_("“%(words)s” is not a day that we understand, such as 2027-01-14.")
        person.wrong.append(translate(sentence, words=isolated(cell[:60])))


def _read_leader(person: _Person, cell: str) -> None:
    person.leader = tidy_line(cell)


def _answer_reader(question: Question) -> _Read:
    """Puts the answer to one question, as `answers.Answers` keeps it, into a person."""
    read, key = _value_reader(question), str(question.id)

    def put(person: _Person, cell: str) -> None:
        value = read(tidy(cell))
        if value is None:
            sentence = N_("“%(words)s” is not an answer to “%(question)s”.")
            label = choose(question.label)[:80]
            person.wrong.append(translate(sentence, words=isolated(cell[:60]), question=isolated(label)))
        else:
            person.answers[key] = value

    return put


def _value_reader(question: Question) -> Callable[[str], Any]:
    """Reads a cell as the question's kind of answer; None for what is none."""
    kind = question.kind
    if kind in HAS_CHOICES or kind in {Kind.COUNTRY, Kind.LANGUAGES}:
        words = Words.of(question)
        return words.several if kind in {Kind.CHOICES, Kind.LANGUAGES} else words.one
    readers: Mapping[str, Callable[[str], Any]] = {
        Kind.YES_NO: is_yes,
        Kind.NUMBER: number_of,
        Kind.DATE: _day,
        Kind.PHONE: _phone,
        Kind.TEXT: lambda cell: line if len(line := tidy_line(cell)) <= 200 else None,
    }
    return readers.get(kind, lambda cell: cell if len(cell) <= 2000 else None)


def _phone(cell: str) -> str | None:
    """A number that a sheet took for an amount has a fraction: 55123456.0."""
    return read_phone(re.sub(r"^(\d+)\.0+$", r"\1", western_digits(visible(cell)).strip()))


def _day(cell: str) -> str | None:
    """A day, where it is plain which one is meant; a time beside it is dropped."""
    meant = days_meant(re.sub(r"[ T]\d{1,2}:\d\d.*", "", western_digits(cell), flags=re.DOTALL))
    return read_day(meant[0].isoformat()) if len(meant) == 1 else None
