"""A row of an imported list as an applicant, or all that is wrong with it, in words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from events_app.directions import isolated
from events_app.events.models.event import Event
from events_app.events.rules import Mode
from events_app.folding import folded
from events_app.i18n import N_, choose, languages, name_of_language, translate
from events_app.imports.encodings import UNREADABLE, mended
from events_app.imports.rules import Candidate
from events_app.imports.tables import Listing
from events_app.questions.models import Question
from events_app.questions.rules import HAS_CHOICES, Kind, number_of, read_day, read_phone
from events_app.questions.wording import countries, spoken_languages
from events_app.registrations.rules import Applicant
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
    """A list, read: people, rows that cannot be imported, and how many rows say that they were cancelled."""

    lines: Sequence[Candidate]
    faults: Sequence[Fault]
    cancelled: int


def read_people(
    listing: Listing, choices: Mapping[str, Any], *, event: Event, questions: Sequence[Question]
) -> Reading:
    """Every row as an applicant, or as a fault with all that is wrong with it. `choices`: those of `ColumnsForm`."""
    readers = [_reader_of(target, event, questions) for target in choices["columns"]]
    lines, faults, cancelled = [], [], 0
    for row in listing.rows:
        person = _Person(language=choices["language"], mode=choices["mode"])
        for read, cell in zip(readers, row.cells, strict=False):
            if read is not None and cell:
                read(person, cell)
        if person.cancelled:
            cancelled += 1
        elif why := person.faults():
            faults.append(Fault(row.number, person.said(), " ".join(why)))
        else:
            lines.append(Candidate(row.number, person.applicant()))
    return Reading(lines, faults, cancelled)


class _Person:
    """Somebody of the list while their cells are read."""

    def __init__(self, *, language: str, mode: str) -> None:
        self.names: dict[str, str] = {}
        self.address = ""
        self.language, self.mode = language, mode
        self.needs = ""
        self.cancelled = False
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

    def applicant(self) -> Applicant:
        return Applicant(
            name=self.name,
            address=self.address,
            language=self.language,
            mode=self.mode,
            needs=self.needs,
            answers=self.answers,
        )


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
        "state": _read_state,
    }.get(target)


def _read_name(person: _Person, cell: str, part: str) -> None:
    if UNREADABLE in cell:
        person.wrong.append(translate(N_("The name holds letters that could not be read.")))
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
        sentence = N_("“%(address)s” is no e-mail address that a letter can be sent to.")
        person.wrong.append(translate(sentence, address=isolated(typed[:80])))


def _read_language(person: _Person, cell: str) -> None:
    found = _language_words(languages()).get(_plain(cell))
    if found is None:
        sentence = N_("The language “%(language)s” is none of this site's.")
        person.wrong.append(translate(sentence, language=isolated(cell[:40])))
    else:
        person.language = found


@cache
def _language_words(codes: tuple[str, ...]) -> dict[str, str]:
    """How a language may be written in a list: its code, its own name, its name in each language of the site."""
    words: dict[str, str] = {}
    for code in codes:
        named = [code, name_of_language(code), *(name_of_language(code, other) for other in codes)]
        words |= {_plain(word): code for word in named}
    return words


_MODE_WORDS: Final[Mapping[Mode, str]] = {
    Mode.IN_PERSON: "in person|in-person|onsite|on site|on-site|physical|physically|venue|offline|"
    "حضوري|حضوريا|شخصيا|وجاهي|وجاهيا|في المكان|yuz yuze|yüz yüze|sur place|en présentiel|présentiel",
    Mode.ONLINE: "online|on line|virtual|virtually|remote|remotely|zoom|webinar|via zoom|"
    "عن بعد|عن بُعد|عبر الانترنت|عبر الإنترنت|افتراضي|افتراضيا|اونلاين|أونلاين|çevrimiçi|uzaktan|en ligne|à distance",
}


def _mode_reader(event: Event) -> _Read:
    words = {_plain(word): mode for mode, text in _MODE_WORDS.items() for word in text.split("|")}
    words |= {_plain(mode.value): mode for mode in Mode}

    def read(person: _Person, cell: str) -> None:
        mode = words.get(_plain(cell))
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


_CANCELLED: Final = re.compile(
    r"cancel|declin|denied|reject|deleted|refund|not attending|not going|withdrawn|unsubscribed|"
    r"ملغ|الغ|مرفوض|معتذر|iptal|annule|refuse"
)


def _read_state(person: _Person, cell: str) -> None:
    person.cancelled = bool(_CANCELLED.search(folded(cell)))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())


_YES: Final = frozenset(
    map(_plain, ("yes", "y", "true", "1", "x", "نعم", "اجل", "موافق", "evet", "oui", "ja", "si"))
)
_NO: Final = frozenset(map(_plain, ("no", "n", "false", "0", "لا", "كلا", "hayır", "non", "nein")))


def _answer_reader(question: Question) -> _Read:
    """Puts the answer to one question, as `answers.Answers` keeps it, into a person."""
    read, key = _value_reader(question), str(question.id)

    def put(person: _Person, cell: str) -> None:
        value = read(tidy(cell))
        if value is None:
            sentence = N_("“%(words)s” is no answer to “%(question)s”.")
            label = choose(question.label)[:80]
            person.wrong.append(translate(sentence, words=isolated(cell[:60]), question=isolated(label)))
        else:
            person.answers[key] = value

    return put


def _value_reader(question: Question) -> Callable[[str], Any]:
    """Reads a cell as the question's kind of answer; None for what is none."""
    kind = question.kind
    if kind in HAS_CHOICES or kind in {Kind.COUNTRY, Kind.LANGUAGES}:
        words = _words_of(question)
        if kind in {Kind.CHOICES, Kind.LANGUAGES}:
            return lambda cell: _several(cell, words)
        return lambda cell: words.get(_plain(cell))
    readers: Mapping[str, Callable[[str], Any]] = {
        Kind.YES_NO: lambda cell: {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}.get(
            _plain(cell)
        ),
        Kind.NUMBER: number_of,
        Kind.DATE: _day,
        Kind.PHONE: _phone,
        Kind.TEXT: lambda cell: line if len(line := tidy_line(cell)) <= 200 else None,
    }
    return readers.get(kind, lambda cell: cell if len(cell) <= 2000 else None)


def _words_of(question: Question) -> dict[str, str]:
    """How each answer may be written: its key or code, and its words in every language of the site."""
    if question.kind in HAS_CHOICES:
        pairs = [(each["key"], text) for each in question.choices for text in each["text"].values()]
    else:
        named = countries if question.kind == Kind.COUNTRY else spoken_languages
        pairs = [pair for site in languages() for pair in named(site)]
    words = {_plain(text): key for key, text in pairs} | {_plain(key): key for key, _text in pairs}
    return {text: key for text, key in words.items() if text}


def _several(cell: str, words: Mapping[str, str]) -> list[str] | None:
    """'A, B; C' as keys. A comma may also stand inside a choice, so pieces are put together until they mean one."""
    found, piece = list[str](), ""
    for part in re.split(r"(?<=[,،;؛|\n])", cell):
        piece += part
        if key := words.get(_plain(piece)):
            found.append(key)
            piece = ""
    return list(dict.fromkeys(found)) if found and not _plain(piece) else None


def _phone(cell: str) -> str | None:
    """A number that a sheet took for an amount has a fraction: 55123456.0."""
    return read_phone(re.sub(r"^(\d+)\.0+$", r"\1", western_digits(visible(cell)).strip()))


def _day(cell: str) -> str | None:
    """A day, where it is plain which one is meant; a time beside it is dropped."""
    meant = days_meant(re.sub(r"[ T]\d{1,2}:\d\d.*", "", western_digits(cell), flags=re.DOTALL))
    return read_day(meant[0].isoformat()) if len(meant) == 1 else None
