"""The desk's page about one person, what can be done there, and somebody entered by hand."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.database import one_transaction
from events_app.errors import Conflict
from events_app.events.models import Event
from events_app.events.rules import Door
from events_app.i18n import N_, translate
from events_app.mail.models import Letter
from events_app.registrations import actions, changes, decisions
from events_app.registrations.answers import questions_of, said_answers
from events_app.registrations.desk import find_event, open_row
from events_app.registrations.desk_acts import MAY, people_path, reason_fields, reason_in
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.forms_people import NoteForm, PersonForm, person_form
from events_app.registrations.models import Registration, party_of, place_in_line
from events_app.registrations.models_parts import HistoryLine, Quota
from events_app.registrations.pages import office_of
from events_app.registrations.posting import Office, note, post_about
from events_app.registrations.rules import Applicant, Due, Status, Who
from events_app.vault import Reader
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    """Everything that is known of one person, and what can be done."""
    event = await find_event(request)
    return await _person_page(request, event, await _find(request, event))


async def _find(request: Request, event: Event) -> Registration:
    return await Registration.find(request.path_params["registration_id"], event_id=event.id)


async def _person_page(
    request: Request, event: Event, found: Registration, *, status: int = 200, refusal: str = ""
) -> Response:
    row = open_row(request, found)
    every = Letter.filter(thread=found.id).order_by("-number")
    return page(
        request,
        "registrations/person.html",
        status=status,
        event=event,
        row=row,
        company=[open_row(request, each) for each in await party_of(found) if each.id != found.id],
        answers=said_answers(await questions_of(event.id, retired=True), row.person.answers),
        quota=await Quota.get_or_none(id=found.quota_id) if found.quota_id else None,
        in_line=await place_in_line(found) if found.waitlist_order is not None else 0,
        due=datetime.fromtimestamp(found.due_at / 1000, event.starts.tzinfo) if found.due_at else None,
        history=await HistoryLine.filter(registration_id=found.id).order_by("number"),
        letters=await every.only("id", "number", "kind", "state", "posted_day", "sent_day"),
        form=NoteForm(data={"note": _note_of(request, found)}),
        may={verb for verb, statuses in MAY.items() if found.status in statuses and is_ahead(event)}
        - ({"approve"} if found.due_for == Due.ADDRESS else set()),
        again=letter_again(found, event) if row.person.address else "",
        other_modes=[mode for mode in event.modes if mode != found.mode] if is_ahead(event) else [],
        mode_names=MODE_NAMES,
        refusal=refusal,
        **reason_fields(),
    )


def is_ahead(event: Event) -> bool:
    return event.door(clock.now()) not in {Door.PAST, Door.CANCELLED}


def _note_of(request: Request, found: Registration) -> str:
    if found.notes is None:
        return ""
    reader = Reader("organizer", request.state.organizer.id)
    opened = office_of(request).vault.reveal(
        str(found.event_id), note_context(found.id), bytes(found.notes), reader
    )
    return str(opened["note"])


def note_context(registration_id: uuid.UUID) -> str:
    """What a sealed note is bound to."""
    return f"notes:{registration_id}"


async def save_note(request: Request) -> Response:
    event = await find_event(request)
    found = await _find(request, event)
    form = NoteForm(await typed_into(request))
    if not form.validate():
        return await _person_page(request, event, found, status=422, refusal=" ".join(form.note.errors))
    said = form.note.data or ""
    scope, vault = str(event.id), office_of(request).vault
    sealed = vault.seal(scope, note_context(found.id), {"note": said}) if said else None
    await Registration.filter(id=found.id, erased=False).update(notes=sealed)
    return _back(event, found, N_("The note is kept."))


async def act_on_one(request: Request, verb: str) -> Response:
    """POST: approve, decline, promote or cancel one person. A refusal is said on their page."""
    event = await find_event(request)
    found = await _find(request, event)
    typed = await typed_into(request)
    done = await decisions.decide_for_all(
        [found.id], verb, reason=reason_in(typed), office=office_of(request), now=clock.now()
    )
    for sentence in done.refused:
        await found.refresh_from_db()
        return await _person_page(request, event, found, status=409, refusal=translate(sentence))
    if typed.get("back") == "duplicates":
        flash = Flash("success", translate(DONE[verb]))
        return see_other(f"/desk/events/{event.id}/duplicates", flash=flash)
    return _back(event, found, DONE[verb])


ACT_OF: Final = {
    "approval": "approve",
    "refusal": "decline",
    "promotion": "promote",
    "cancellation": "cancel",
}

DONE: Final[Mapping[str, str]] = {
    "approve": N_("Approved. The person gets a letter."),
    "decline": N_("Declined. The person gets a letter."),
    "promote": N_("The place is theirs. The person gets a letter with the invitation."),
    "cancel": N_("Cancelled. The person gets a letter, and the next in line moves up."),
}


async def switch(request: Request) -> Response:
    """POST: take part in the other way."""
    event = await find_event(request)
    found = await _find(request, event)
    mode = str((await typed_into(request)).get("mode", ""))
    try:
        office, now = office_of(request), clock.now()
        await changes.switch_mode(found.id, mode, office=office, now=now, who=Who.ORGANIZER)
    except Conflict as refusal:
        said = translate(refusal.sentence, **refusal.values)
        return await _person_page(request, event, found, status=409, refusal=said)
    return _back(event, found, N_("Changed. The person gets a letter."))


def letter_again(found: Registration, event: Event) -> str:
    """The letter that says how things stand, to be sent once more; '' where none would be true: an offer has its own
    end, a change of the event is told to everybody in one go, and who is out gets no new letters."""
    if found.live is None or found.due_for in {Due.OFFER, Due.LEAVING} or found.told not in {"", event.told}:
        return ""
    return "confirm_address" if found.due_for == Due.ADDRESS else found.status


async def write_again(request: Request) -> Response:
    """POST: the personal link, or the letter of the present status, once more."""
    event = await find_event(request)
    found = await _find(request, event)
    wants_link = (await typed_into(request)).get("letter") == "link"
    office, now = office_of(request), clock.now()
    if await _post_again(found.id, wants_link=wants_link, office=office, now=now):
        return _back(event, found, N_("The letter is on its way."))
    said = translate(N_("There is no letter that could be sent now."))
    return await _person_page(request, event, found, status=409, refusal=said)


@one_transaction
async def _post_again(registration_id: uuid.UUID, *, wants_link: bool, office: Office, now: datetime) -> bool:
    registration, event = await actions.claimed(registration_id)
    letter = "link" if wants_link and registration.live else letter_again(registration, event)
    if not letter or await post_about(letter, registration, event, office=office, now=now) is None:
        return False
    await note(registration, "sent_again", who=Who.ORGANIZER, now=now)
    return True


async def erase(request: Request) -> Response:
    """POST: forget the person, cancelling first what lives."""
    event = await find_event(request)
    found = await _find(request, event)
    await changes.erase(found.id, office=office_of(request), now=clock.now())
    return _back(event, found, N_("Erased. What stays is a count."))


def _back(event: Event, found: Registration, sentence: str) -> Response:
    return see_other(f"{people_path(event)}/{found.id}", flash=Flash("success", translate(sentence)))


async def enter(request: Request) -> Response:
    """Somebody is entered by hand: the door and the approval do not hold, the seats do."""
    event = await find_event(request)
    typed = await typed_into(request) if request.method == "POST" else None
    form = person_form(typed, event=event)
    status, refusal = 200, ""
    if typed is not None:
        status = 409 if form.validate() else 422
    if status == 409:
        try:
            entered = await actions.register_by_hand(
                event.id,
                _applicant(form),
                office=office_of(request),
                now=clock.now(),
                writes=bool(form.writes.data),
            )
            if entered:
                return _back(event, entered, ENTERED[entered.status])
            refusal = translate(N_("Somebody with this address is registered already."))
        except Conflict as no:
            refusal = translate(no.sentence, **no.values)
    return page(request, "registrations/enter.html", status=status, event=event, form=form, refusal=refusal)


def _applicant(form: PersonForm) -> Applicant:
    name, address, language, mode, needs = (
        str(each.data or "") for each in (form.name, form.address, form.language, form.mode, form.needs)
    )
    return Applicant(name, address, language, mode, needs)


ENTERED: Final[Mapping[str, str]] = {
    Status.CONFIRMED: N_("Entered, with a place."),
    Status.WAITLISTED: N_("Entered, on the waiting list: all places are taken."),
}


_MANY = "/desk/events/{event_id}/registrations"
_ONE = f"{_MANY}/{{registration_id:uuid}}"

routes = [
    Route(f"{_MANY}/new", for_organizers(enter), methods=["GET", "POST"]),
    Route(_ONE, for_organizers(show)),
    Route(f"{_ONE}/notes", for_organizers(save_note), methods=["POST"]),
    Route(f"{_ONE}/mode", for_organizers(switch), methods=["POST"]),
    Route(f"{_ONE}/letters", for_organizers(write_again), methods=["POST"]),
    Route(f"{_ONE}/erasure", for_organizers(erase), methods=["POST"]),
    *(
        Route(f"{_ONE}/{noun}", for_organizers(partial(act_on_one, verb=verb)), methods=["POST"])
        for noun, verb in ACT_OF.items()
    ),
]
