"""The desk's page for reminders: which letters leave by themselves, before the event and after it."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.events.models import Event
from events_app.i18n import L_, N_, languages, own_language_first, translate
from events_app.registrations import reminding
from events_app.registrations.desk import find_event
from events_app.registrations.models_parts import Reminder
from events_app.registrations.reminding import ReminderFacts
from events_app.web.forms import Form, at_most, number_between, optional, tidy, typed_into
from events_app.web.responses import Flash, page, see_other

BEFORE = {7 * 1440: L_("7 days before"), 1440: L_("1 day before"), 60: L_("1 hour before")}


def reminders_form(typed: Any = None, *, reminders: Sequence[Reminder]) -> Form:
    """Three tick boxes, and a letter after the event with its words in each language."""
    members: dict[str, Any] = {f"before_{minutes}": BooleanField(label) for minutes, label in BEFORE.items()}
    members["after_hours"] = IntegerField(
        L_("Hours after the end"),
        [optional(), number_between(1, 720)],
        description=L_("Left empty, no letter follows the event."),
        render_kw={"inputmode": "numeric", "min": 1},
    )
    for code in languages():
        members[f"after_{code}"] = TextAreaField(
            L_("What it says"), [at_most(4000)], filters=[tidy], render_kw={"lang": code, "dir": "auto"}
        )
    members["validate_after_hours"] = _needs_words
    data: dict[str, Any] = {f"before_{each.minutes}": True for each in reminders if not each.is_after}
    for each in reminders:
        if each.is_after:
            data["after_hours"] = each.minutes // 60
            data |= {f"after_{code}": text for code, text in each.text.items()}
    form: Form = type("RemindersForm", (Form,), members)(typed, data=data)
    return form


def _needs_words(form: Any, hours: Field) -> None:
    if hours.data and not any(form[f"after_{code}"].data for code in languages()):
        raise ValidationError(translate(N_("Please write what the letter says, in at least one language.")))


def reminder_facts(form: Form) -> list[ReminderFacts]:
    wanted = [ReminderFacts(minutes, False, {}) for minutes in BEFORE if form[f"before_{minutes}"].data]
    if form["after_hours"].data:
        texts = {code: form[f"after_{code}"].data for code in languages() if form[f"after_{code}"].data}
        wanted.append(ReminderFacts(form["after_hours"].data * 60, True, texts))
    return wanted


async def show(request: Request) -> Response:
    event = await find_event(request)
    reminders = await Reminder.filter(event_id=event.id)
    return _page(request, event, reminders_form(reminders=reminders))


def _page(request: Request, event: Event, form: Form, *, status: int = 200) -> Response:
    return page(
        request,
        "registrations/reminders.html",
        status=status,
        event=event,
        form=form,
        before=[f"before_{minutes}" for minutes in BEFORE],
        codes=own_language_first(),
    )


async def save(request: Request) -> Response:
    event = await find_event(request)
    form = reminders_form(await typed_into(request), reminders=[])
    if not form.validate():
        return _page(request, event, form, status=422)
    await reminding.save_reminders(event.id, reminder_facts(form), now=clock.now())
    return see_other(f"/desk/events/{event.id}/reminders", flash=Flash("success", translate(N_("Saved."))))


routes = [
    Route("/desk/events/{event_id}/reminders", for_organizers(show), methods=["GET"]),
    Route("/desk/events/{event_id}/reminders", for_organizers(save), methods=["POST"]),
]
