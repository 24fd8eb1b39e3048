"""The desk's page about one person, and what can be done there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES, Opening
from events_app.house import act_of
from events_app.i18n import N_, translate
from events_app.mail.models import Letter
from events_app.optouts.actions import has_opted_out
from events_app.people.actions import keep_note, letter_again, note_about, post_again
from events_app.people.counts import free_seats
from events_app.people.desk.acts import MAY, people_path, reason_fields, reason_in
from events_app.people.desk.rows import open_row
from events_app.people.forms import NoteForm
from events_app.personal.models import place_in_line
from events_app.questions.models import questions_of
from events_app.questions.wording import said_answers
from events_app.registrations.actions import changing, deciding, forgetting
from events_app.registrations.models import HistoryLine, Quota, Registration, party_of
from events_app.registrations.rules import Due, EventFull, ModeFull, PartyTooLarge, Status
from events_app.web import seen
from events_app.web.forms import Form, typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    """Everything that is known of one person, and what can be done."""
    event = await Event.find(request.path_params["event_id"])
    return await _person_page(request, event, await find_registration(request, event))


async def find_registration(request: Request, event: Event) -> Registration:
    return await Registration.find(request.path_params["registration_id"], event_id=event.id)


async def _person_page(
    request: Request,
    event: Event,
    found: Registration,
    *,
    status: int = 200,
    refusal: str = "",
    beyond: str = "",
    form: Form | None = None,
) -> Response:
    row = open_row(request, found)
    every = Letter.filter(thread=found.id).order_by("-number")
    return page(
        request,
        "people/person.html",
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
        form=form or seen.opened(_note_form(request, found)),
        may={verb for verb, statuses in MAY.items() if found.status in statuses and is_ahead(event)}
        - ({"approve"} if found.due_for == Due.ADDRESS else set()),
        seats=await free_seats(event, [(found.mode, found.quota_id)]) if found.status in WAITING else [],
        again=await letter_again(found, event) if row.person.address else "",
        may_correct=found.live is not None and row.is_readable and is_ahead(event),
        other_modes=[mode for mode in event.modes if mode != found.mode] if is_ahead(event) else [],
        note_is_lost=found.notes is not None and not note_about(found, act=act_of(request)),
        wants_no_letters=await has_opted_out(event.id, row.person.address, vault=act_of(request).vault),
        mode_names=MODE_NAMES,
        refusal=refusal,
        beyond=beyond,
        **reason_fields(),
    )


WAITING: Final = frozenset({Status.PENDING, Status.WAITLISTED})
"""Whoever may be given a seat: beside the button stands how many are free."""


def is_ahead(event: Event) -> bool:
    return event.opening(clock.now()) not in {Opening.PAST, Opening.CANCELLED}


def _note_form(request: Request, found: Registration) -> NoteForm:
    """The form as it is filled from what is stored."""
    return NoteForm(data={"note": note_about(found, act=act_of(request))})


async def save_note(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    found, act = await find_registration(request, event), act_of(request)
    form = NoteForm(await typed_into(request))
    if not form.validate():
        return await _person_page(request, event, found, status=422, form=form)

    async def stored() -> Form:
        return _note_form(request, await find_registration(request, event))

    try:
        await seen.save(form, stored, lambda: keep_note(found, form.note.data or "", act=act))
    except seen.ChangedMeanwhile as refusal:
        return await _person_page(request, event, found, status=409, refusal=say(refusal), form=form)
    return back_to(event, found, N_("Note saved."))


async def act_on_one(request: Request, verb: str) -> Response:
    """POST: approve, decline, promote or cancel one person. A refusal is said on their page."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_registration(request, event)
    typed = await typed_into(request)
    beyond = typed.get("beyond") == "yes"
    done = await deciding.decide(found.id, verb, reason=reason_in(typed), beyond=beyond, act=act_of(request))
    if done.refusal:
        await found.refresh_from_db()
        no_place = isinstance(done.refusal, EventFull | ModeFull | PartyTooLarge)
        return await _person_page(
            request,
            event,
            found,
            status=409,
            refusal=say(done.refusal),
            beyond=request.url.path if no_place else "",
        )
    said = N_("Approved. All seats are taken, so the person is on the waiting list; an email tells them.")
    if done.became != Status.WAITLISTED:
        said = DONE[verb]
    if not open_row(request, found).is_readable:
        said = N_("Done. Their data cannot be opened, so no email could be written: they do not know.")
    if typed.get("back") == "duplicates":
        return see_other(f"/desk/events/{event.id}/duplicates", flash=Flash("success", translate(said)))
    return back_to(event, found, said)


ACT_OF: Final = {
    "approval": "approve",
    "refusal": "decline",
    "promotion": "promote",
    "cancellation": "cancel",
}

DONE: Final[Mapping[str, str]] = {
    "approve": N_("Approved. The person gets an email."),
    "decline": N_("Rejected. The person gets an email."),
    "promote": N_("The seat is theirs. The person gets an email with the calendar invitation."),
    "cancel": N_(
        "Cancelled. The person gets an email, and the next person on the waiting list gets the seat."
    ),
}


async def switch(request: Request) -> Response:
    """POST: take part in the other way."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_registration(request, event)
    mode = str((await typed_into(request)).get("mode", ""))
    try:
        await changing.switch_mode(found.id, mode, act=act_of(request))
    except Conflict as refusal:
        said = say(refusal)
        return await _person_page(request, event, found, status=409, refusal=said)
    return back_to(event, found, N_("Changed. The person gets an email."))


async def write_again(request: Request) -> Response:
    """POST: the personal link, or the letter of the present status, once more."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_registration(request, event)
    wants_link = (await typed_into(request)).get("letter") == "link"
    await changing.try_again([found.id])
    if await post_again(found.id, wants_link=wants_link, act=act_of(request)):
        return back_to(event, found, N_("The email is on its way."))
    said = translate(N_("There is no email that could be sent now."))
    return await _person_page(request, event, found, status=409, refusal=said)


async def erase(request: Request) -> Response:
    """POST: forget the person, cancelling first what lives."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_registration(request, event)
    await forgetting.erase(found.id, act=act_of(request))
    return back_to(event, found, N_("Deleted. Only the total remains."))


def back_to(event: Event, found: Registration, sentence: str) -> Response:
    return see_other(f"{people_path(event)}/{found.id}", flash=Flash("success", translate(sentence)))
