"""The desk's page that makes or changes a question."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of, house_of
from events_app.i18n import N_, own_language_first
from events_app.questions.actions import asking
from events_app.questions.desk.listing import back_to_list, find_asked, is_answered
from events_app.questions.forms.builder import add_choices, lift_choice, question_facts, question_form
from events_app.questions.models import Question, questions_of
from events_app.questions.rules import Kind
from events_app.typed.desk import typed_before
from events_app.web import seen
from events_app.web.forms import typed_into
from events_app.web.responses import page


async def new_question(request: Request) -> Response:
    """`?kind=` is the kind that was chosen on the list."""
    event = await Event.find(request.path_params["event_id"])
    if (typed := typed_before(request)) is not None:
        return await _form_page(request, event, question_form(typed, before=await _before(event)))
    wished = request.query_params.get("kind", "")
    form = question_form(before=await _before(event), kind=wished if wished in set(Kind) else Kind.TEXT)
    return await _form_page(request, event, form)


async def _before(event: Event, question: Question | None = None) -> list[Question]:
    return asking.may_decide(await questions_of(event.id), question)


async def add_question(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    form = question_form(typed, before=await _before(event))
    if _asks_for_rows(form, typed):
        return await _form_page(request, event, form)
    if not form.validate():
        return await _form_page(request, event, form, status=422)
    try:
        added = await asking.add_question(event.id, question_facts(form))
    except Conflict as refusal:
        return await _form_page(request, event, form, status=409, refusal=say(refusal))
    return back_to_list(event, N_("Added at the end of the form."), added)


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
        "questions/editing.html",
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
    event = await Event.find(request.path_params["event_id"])
    question = await find_asked(request, event)
    answered = await is_answered(request, question)
    form = seen.opened(await _stored(event, question, answered))
    if (typed := typed_before(request)) is not None:
        kinds = _kinds(question, answered)
        form = question_form(typed, question=question, kinds=kinds, before=await _before(event, question))
    return await _form_page(request, event, form, question=question, answered=answered)


async def _stored(event: Event, question: Question, answered: bool) -> Any:
    """The form as it is filled from what is stored."""
    kinds = _kinds(question, answered)
    return question_form(question=question, kinds=kinds, before=await _before(event, question))


def _kinds(question: Question, answered: bool) -> list[str]:
    return [question.kind] if answered else list(Kind)


async def save_question(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    question = await find_asked(request, event)
    answered = await is_answered(request, question)
    typed = await typed_into(request)
    form = question_form(
        typed, question=question, kinds=_kinds(question, answered), before=await _before(event, question)
    )
    if _asks_for_rows(form, typed):
        return await _form_page(request, event, form, question=question, answered=answered)
    if not form.validate():
        return await _form_page(request, event, form, question=question, answered=answered, status=422)
    facts = question_facts(form, question=question)
    act, answered_in = act_of(request), house_of(request).answered_in

    async def stored() -> Any:
        return await _stored(event, await find_asked(request, event), answered)

    async def write() -> None:
        await asking.change_question(event.id, question.id, facts, answered_in=answered_in, act=act)

    try:
        await seen.save(form, stored, write)
    except Conflict as refusal:
        said = say(refusal)
        return await _form_page(
            request, event, form, question=question, answered=answered, status=409, refusal=said
        )
    return back_to_list(event, N_("Saved."), question)
