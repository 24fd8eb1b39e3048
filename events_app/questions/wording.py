"""Answers in words: choices with their labels, what is shown beside a question, what stands in a cell."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from events_app.folding import folded
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
from events_app.questions.models import Question
from events_app.questions.rules import HAS_CHOICES, NO, YES, Answers, Kind

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


def gone_choices(question: Question, answer: Any) -> list[tuple[str, str]]:
    """(value, words) of what was answered and is offered no more."""
    chosen = {str(each) for each in answer} if isinstance(answer, list) else {str(answer)}
    gone = [each for each in question.choices if each.get("retired") and each["key"] in chosen]
    return [
        (each["key"], translate(N_("%(choice)s (no longer offered)"), choice=choose(each["text"])))
        for each in gone
    ]


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


SEPARATORS: Final = ("\n", " | ", "; ", "؛ ", ", ", "، ")
"""What may part several answers in one cell, the strongest first."""


def words_of(question: Question) -> dict[str, str] | None:
    """What each code that may be answered is called, in the reader's language; None where answers are no codes."""
    if question.kind in HAS_CHOICES:
        return {each["key"]: choose(each["text"]) for each in question.choices}
    locale = locale_of(current_language())
    if question.kind == Kind.COUNTRY:
        return {str(code): str(name) for code, name in locale.territories.items()}
    if question.kind == Kind.LANGUAGES:
        return {code: _language_name(code) for code in {*map(str, locale.languages), *_NAMED_BY_US}}
    return None


def separator_of(question: Question) -> str:
    """What parts several answers in one cell: the first sign that stands in no choice, the usual comma wherever that is
    possible. A choice is one line, always."""
    usual = translate(N_(", "))
    if question.kind not in HAS_CHOICES:
        return usual
    said = "".join(choose(each["text"]) for each in question.choices)
    free = (sign for sign in (usual, "; ", " | ") if sign.strip() not in said)
    return next(free, "\n")


def distinct(labels: Sequence[str]) -> list[str]:
    """Labels by which columns can be told apart: the second of one name is “Country (2)”."""
    found: list[str] = []
    for label in labels:
        number, said = 1, label
        while said in found:
            number += 1
            said = f"{label} ({number})"
        found.append(said)
    return found


def said_answers(questions: Sequence[Question], answers: Answers) -> list[tuple[Question, str]]:
    """What was answered, in words, in the order of the form; questions without an answer are left out."""
    said = [(question, say_answer(question, answers.get(str(question.id)))) for question in questions]
    return [(question, words) for question, words in said if words]
