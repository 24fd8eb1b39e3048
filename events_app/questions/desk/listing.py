"""The desk's list of an event's questions, and what can be done with each."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of, house_of
from events_app.i18n import L_, N_, translate
from events_app.questions.actions import asking, presets
from events_app.questions.models import Question, questions_of
from events_app.questions.rules import KIND_NAMES
from events_app.questions.wording import choices_of
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other

PRESET_NAMES = {
    "access": L_("Access needs"),
    "diet": L_("Food"),
    "interpretation": L_("Language of interpretation"),
    "organization": L_("Organization and role"),
    "photos": L_("Consent to photos"),
    "source": L_("How people heard of it"),
}


@dataclass(frozen=True)
class QuestionLine:
    """One question of the list: after which answers of which other question it is asked, and where it can move."""

    question: Question
    trigger: Question | None
    after: Sequence[str]
    can_rise: bool
    can_sink: bool


async def listing(request: Request) -> Response:
    return await _list_page(request, await Event.find(request.path_params["event_id"]))


async def _list_page(request: Request, event: Event, *, status: int = 200, refusal: str = "") -> Response:
    questions = await questions_of(event.id, retired=True)
    live = [question for question in questions if not question.retired]
    return page(
        request,
        "questions/listing.html",
        status=status,
        event=event,
        lines=_lines(live),
        retired=[question for question in questions if question.retired],
        kind_names=KIND_NAMES,
        presets=PRESET_NAMES,
        refusal=refusal,
    )


def _lines(questions: Sequence[Question]) -> list[QuestionLine]:
    by_id = {question.id: question for question in questions}
    lines = []
    for at, question in enumerate(questions):
        trigger = by_id.get(question.when_question_id) if question.when_question_id else None
        named = dict(choices_of(trigger)) if trigger else {}
        after = [named[value] for value in question.when_values if value in named]
        rises, sinks = (asking.moved(questions, at, step=step) is not None for step in (-1, 1))
        lines.append(QuestionLine(question, trigger, after, rises, sinks))
    return lines


async def find_asked(request: Request, event: Event) -> Question:
    return await asking.find_question(event.id, request.path_params["question_id"])


async def is_answered(request: Request, question: Question) -> bool:
    return str(question.id) in await house_of(request).answered_in(question.event_id, act=act_of(request))


def back_to_list(
    event: Event, sentence: str, question: Question | None = None, *, undo: str = ""
) -> Response:
    mark = f"#question-{question.id}" if question else ""
    path = f"/desk/events/{event.id}/questions{mark}"
    return see_other(path, flash=Flash("success", translate(sentence), undo))


def _path(event: Event, question: Question) -> str:
    return f"/desk/events/{event.id}/questions/{question.id}"


async def add_preset(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    name = str((await typed_into(request)).get("preset", ""))
    try:
        added = await presets.add_preset(event.id, name)
    except Conflict as refusal:
        return await _list_page(request, event, status=409, refusal=say(refusal))
    return back_to_list(event, N_("Added. Change its words as you like."), added[0])


async def move(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    question = await find_asked(request, event)
    step = -1 if (await typed_into(request)).get("to") == "up" else 1
    await asking.move_question(event.id, question.id, step=step)
    undo = f"{_path(event, question)}/place?to={'up' if step == 1 else 'down'}"
    return back_to_list(event, N_("Moved."), question, undo=undo)


async def order(request: Request) -> Response:
    """The order that somebody dragged the questions into, as ids; the buttons do the same one step at a time."""
    event = await Event.find(request.path_params["event_id"])
    wished = [str(each) for each in (await typed_into(request)).getlist("order")]
    await asking.order_questions(event.id, wished)
    return back_to_list(event, N_("Moved."))


async def retire(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    question = await find_asked(request, event)
    act = asking.retire_question(event.id, question.id)
    sentence = N_("The question is no longer asked. The existing answers stay.")
    return await _done(request, event, act, sentence, undo=f"{_path(event, question)}/return")


async def ask_again(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    question = await find_asked(request, event)
    act = asking.ask_again(event.id, question.id)
    sentence = N_("The question is asked again, at the end of the form.")
    return await _done(request, event, act, sentence, undo=f"{_path(event, question)}/retirement")


async def delete(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    question = await find_asked(request, event)
    act = asking.delete_question(
        event.id, question.id, answered_in=house_of(request).answered_in, act=act_of(request)
    )
    return await _done(request, event, act, N_("Deleted."))


async def _done(
    request: Request, event: Event, act: Awaitable[Any], sentence: str, *, undo: str = ""
) -> Response:
    """Back to the list, which says what was done, or why not."""
    try:
        await act
    except Conflict as refusal:
        return await _list_page(request, event, status=409, refusal=say(refusal))
    return back_to_list(event, sentence, undo=undo)
