"""The form as people will see it, to be tried out at the desk."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.i18n import choose
from events_app.questions.forms.fields import Asking, ask, mode_typed, preview_form
from events_app.questions.models import questions_of
from events_app.questions.wording import said_answers
from events_app.web.forms import typed_into
from events_app.web.responses import page


async def preview(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    form = preview_form(modes=event.modes)
    asked = ask(form, await questions_of(event.id), mode=mode_typed(form, event.modes))
    return _preview_page(request, event, form, asked)


async def try_out(request: Request) -> Response:
    """The form as people meet it, conditions and checks and all; nothing is kept."""
    event = await Event.find(request.path_params["event_id"])
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
        "questions/preview.html",
        status=status,
        event=event,
        form=form,
        asking=asked,
        answered=answered,
    )
