"""Somebody is entered by hand at the desk."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, translate
from events_app.people.desk.person import back_to
from events_app.people.forms import PersonForm, person_form
from events_app.registrations.actions import deciding
from events_app.registrations.rules import Applicant, Status
from events_app.web.forms import typed_into
from events_app.web.responses import page


async def enter(request: Request) -> Response:
    """Somebody is entered by hand: an opening and an approval are not asked for, the seats count."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request) if request.method == "POST" else None
    form = person_form(typed, event=event)
    status, refusal = 200, ""
    if typed is not None:
        status = 409 if form.validate() else 422
    if status == 409:
        try:
            entered = await deciding.register_by_hand(
                event.id,
                _applicant(form),
                act=act_of(request),
                writes=bool(form.writes.data),
            )
            if entered:
                return back_to(event, entered, ENTERED[entered.status])
            refusal = translate(N_("Somebody with this address is registered already."))
        except Conflict as no:
            refusal = say(no)
    return page(request, "people/entering.html", status=status, event=event, form=form, refusal=refusal)


def _applicant(form: PersonForm) -> Applicant:
    name, address, language, mode, needs = (
        str(each.data or "") for each in (form.name, form.address, form.language, form.mode, form.needs)
    )
    return Applicant(name, address, language, mode, needs)


ENTERED: Final[Mapping[str, str]] = {
    Status.CONFIRMED: N_("Added, with a seat."),
    Status.WAITLISTED: N_("Added, on the waiting list: all seats are taken."),
}
