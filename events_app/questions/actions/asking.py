"""What organizers do with an event's questions: add, change, order, retire, delete; each one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.errors import Conflict, NotFound
from events_app.events.models.event import Event
from events_app.handed import AnsweredIn
from events_app.i18n import N_
from events_app.questions.models import Question, questions_of
from events_app.questions.rules import DECIDES, HAS_CHOICES, YES, Kind, QuestionFacts

MOST_QUESTIONS: Final = 60
PAGE_ROWS = 500


class NoSuchQuestion(NotFound):
    sentence = N_("There is no page at this address.")


class QuestionAnswered(Conflict):
    sentence = N_(
        "Somebody has answered this question, so its kind cannot change. You "
        "can stop asking it and add a new one."
    )


class QuestionNeeded(Conflict):
    sentence = N_("Another question is asked only after this one. Please change that one first.")


class TooManyQuestions(Conflict):
    sentence = N_("A form has at most %(most)s questions. More would keep people from registering.")


async def find_question(event_id: uuid.UUID, question_id: uuid.UUID) -> Question:
    found = await Question.get_or_none(id=question_id, event_id=event_id)
    if found is None:
        raise NoSuchQuestion()
    return found


@one_transaction
async def add_question(event_id: uuid.UUID, facts: QuestionFacts) -> Question:
    """A new question at the end of the form. Refuses `TooManyQuestions`."""
    await Event.claim(event_id)
    return await append(event_id, facts)


async def append(event_id: uuid.UUID, facts: QuestionFacts) -> Question:
    there = await questions_of(event_id, retired=True)
    if sum(not question.retired for question in there) >= MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    position = max((question.position for question in there), default=0) + 1
    return await Question.create(event_id=event_id, position=position, **_columns(facts))


def _columns(facts: QuestionFacts) -> dict[str, Any]:
    lists = {"choices": [dict(each) for each in facts.choices], "when_values": list(facts.when_values)}
    return {**asdict(facts), **lists}


@one_transaction
async def change_question(
    event_id: uuid.UUID, question_id: uuid.UUID, facts: QuestionFacts, *, answered_in: AnsweredIn, act: Act
) -> Question:
    """Save a question. Refuses `QuestionAnswered` for another kind once somebody has answered, `QuestionNeeded` when
    another one is asked only after a choice that would go.

    A choice that leaves an answered question is no longer offered, and its words stay for those who chose it.
    """
    await Event.claim(event_id)
    question = await find_question(event_id, question_id)
    answered = str(question.id) in await answered_in(event_id, act=act)
    if answered and facts.kind != question.kind:
        raise QuestionAnswered()
    columns = _columns(facts)
    await _refuse_if_needed(question, kind=facts.kind, keys=[each["key"] for each in columns["choices"]])
    if answered:
        kept = {each["key"] for each in columns["choices"]}
        gone = [{**each, "retired": True} for each in question.choices if each["key"] not in kept]
        columns["choices"] += gone
    await question.update_from_dict(columns).save()
    await _write_order(event_id, await questions_of(event_id))
    return question


async def _refuse_if_needed(question: Question, *, kind: str, keys: Sequence[str]) -> None:
    """No question may wait for an answer that can no longer be given."""
    left = {YES, "no"} if kind == Kind.YES_NO else set(keys) if kind in HAS_CHOICES else set()
    for other in await Question.filter(event_id=question.event_id, when_question_id=question.id):
        if not other.retired and not set(other.when_values) <= left:
            raise QuestionNeeded()


@one_transaction
async def retire_question(event_id: uuid.UUID, question_id: uuid.UUID) -> Question:
    """Ask it no more; what was answered stays. Refuses `QuestionNeeded`."""
    await Event.claim(event_id)
    question = await find_question(event_id, question_id)
    await _refuse_if_needed(question, kind="", keys=())
    question.retired = True
    await question.save(update_fields=["retired"])
    return question


@one_transaction
async def ask_again(event_id: uuid.UUID, question_id: uuid.UUID) -> Question:
    """Ask a retired question anew, at the end of the form. A condition that cannot be met any more is dropped."""
    await Event.claim(event_id)
    question = await find_question(event_id, question_id)
    there = await questions_of(event_id)
    if len(there) >= MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    if question.when_question_id not in {each.id for each in there}:
        question.when_question_id, question.when_values = None, []
    question.retired = False
    question.position = max((each.position for each in there), default=0) + 1
    await question.save()
    return question


@one_transaction
async def delete_question(
    event_id: uuid.UUID, question_id: uuid.UUID, *, answered_in: AnsweredIn, act: Act
) -> None:
    """Take away a question that nobody has answered. Refuses `QuestionAnswered`, `QuestionNeeded`."""
    await Event.claim(event_id)
    question = await find_question(event_id, question_id)
    await _refuse_if_needed(question, kind="", keys=())
    if str(question.id) in await answered_in(event_id, act=act):
        raise QuestionAnswered()
    await question.delete()


@one_transaction
async def move_question(event_id: uuid.UUID, question_id: uuid.UUID, *, step: int) -> None:
    """One place up (-1) or down (1); where it cannot go further, nothing happens. Refuses `NoSuchQuestion`."""
    await Event.claim(event_id)
    there = await questions_of(event_id)
    at = next((place for place, each in enumerate(there) if each.id == question_id), None)
    if at is None:
        raise NoSuchQuestion()
    await _write_order(event_id, moved(there, at, step=step) or there)


def moved(questions: Sequence[Question], at: int, *, step: int) -> list[Question] | None:
    """The nearest other order with the question at `at` further up (-1) or down (1), None where there is none.

    A question takes those that depend on it along, so a step may be longer than one place.
    """
    to = at + step
    while 0 <= to < len(questions):
        wished = [each for place, each in enumerate(questions) if place != at]
        wished.insert(to, questions[at])
        if (ordered := in_asking_order(wished)) != list(questions):
            return ordered
        to += step
    return None


@one_transaction
async def order_questions(event_id: uuid.UUID, wished: Sequence[str]) -> None:
    """Put the questions in the order of these ids; unknown ids are passed over, questions not named come last."""
    await Event.claim(event_id)
    place = {each: number for number, each in reversed(list(enumerate(wished)))}
    there = await questions_of(event_id)
    await _write_order(event_id, sorted(there, key=lambda each: place.get(str(each.id), len(wished))))


async def _write_order(event_id: uuid.UUID, questions: Sequence[Question]) -> None:
    for position, question in enumerate(in_asking_order(questions), start=1):
        if question.position != position:
            await Question.filter(id=question.id, event_id=event_id).update(position=position)


def in_asking_order(questions: Sequence[Question]) -> list[Question]:
    """The same order, but a question that depends on another never stands before it: it follows right after."""
    ordered: list[Question] = []
    waiting: dict[uuid.UUID, list[Question]] = {}
    known = {question.id for question in questions}

    def place(question: Question) -> None:
        ordered.append(question)
        for each in waiting.pop(question.id, ()):
            place(each)

    for question in questions:
        trigger = question.when_question_id
        if trigger is None or trigger not in known or trigger in {each.id for each in ordered}:
            place(question)
        else:
            waiting.setdefault(trigger, []).append(question)
    return ordered + [each for those in waiting.values() for each in those]


def may_decide(questions: Sequence[Question], question: Question | None) -> list[Question]:
    """The questions whose answer may decide whether `question` (None: a new one) is asked: those that stand before
    it, so that no question can wait for itself."""
    before = [each for each in questions if question is None or each.position < question.position]
    return [each for each in before if each.kind in DECIDES and not each.retired]
