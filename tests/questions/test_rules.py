"""Answers: who is asked what, an answer in words and as a filter sees it, and what is read from what was typed."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from events_app.exports.columns import answered
from events_app.i18n import load_languages, use_language
from events_app.questions import answers, rules, wording
from events_app.questions.models import Question
from events_app.questions.rules import Kind
from tests import make

pytestmark = [pytest.mark.engine_free]

FOOD = [
    {"key": "c1", "text": {"en": "Bread", "ar": "خبز"}},
    {"key": "c2", "text": {"en": "Olives", "ar": "زيتون"}},
]


@pytest.fixture(autouse=True)
def _sentences() -> Iterator[None]:
    load_languages(make.LANGUAGES)
    with use_language("en"):
        yield


def test_what_is_asked_follows_the_way_of_taking_part_and_the_answers() -> None:
    decides = Question(id=uuid.uuid4(), kind=Kind.CHOICES, choices=FOOD)
    then = Question(id=uuid.uuid4(), kind=Kind.YES_NO, when_question_id=decides.id, when_values=["c2"])
    last = Question(id=uuid.uuid4(), kind=Kind.TEXT, when_question_id=then.id, when_values=["yes"])
    only = Question(id=uuid.uuid4(), kind=Kind.TEXT, only_mode="online")
    every = [decides, then, last, only]

    def asked(mode: str, said: dict[Question, Any]) -> list[Question]:
        kept = {str(each.id): answer for each, answer in said.items()}
        return answers.asked_of(every, mode=mode, answers=kept)

    assert asked("in_person", {}) == [decides]
    assert asked("", {}) == [decides]
    assert asked("online", {}) == [decides, only]
    assert asked("in_person", {decides: ["c1"]}) == [decides]
    assert asked("in_person", {decides: ["c1", "c2"]}) == [decides, then]
    assert asked("in_person", {decides: ["c2"], then: True}) == [decides, then, last]
    assert asked("in_person", {decides: ["c2"], then: False}) == [decides, then]
    assert asked("in_person", {then: True}) == [decides], "what decides was not answered itself"


SAID = [
    (Kind.TEXT, "Archivist", "Archivist", "Archivist"),
    (Kind.CHOICE, "c1", "Bread", "خبز"),
    (Kind.CHOICES, ["c1", "c2"], "Bread, Olives", "خبز، زيتون"),
    (Kind.YES_NO, True, "Yes", "نعم"),
    (Kind.YES_NO, False, "No", "لا"),
    (Kind.NUMBER, 12, "12", "12"),
    (Kind.NUMBER, 2.5, "2.5", "2.5"),
    (Kind.DATE, "2035-05-12", "Saturday 12 May 2035", "السبت 12 أيار 2035"),
    (Kind.PHONE, "+3225550123", "+3225550123", "+3225550123"),
    (Kind.COUNTRY, "LB", "Lebanon", "لبنان"),
    (Kind.LANGUAGES, ["ar", "ckb"], "Arabic, Kurdish (Sorani)", "العربية، الكردية (السورانية)"),
]


def cell_of(question: Question, answer: Any) -> str:
    """As it stands in a sheet."""
    return answered(question).cells([{"answers": {str(question.id): answer}}])[0]


@pytest.mark.parametrize(("kind", "answer", "english", "arabic"), SAID)
def test_an_answer_is_said_in_the_readers_language(kind: str, answer: Any, english: str, arabic: str) -> None:
    asked = Question(id=uuid.uuid4(), kind=kind, choices=FOOD)

    assert wording.say_answer(asked, answer) == english
    with use_language("ar"):
        assert wording.say_answer(asked, answer) == arabic
    assert cell_of(asked, answer) == (answer if kind == Kind.DATE else english)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("answer", [None, "", "c9", [], ["c9"], {}, True, 3, 2.5, "rubbish"])
def test_an_answer_of_another_kind_is_no_error(kind: str, answer: Any) -> None:
    asked = Question(id=uuid.uuid4(), kind=kind, choices=FOOD)

    assert isinstance(wording.say_answer(asked, answer), str)
    assert isinstance(cell_of(asked, answer), str)
    assert isinstance(answers.answer_matches(asked, "c1", answer), bool)


@pytest.mark.parametrize(
    ("kind", "value", "fits", "not_fits"),
    [
        (Kind.TEXT, "archivé", "Archive of Homs", "Museum"),
        (Kind.TEXT, "احمد", "أَحمد", "سعاد"),
        (Kind.CHOICE, "c1", "c1", "c2"),
        (Kind.CHOICES, "c1", ["c2", "c1"], ["c2"]),
        (Kind.YES_NO, "no", False, True),
        (Kind.NUMBER, "12", 12, 2),
        (Kind.COUNTRY, "LB", "LB", "SY"),
        (Kind.LANGUAGES, "ar", ["ar"], ["en"]),
        (Kind.TEXT, rules.NO_ANSWER, None, "something"),
        (Kind.YES_NO, rules.NO_ANSWER, None, False),
    ],
)
def test_a_filter_finds_the_answers_it_means(kind: str, value: str, fits: Any, not_fits: Any) -> None:
    asked = Question(id=uuid.uuid4(), kind=kind, choices=FOOD)

    assert answers.answer_matches(asked, value, fits)
    assert not answers.answer_matches(asked, value, not_fits)
    assert answers.answer_matches(asked, "", None)


def test_changed_answers_keep_what_retired_questions_were_told() -> None:
    live, old = Question(id=uuid.uuid4()), Question(id=uuid.uuid4(), retired=True)
    before = {str(live.id): "a", str(old.id): "b"}

    assert answers.merged(before, {}, [live, old], mode="in_person") == {str(old.id): "b"}
    assert answers.merged(before, {str(live.id): "c"}, [live, old], mode="in_person") == {
        str(live.id): "c",
        str(old.id): "b",
    }


def test_countries_are_countries_in_the_readers_order() -> None:
    english, arabic = wording.countries("en"), wording.countries("ar")

    assert {code for code, _name in english} == {code for code, _name in arabic}
    assert {"SY", "LB", "PS", "IL", "XK", "TW"} <= dict(english).keys()
    assert not {"EU", "UN", "ZZ"} & dict(english).keys()
    assert english[0] == ("AF", "Afghanistan")
    assert next(name for _code, name in arabic).startswith(("آ", "أ", "إ", "ا"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12", "12"), ("-3", "-3"), ("+7", "7"), ("2,5", "2.5"), ("2٫5", "2.5"), ("−4", "-4"),
        ("1,000", None), ("1.5.2", None), ("", None), ("nan", None), ("1e9", None), ("9" * 40, None), ("½", None),
    ],
)  # fmt: skip
def test_a_number_is_read_where_it_can_mean_one_thing_only(typed: str, read: str | None) -> None:
    assert rules.read_number(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2035-05-12", "2035-05-12"),
        ("2035/05/12", "2035-05-12"),
        ("12.5.2035", "2035-05-12"),
        ("3/5/2035", None),
        ("0001-01-01", None),
    ],
)
def test_a_day_is_read_where_it_can_mean_one_day_only(typed: str, read: str | None) -> None:
    assert rules.read_day(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("+32 (0)2 555-01-23", "+32025550123"), ("0032 2 555 01 23", "+3225550123"), ("03 123 456", "03123456"),
        ("+", None), ("call me", None), ("1234", None), ("+1234567890123456", None),
    ],
)  # fmt: skip
def test_a_phone_number_is_kept_without_its_spaces(typed: str, read: str | None) -> None:
    assert rules.read_phone(typed) == read
