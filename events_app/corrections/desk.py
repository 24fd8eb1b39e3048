"""The desk's page on which somebody is put right: what is there, what will follow, and saving it in one act."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.addresses import kept
from events_app.corrections.actions import Corrected, Correction, correct, refuse_unless_correctable
from events_app.corrections.forms import LettersForm, correction_form, letters_form
from events_app.directions import isolated
from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, translate
from events_app.people.actions import letter_again
from events_app.people.desk.person import back_to, find_registration
from events_app.people.desk.rows import OpenPerson, open_row
from events_app.people.forms import PersonForm
from events_app.questions.forms.by_organizer import AskingForAnother, ask_for
from events_app.questions.models import questions_of
from events_app.registrations.models import Registration
from events_app.registrations.rules import AddressTaken
from events_app.web import seen
from events_app.web.forms import typed_into
from events_app.web.responses import page


@dataclass(frozen=True)
class Filled:
    """The form as far as it is filled, with the event's own questions that concern this person, and the ticks."""

    form: PersonForm
    asking: AskingForAnother
    letters: LettersForm


async def _filled(event: Event, row: OpenPerson, typed: FormData | None = None) -> Filled:
    found, person = row.registration, row.person
    form = correction_form(found, person, typed)
    asking = ask_for(form, await questions_of(event.id), mode=found.mode, typed=typed, answers=person.answers)
    return Filled(form, asking, letters_form(typed))


async def show(request: Request) -> Response:
    """The form with what is there. It changes nothing."""
    event = await Event.find(request.path_params["event_id"])
    row = open_row(request, await find_registration(request, event))
    filled = await _filled(event, row)
    seen.opened(filled.form)
    return await _correction_page(request, event, row, filled)


async def save(request: Request) -> Response:
    """POST: everything in one act, unless somebody else has saved it meanwhile."""
    event = await Event.find(request.path_params["event_id"])
    row = open_row(request, await find_registration(request, event))
    filled = await _filled(event, row, await typed_into(request))
    form = filled.form
    if not form.validate():
        return await _correction_page(request, event, row, filled, status=422)
    if filled.asking.new:
        return await _correction_page(request, event, row, filled)
    act = act_of(request)

    async def stored() -> PersonForm:
        await Event.claim(event.id)  # so that the person does not change it between this look and the writing
        return (await _filled(event, open_row(request, await find_registration(request, event)))).form

    try:
        done = await seen.save(
            form, stored, lambda: correct(row.registration.id, _correction(filled), act=act)
        )
    except AddressTaken:
        form.address.errors = [await _whose(request, event, form.address.data or "")]
        return await _correction_page(request, event, row, filled, status=409)
    except Conflict as refusal:
        return await _correction_page(request, event, row, filled, status=409, refusal=say(refusal))
    return back_to(event, row.registration, _said(done))


def _correction(filled: Filled) -> Correction:
    name, address, needs, language = (
        str(each.data or "")
        for each in (filled.form.name, filled.form.address, filled.form.needs, filled.form.language)
    )
    letters = filled.letters
    return Correction(
        name,
        address,
        needs,
        language,
        filled.asking.answers(),
        writes=bool(letters.writes.data),
        again=bool(letters.again.data),
    )


def _said(done: Corrected) -> str:
    if done.wrote:
        return N_("Corrected. The person gets an email.")
    return N_("Corrected. No email was sent.") if done.what else N_("Nothing was changed.")


async def _whose(request: Request, event: Event, address: str) -> str:
    """Who has that address here already. An organizer may read it: the list shows the same."""
    index = act_of(request).vault.blind_index(str(event.id), kept(address))
    known = await Registration.find_living(event.id, index)
    name = open_row(request, known).person.name if known else ""
    if not name:
        return translate(N_("Somebody is registered with this address already."))
    return translate(N_("%(name)s is registered with this address already."), name=isolated(name))


async def _correction_page(
    request: Request, event: Event, row: OpenPerson, filled: Filled, *, status: int = 200, refusal: str = ""
) -> Response:
    closed = _why_not(row, event)
    return page(
        request,
        "corrections/correction.html",
        status=409 if closed and status == 200 else status,
        event=event,
        row=row,
        form=filled.form,
        asking=filled.asking,
        letters=filled.letters,
        more=bool(filled.asking.new) and not filled.form.errors and status == 200,
        again="" if closed else await letter_again(row.registration, event),
        closed=closed,
        refusal="" if closed else refusal,
    )


def _why_not(row: OpenPerson, event: Event) -> str:
    """Why this person cannot be corrected; '' where they can."""
    try:
        refuse_unless_correctable(row.registration, event, clock.now())
    except Conflict as refusal:
        return say(refusal)
    if not row.is_readable:
        return translate(N_("The data of this person cannot be opened"))
    return ""
