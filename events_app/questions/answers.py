"""Who is asked what; and an answer as conditions and filters see it."""

import uuid
from collections.abc import Sequence
from typing import Any

from events_app.folding import folded
from events_app.questions.models import Question
from events_app.questions.rules import NO, NO_ANSWER, YES, Answers, Kind, number_of, read_day, read_phone


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


def answer_matches(question: Question, value: str, answer: Any) -> bool:
    """Whether a list filtered by `value` shows somebody who answered `answer` (None: nothing).

    `value` is a key or code of `choices_of`, or words that a text holds, or a number, day or phone however it is typed;
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
        return isinstance(answer, int | float) and answer == number_of(value)
    if question.kind in {Kind.DATE, Kind.PHONE}:
        return (read_day if question.kind == Kind.DATE else read_phone)(value) in found
    return value in found


def merged(before: Answers, now: Answers, questions: Sequence[Question], *, mode: str) -> dict[str, Any]:
    """The answers after somebody changed theirs: what they say now, and what they once said to questions that were
    not on their form, because they are asked no more, or not of them: an answer lives until its owner changes it.
    What the form asked and they left empty, or called off by another answer, is forgotten."""
    asked = {str(question.id) for question in asked_of(questions, mode=mode, answers=before)}
    return {**{key: answer for key, answer in before.items() if key not in asked}, **now}
