"""The desk's page for reminders: which letters leave by themselves, before the event and after it."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, own_language_first, translate
from events_app.mailings.actions import reminding
from events_app.mailings.forms.reminders import BEFORE, reminder_facts, reminders_form
from events_app.mailings.models import Reminder
from events_app.web.forms import Form, typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    reminders = await Reminder.filter(event_id=event.id)
    return _page(request, event, reminders_form(reminders=reminders))


def _page(request: Request, event: Event, form: Form, *, status: int = 200) -> Response:
    return page(
        request,
        "mailings/reminders.html",
        status=status,
        event=event,
        form=form,
        before=[f"before_{minutes}" for minutes in BEFORE],
        codes=own_language_first(),
    )


async def save(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    form = reminders_form(await typed_into(request), reminders=[])
    if not form.validate():
        return _page(request, event, form, status=422)
    await reminding.save_reminders(event.id, reminder_facts(form), act=act_of(request))
    return see_other(f"/desk/events/{event.id}/reminders", flash=Flash("success", translate(N_("Saved."))))
