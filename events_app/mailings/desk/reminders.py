"""The desk's page for reminders: which letters leave by themselves, before the event and after it."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, own_language_first, translate
from events_app.mailings.actions import reminding
from events_app.mailings.forms import BEFORE, reminder_facts, reminders_form
from events_app.mailings.models import Reminder
from events_app.web import seen
from events_app.web.forms import Form, typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    return _page(request, event, seen.opened(await _stored(event)))


async def _stored(event: Event) -> Form:
    """The form as it is filled from what is stored."""
    return reminders_form(reminders=await Reminder.filter(event_id=event.id))


def _page(request: Request, event: Event, form: Form, *, status: int = 200, refusal: str = "") -> Response:
    return page(
        request,
        "mailings/reminders.html",
        status=status,
        event=event,
        form=form,
        before=[f"before_{minutes}" for minutes in BEFORE],
        codes=own_language_first(),
        refusal=refusal,
    )


async def save(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    form = reminders_form(await typed_into(request), reminders=[])
    if not form.validate():
        return _page(request, event, form, status=422)
    act = act_of(request)
    try:
        await seen.save(
            form,
            lambda: _stored(event),
            lambda: reminding.save_reminders(event.id, reminder_facts(form), act=act),
        )
    except Conflict as refusal:
        return _page(request, event, form, status=409, refusal=say(refusal))
    return see_other(f"/desk/events/{event.id}/reminders", flash=Flash("success", translate(N_("Saved."))))
