"""Somebody is entered by hand at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, translate
from events_app.people.desk.person import back_to
from events_app.people.forms import EnteringForm, entering_form
from events_app.questions.forms.by_organizer import AskingForAnother, ask_for
from events_app.questions.models import questions_of
from events_app.registrations.actions import deciding
from events_app.registrations.rules import Applicant, Status
from events_app.web.forms import typed_into
from events_app.web.responses import page


@dataclass(frozen=True)
class Filled:
    """The form as far as it is filled, with the event's own questions that concern this person."""

    form: EnteringForm
    asking: AskingForAnother


async def show(request: Request) -> Response:
    """The empty form."""
    event = await Event.find(request.path_params["event_id"])
    return _form_page(request, event, await _filled(event))


async def enter(request: Request) -> Response:
    """POST: somebody is entered by hand. An opening and an approval are not asked for, the seats count."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    filled = await _filled(event, typed)
    if not filled.form.validate():
        return _form_page(request, event, filled, status=422)
    if filled.asking.new:
        return _form_page(request, event, filled, more=True)
    try:
        entered = await deciding.register_by_hand(
            event.id, _applicant(filled), act=act_of(request), writes=bool(filled.form.writes.data)
        )
    except Conflict as no:
        return _form_page(request, event, filled, status=409, refusal=say(no))
    if not entered:
        known = translate(N_("Somebody with this address is registered already."))
        return _form_page(request, event, filled, status=409, refusal=known)
    return back_to(event, entered, ENTERED[entered.status])


async def _filled(event: Event, typed: FormData | None = None) -> Filled:
    form = entering_form(typed, event=event)
    asking = ask_for(form, await questions_of(event.id), mode=form.mode.data or "", typed=typed)
    return Filled(form, asking)


def _form_page(
    request: Request,
    event: Event,
    filled: Filled,
    *,
    status: int = 200,
    refusal: str = "",
    more: bool = False,
) -> Response:
    return page(
        request,
        "people/entering.html",
        status=status,
        event=event,
        form=filled.form,
        asking=filled.asking,
        more=more,
        refusal=refusal,
    )


def _applicant(filled: Filled) -> Applicant:
    form = filled.form
    name, address, language, mode, needs = (
        str(each.data or "") for each in (form.name, form.address, form.language, form.mode, form.needs)
    )
    return Applicant(name, address, language, mode, needs, answers=filled.asking.answers())


ENTERED: Final[Mapping[str, str]] = {
    Status.CONFIRMED: N_("Added, with a seat."),
    Status.WAITLISTED: N_("Added, on the waiting list: all seats are taken."),
}
