"""The desk's pages for the questions of an event's form: list, make, change, order, try out."""

import uuid
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app.accounts.pages import for_organizers
from events_app.errors import Conflict
from events_app.events.models import Event
from events_app.i18n import L_, N_, choose, own_language_first, translate
from events_app.registrations import asking
from events_app.registrations.answers import KIND_NAMES, Kind, choices_of, questions_of, said_answers
from events_app.registrations.asking import NoSuchQuestion
from events_app.registrations.desk import find_event
from events_app.registrations.forms_asking import add_choices, lift_choice, question_facts, question_form
from events_app.registrations.forms_questions import Asking, ask, mode_typed, preview_form
from events_app.registrations.models_parts import Question
from events_app.registrations.pages import office_of
from events_app.vault import Reader
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
class Line:
    """One question of the list: after which answers of which other question it is asked, and where it can move."""

    question: Question
    trigger: Question | None
    after: Sequence[str]
    can_rise: bool
    can_sink: bool


async def listing(request: Request) -> Response:
    return await _list_page(request, await find_event(request))


async def _list_page(request: Request, event: Event, *, status: int = 200, refusal: str = "") -> Response:
    questions = await questions_of(event.id, retired=True)
    live = [question for question in questions if not question.retired]
    return page(
        request,
        "registrations/questions.html",
        status=status,
        event=event,
        lines=_lines(live),
        retired=[question for question in questions if question.retired],
        kind_names=KIND_NAMES,
        presets=PRESET_NAMES,
        refusal=refusal,
    )


def _lines(questions: Sequence[Question]) -> list[Line]:
    by_id = {question.id: question for question in questions}
    lines = []
    for at, question in enumerate(questions):
        trigger = by_id.get(question.when_question_id) if question.when_question_id else None
        named = dict(choices_of(trigger)) if trigger else {}
        after = [named[value] for value in question.when_values if value in named]
        rises, sinks = (asking.moved(questions, at, step=step) is not None for step in (-1, 1))
        lines.append(Line(question, trigger, after, rises, sinks))
    return lines


async def _find(request: Request, event: Event) -> Question:
    try:
        return await asking.find_question(event.id, uuid.UUID(request.path_params["question_id"]))
    except ValueError:
        raise NoSuchQuestion() from None


def _reader(request: Request) -> Reader:
    return Reader("organizer", request.state.organizer.id)


async def _is_answered(request: Request, question: Question) -> bool:
    answered = await asking.answered_in(
        question.event_id, vault=office_of(request).vault, reader=_reader(request)
    )
    return str(question.id) in answered


async def new_question(request: Request) -> Response:
    """`?kind=` is the kind that was chosen on the list."""
    event = await find_event(request)
    wished = request.query_params.get("kind", "")
    form = question_form(before=await _before(event), kind=wished if wished in set(Kind) else Kind.TEXT)
    return await _form_page(request, event, form)


async def _before(event: Event, question: Question | None = None) -> list[Question]:
    return asking.may_decide(await questions_of(event.id), question)


async def add_question(request: Request) -> Response:
    event = await find_event(request)
    typed = await typed_into(request)
    form = question_form(typed, before=await _before(event))
    if _asks_for_rows(form, typed):
        return await _form_page(request, event, form)
    if not form.validate():
        return await _form_page(request, event, form, status=422)
    try:
        added = await asking.add_question(event.id, question_facts(form))
    except Conflict as refusal:
        return await _form_page(request, event, form, status=409, refusal=_say(refusal))
    return _to_list(event, N_("Added. It stands at the end of the form."), added)


def _asks_for_rows(form: Any, typed: Any) -> bool:
    """The buttons inside the list of choices: more rows, or one row further up. They work without a script."""
    if "more" in typed:
        add_choices(form)
        return True
    lifted = str(typed.get("lift", ""))
    if lifted.isascii() and lifted.isdigit():
        lift_choice(form, int(lifted[:4]))
        return True
    return False


async def _form_page(
    request: Request,
    event: Event,
    form: Any,
    *,
    question: Question | None = None,
    answered: bool = False,
    status: int = 200,
    refusal: str = "",
) -> Response:
    deciding = await _before(event, question)
    return page(
        request,
        "registrations/questions_edit.html",
        status=status,
        event=event,
        form=form,
        question=question,
        answered=answered,
        deciding=deciding,
        codes=own_language_first(),
        refusal=refusal,
    )


async def edit_question(request: Request) -> Response:
    event = await find_event(request)
    question = await _find(request, event)
    answered = await _is_answered(request, question)
    form = question_form(
        question=question, kinds=_kinds(question, answered), before=await _before(event, question)
    )
    return await _form_page(request, event, form, question=question, answered=answered)


def _kinds(question: Question, answered: bool) -> list[str]:
    return [question.kind] if answered else list(Kind)


async def save_question(request: Request) -> Response:
    event = await find_event(request)
    question = await _find(request, event)
    answered = await _is_answered(request, question)
    typed = await typed_into(request)
    form = question_form(
        typed, question=question, kinds=_kinds(question, answered), before=await _before(event, question)
    )
    if _asks_for_rows(form, typed):
        return await _form_page(request, event, form, question=question, answered=answered)
    if not form.validate():
        return await _form_page(request, event, form, question=question, answered=answered, status=422)
    facts = question_facts(form, question=question)
    try:
        await asking.change_question(
            event.id, question.id, facts, vault=office_of(request).vault, reader=_reader(request)
        )
    except Conflict as refusal:
        said = _say(refusal)
        return await _form_page(
            request, event, form, question=question, answered=answered, status=409, refusal=said
        )
    return _to_list(event, N_("Saved."), question)


def _say(refusal: Conflict) -> str:
    return translate(refusal.sentence, **refusal.values)


def _to_list(event: Event, sentence: str, question: Question | None = None) -> Response:
    mark = f"#question-{question.id}" if question else ""
    path = f"/desk/events/{event.id}/questions{mark}"
    return see_other(path, flash=Flash("success", translate(sentence)))


async def add_preset(request: Request) -> Response:
    event = await find_event(request)
    name = str((await typed_into(request)).get("preset", ""))
    try:
        added = await asking.add_preset(event.id, name)
    except Conflict as refusal:
        return await _list_page(request, event, status=409, refusal=_say(refusal))
    return _to_list(event, N_("Added. Change its words as you like."), added[0])


async def move(request: Request) -> Response:
    event = await find_event(request)
    question = await _find(request, event)
    step = -1 if (await typed_into(request)).get("to") == "up" else 1
    await asking.move_question(event.id, question.id, step=step)
    return _to_list(event, N_("Moved."), question)


async def order(request: Request) -> Response:
    """The order that somebody dragged the questions into, as ids; the buttons do the same one step at a time."""
    event = await find_event(request)
    wished = [str(each) for each in (await typed_into(request)).getlist("order")]
    await asking.order_questions(event.id, wished)
    return _to_list(event, N_("Moved."))


async def retire(request: Request) -> Response:
    event = await find_event(request)
    question = await _find(request, event)
    act = asking.retire_question(event.id, question.id)
    return await _done(request, event, act, N_("It is asked no more. The answers that are there stay."))


async def ask_again(request: Request) -> Response:
    event = await find_event(request)
    question = await _find(request, event)
    act = asking.ask_again(event.id, question.id)
    return await _done(request, event, act, N_("It is asked again, at the end of the form."))


async def delete(request: Request) -> Response:
    event = await find_event(request)
    question = await _find(request, event)
    vault = office_of(request).vault
    act = asking.delete_question(event.id, question.id, vault=vault, reader=_reader(request))
    return await _done(request, event, act, N_("Deleted."))


async def _done(request: Request, event: Event, act: Awaitable[Any], sentence: str) -> Response:
    """Back to the list, which says what was done, or why not."""
    try:
        await act
    except Conflict as refusal:
        return await _list_page(request, event, status=409, refusal=_say(refusal))
    return _to_list(event, sentence)


async def preview(request: Request) -> Response:
    event = await find_event(request)
    form = preview_form(modes=event.modes)
    asked = ask(form, await questions_of(event.id), mode=mode_typed(form, event.modes))
    return _preview_page(request, event, form, asked)


async def try_out(request: Request) -> Response:
    """The form as people meet it, conditions and checks and all; nothing is kept."""
    event = await find_event(request)
    typed = await typed_into(request)
    form = preview_form(typed, modes=event.modes)
    questions = await questions_of(event.id)
    asked = ask(form, questions, mode=mode_typed(form, event.modes), typed=typed)
    if not form.validate():
        return _preview_page(request, event, form, asked, status=422)
    if asked.new:
        return _preview_page(request, event, form, asked)
    answered = [(choose(each.label), words) for each, words in said_answers(questions, asked.answers())]
    return _preview_page(request, event, form, asked, answered=answered)


def _preview_page(
    request: Request, event: Event, form: Any, asked: Asking, *, status: int = 200, answered: Any = None
) -> Response:
    return page(
        request,
        "registrations/questions_preview.html",
        status=status,
        event=event,
        form=form,
        asking=asked,
        answered=answered,
    )


_ALL = "/desk/events/{event_id}/questions"
_ONE = f"{_ALL}/{{question_id}}"

routes = [
    Route(_ALL, for_organizers(listing)),
    Route(f"{_ALL}/new", for_organizers(new_question), methods=["GET"]),
    Route(f"{_ALL}/new", for_organizers(add_question), methods=["POST"]),
    Route(f"{_ALL}/presets", for_organizers(add_preset), methods=["POST"]),
    Route(f"{_ALL}/order", for_organizers(order), methods=["POST"]),
    Route(f"{_ALL}/preview", for_organizers(preview), methods=["GET"]),
    Route(f"{_ALL}/preview", for_organizers(try_out), methods=["POST"]),
    Route(_ONE, for_organizers(edit_question), methods=["GET"]),
    Route(_ONE, for_organizers(save_question), methods=["POST"]),
    Route(f"{_ONE}/place", for_organizers(move), methods=["POST"]),
    Route(f"{_ONE}/retirement", for_organizers(retire), methods=["POST"]),
    Route(f"{_ONE}/return", for_organizers(ask_again), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(delete), methods=["POST"]),
]
