"""Questions and their answers: who is asked what, an answer in words, as a cell, and as a filter sees it."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from events_app.database import Prepared
from events_app.i18n import (
    L_,
    N_,
    choose,
    current_language,
    languages,
    locale_of,
    say_date,
    translate,
    use_language,
)
from events_app.registrations.models_parts import Question
from events_app.registrations.rules import folded

Answers = Mapping[str, Any]
"""What somebody answered, by the question's id as text. Values by kind: text, long, phone: the words; choice: its
key; choices, languages: a list of keys or codes; yes_no: true or false; number: a number; date: YYYY-MM-DD; country:
ISO 3166-1 alpha-2. A question without an answer is not there."""


class Kind(StrEnum):
    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    COUNTRY = "country"
    LANGUAGES = "languages"


KIND_NAMES: Final[Mapping[str, str]] = {
    Kind.TEXT: L_("Short text"),
    Kind.LONG: L_("Long text"),
    Kind.CHOICE: L_("One of several choices"),
    Kind.CHOICES: L_("Several choices"),
    Kind.YES_NO: L_("Yes or no"),
    Kind.NUMBER: L_("Number"),
    Kind.DATE: L_("Date"),
    Kind.PHONE: L_("Phone number"),
    Kind.COUNTRY: L_("Country"),
    Kind.LANGUAGES: L_("Languages"),
}

HAS_CHOICES: Final = frozenset({Kind.CHOICE, Kind.CHOICES})
DECIDES: Final = HAS_CHOICES | {Kind.YES_NO}
"""Kinds whose answer may decide whether another question is asked."""

YES, NO, NO_ANSWER = "yes", "no", "-"

_NO_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
"""Two-letter codes of CLDR that are no country or territory somebody lives in."""

SPOKEN: Final = (
    "ar", "am", "az", "bn", "bs", "ckb", "de", "el", "en", "es", "fa", "fr", "ha", "he", "hi", "hy",
    "id", "it", "ja", "ka", "ko", "ku", "my", "nl", "pl", "ps", "pt", "ro", "ru", "sgn", "so", "sq",
    "sv", "sw", "syr", "ti", "tr", "uk", "ur", "uz", "vi", "zh",
)  # fmt: skip
_NAMED_BY_US = {"ku": L_("Kurdish (Kurmanji)"), "ckb": L_("Kurdish (Sorani)"), "sgn": L_("Sign language")}


async def questions_of(event_id: uuid.UUID, *, retired: bool = False) -> list[Question]:
    """The event's questions in their order; with `retired` also those that are asked no more."""
    every = await _questions.all(event_id)
    return every if retired else [question for question in every if not question.retired]


_questions = Prepared(
    lambda event_id: Question.filter(event_id=event_id).order_by("position", "id"), uuid.UUID
)


def asked_of(questions: Sequence[Question], *, mode: str, answers: Answers) -> list[Question]:
    """The questions that somebody with this way of taking part and these answers is asked.

    `mode` '' is not known yet: questions for one way only wait. What depends on a question that is not asked is not
    asked either.
    """
    asked: dict[uuid.UUID, Question] = {}
    for question in questions:
        if question.retired or question.only_mode not in ("", mode):
            continue
        trigger = asked.get(question.when_question_id) if question.when_question_id else None
        if question.when_question_id and trigger is None:
            continue
        if trigger and not set(question.when_values) & values_of(trigger, answers.get(str(trigger.id))):
            continue
        asked[question.id] = question
    return list(asked.values())


def values_of(question: Question, answer: Any) -> set[str]:
    """An answer as the set of keys or codes that conditions and filters compare; empty without an answer."""
    if question.kind == Kind.YES_NO and isinstance(answer, bool):
        return {YES if answer else NO}
    if isinstance(answer, list):
        return {str(each) for each in answer}
    return {str(answer)} if isinstance(answer, str) and answer else set()


def choices_of(question: Question) -> list[tuple[str, str]]:
    """(value, words) of everything that can be answered, in the reader's language; empty for what is typed freely."""
    if question.kind in HAS_CHOICES:
        return [(each["key"], choose(each["text"])) for each in question.choices if not each.get("retired")]
    if question.kind == Kind.YES_NO:
        return [(YES, translate(N_("Yes"))), (NO, translate(N_("No")))]
    if question.kind == Kind.COUNTRY:
        return list(countries(current_language()))
    if question.kind == Kind.LANGUAGES:
        return list(spoken_languages(current_language()))
    return []


@lru_cache(maxsize=16)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 code, name) sorted as `language` reads."""
    names = {str(code): str(name) for code, name in locale_of(language).territories.items()}
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES]
    return tuple(sorted(((code, names[code]) for code in codes), key=lambda each: folded(each[1])))


@lru_cache(maxsize=16)
def spoken_languages(language: str) -> tuple[tuple[str, str], ...]:
    """(code, name), those of the site first, the others sorted as `language` reads."""
    with use_language(language):
        named = [(code, _language_name(code)) for code in SPOKEN]
    return tuple(sorted(named, key=lambda each: (each[0] not in languages(), folded(each[1]))))


def _language_name(code: str) -> str:
    if code in _NAMED_BY_US:
        return str(_NAMED_BY_US[code])
    name = str(locale_of(current_language()).languages.get(code, code))
    return name[:1].upper() + name[1:]


def say_answer(question: Question, answer: Any) -> str:
    """An answer in words of the reader's language; '' without one, and for what the question cannot mean any more."""
    if isinstance(answer, bool):
        return translate(N_("Yes")) if answer else translate(N_("No"))
    if isinstance(answer, list):
        return translate(N_(", ")).join(filter(None, (_say_one(question, str(each)) for each in answer)))
    if isinstance(answer, str | int | float):
        return _say_one(question, str(answer))
    return ""


def _say_one(question: Question, said: str) -> str:
    if question.kind in HAS_CHOICES:
        return next((choose(each["text"]) for each in question.choices if each["key"] == said), "")
    if question.kind == Kind.COUNTRY:
        return str(locale_of(current_language()).territories.get(said, said))
    if question.kind == Kind.LANGUAGES:
        return _language_name(said)
    if question.kind == Kind.DATE:
        return _say_day(said)
    return said


def _say_day(said: str) -> str:
    try:
        return say_date(date.fromisoformat(said))
    except ValueError:
        return said


def cell_of(question: Question, answer: Any) -> str:
    """An answer for a sheet: as `say_answer`, but a date as YYYY-MM-DD, which sorts and which programs understand."""
    if question.kind == Kind.DATE and isinstance(answer, str):
        return answer
    return say_answer(question, answer)


def said_answers(questions: Sequence[Question], answers: Answers) -> list[tuple[Question, str]]:
    """What was answered, in words, in the order of the form; questions without an answer are left out."""
    said = [(question, say_answer(question, answers.get(str(question.id)))) for question in questions]
    return [(question, words) for question, words in said if words]


def answer_matches(question: Question, value: str, answer: Any) -> bool:
    """Whether a list filtered by `value` shows somebody who answered `answer` (None: nothing).

    `value` is a key or code of `choices_of`, or words that a text holds, or a number or date as it is kept;
    `NO_ANSWER` finds those who said nothing, '' everybody.
    """
    if not value:
        return True
    found = values_of(question, answer)
    if value == NO_ANSWER:
        return not found and answer is None
    if question.kind in {Kind.TEXT, Kind.LONG}:
        return isinstance(answer, str) and folded(value) in folded(answer)
    if question.kind == Kind.NUMBER:
        return answer is not None and str(answer) == value
    return value in found


def merged(before: Answers, now: Answers, questions: Sequence[Question]) -> dict[str, Any]:
    """The answers after somebody changed theirs: what they say now, and what they once said to questions that are
    asked no more. What the form of today asks and they left empty, or are not asked any more, is forgotten."""
    live = {str(question.id) for question in questions if not question.retired}
    return {**{key: answer for key, answer in before.items() if key not in live}, **now}


def read_number(text: str) -> str | None:
    """'12', '-3', '2,5', '2٫5' as Python writes it. Three digits after a mark could be thousands or thousandths, so
    they are not read (None), like everything that is no number."""
    plain = text.replace("٫", ".").replace(",", ".").replace("−", "-").removeprefix("+")
    return plain if re.fullmatch(r"-?\d{1,12}(\.(\d{1,2}|\d{4,6}))?", plain, re.ASCII) else None


def read_day(text: str) -> str | None:
    """A date of these centuries as YYYY-MM-DD; None for what is none."""
    try:
        day = date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return day.isoformat() if 1900 <= day.year < 2200 else None


def read_phone(text: str) -> str | None:
    """A number of at most 15 digits (ITU-T E.164) without spaces; 00 before a country is its plus."""
    plain = re.sub(r"[\s()./\-–\u2010-\u2012]", "", text.replace("＋", "+"))
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    return plain if re.fullmatch(r"\+?\d{5,15}", plain, re.ASCII) else None
