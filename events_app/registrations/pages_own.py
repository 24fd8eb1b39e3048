"""A person's own page, opened by a mailed link: what they have, and everything they may do about it.

Opening any of these pages changes nothing, because mail scanners open links: every act is a POST.
"""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.calendar import itip, links
from events_app.calendar.entry import Entry
from events_app.errors import Conflict
from events_app.events.models import Event, hosts_of, place_of
from events_app.events.pages import colours_of
from events_app.i18n import N_, choose, translate, use_language
from events_app.registrations import actions, changes, decisions
from events_app.registrations.answers import merged, questions_of, said_answers
from events_app.registrations.emails import Person, entry_of, event_facts, letter_facts
from events_app.registrations.forms import (
    MODE_NAMES,
    AddressForm,
    ColleagueForm,
    DetailsForm,
    colleague_form,
    details_form,
)
from events_app.registrations.forms_questions import Asking, ask
from events_app.registrations.models import Registration, party_of, place_in_line
from events_app.registrations.models_parts import HistoryLine, Question
from events_app.registrations.pages import RECEIPT_MARK, links_limit, office_of, show_receipt
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Due, NoSuchRegistration, Status, Who
from events_app.vault import Reader
from events_app.web.forms import typed_into, with_ids
from events_app.web.responses import CALENDAR_TYPE, Flash, download, page, see_other


async def show(request: Request) -> Response:
    """The receipt after the form, or the person's own page, whichever the address opens."""
    token = request.path_params["token"]
    if token.startswith(RECEIPT_MARK):
        return await show_receipt(request, token)
    found, event = await find(request)
    return await _own_page(request, found, event)


async def find(request: Request) -> tuple[Registration, Event]:
    found = await Registration.find_by_token(request.path_params["token"])
    return found, await Event.find(found.event_id)


def _person(request: Request, found: Registration) -> Person:
    return reveal_person(found, vault=office_of(request).vault, reader=Reader("own link", str(found.id)))


async def _own_page(
    request: Request,
    found: Registration,
    event: Event,
    *,
    status: int = 200,
    refusal: str = "",
    details: "Details | None" = None,
    colleague: ColleagueForm | None = None,
    address: AddressForm | None = None,
) -> Response:
    person = _person(request, found)
    now = clock.now()
    questions = await questions_of(event.id, retired=True)
    details = details or _details(found, person, questions)
    return page(
        request,
        "registrations/own.html",
        status=status,
        event=event,
        colours_url=colours_of(await hosts_of(event.id)),
        place=place_of(event),
        registration=found,
        person=person,
        token=request.path_params["token"],
        door=event.door(now).value,
        in_line=await place_in_line(found) if found.waitlist_order is not None else 0,
        due=_due(found, event),
        company=[_person(request, each) for each in await party_of(found) if each.id != found.id],
        calendars=await _calendars(request, found, event, person)
        if found.status == Status.CONFIRMED
        else None,
        mode_names=MODE_NAMES,
        refusal=refusal,
        details=with_ids(details.form, "details"),
        asking=details.asking,
        more=bool(details.asking.new) and not details.form.errors,
        answered=[(choose(each.label), said) for each, said in said_answers(questions, person.answers)],
        owes_answers=details.asking.lacks(person.answers),
        colleague=with_ids(colleague or colleague_form(), "colleague"),
        new_address=with_ids(address or AddressForm(), "new"),
    )


@dataclass(frozen=True)
class Details:
    """What a person told us, in a form to change it, with the event's own questions that concern them."""

    form: DetailsForm
    asking: Asking


def _details(
    found: Registration, person: Person, questions: Sequence[Question], typed: FormData | None = None
) -> Details:
    told = {"name": person.name, "needs": person.needs, "language": found.language}
    form = details_form(typed, data=told)
    live = [question for question in questions if not question.retired]
    return Details(form, ask(form, live, mode=found.mode, typed=typed, answers=person.answers))


def _due(found: Registration, event: Event) -> datetime | None:
    """When what is due falls due, on the event's wall clock."""
    if found.due_at is None or found.due_for == Due.NOTHING:
        return None
    return datetime.fromtimestamp(found.due_at / 1000, event.starts.tzinfo)


async def _calendars(request: Request, found: Registration, event: Event, person: Person) -> dict[str, str]:
    """Links that put a copy into a web calendar; a copy never hears of changes, and the page says so."""
    entry = await _entry(request, found, event, person)
    return {"google": links.google(entry), "outlook": links.outlook(entry), "office": links.office(entry)}


async def _entry(request: Request, found: Registration, event: Event, person: Person) -> Entry:
    office = office_of(request)
    with use_language(found.language):
        about = event_facts(event, await hosts_of(event.id), language=found.language, site=office.site)
        return entry_of(letter_facts(found, person, about, site=office.site, now=clock.now()))


def _back(request: Request, sentence: str, *, token: str = "") -> Response:
    """To the own page, which says `sentence` in the notice that says how things stand: so it need not say that."""
    path = f"/registrations/{token or request.path_params['token']}"
    return see_other(path, flash=Flash("success", translate(sentence)))


def _say(refusal: Conflict) -> str:
    return translate(refusal.sentence, **refusal.values)


async def cancellation(request: Request) -> Response:
    """The person cancels; a seat stays held for a while, so that a slip costs nothing."""
    found, _event = await find(request)
    await typed_into(request)
    left = await actions.leave(found.id, office=office_of(request), now=clock.now())
    if left.live is None:
        return _back(request, N_("Thank you for making room."))
    return see_other(f"/registrations/{request.path_params['token']}")


async def final_cancellation(request: Request) -> Response:
    """Give the held place back now, for the next in line."""
    found, _event = await find(request)
    await typed_into(request)
    await actions.cancel(found.id, office=office_of(request), now=clock.now(), who=Who.PERSON)
    return _back(request, N_("Thank you for making room."))


async def returning(request: Request) -> Response:
    found, event = await find(request)
    await typed_into(request)
    try:
        await actions.stay(found.id, office=office_of(request), now=clock.now())
    except Conflict as refusal:
        return await _own_page(request, found, event, status=409, refusal=_say(refusal))
    return _back(request, N_("Your cancellation has been taken back."))


async def address_confirmation(request: Request) -> Response:
    """The address the person registered with is theirs."""
    found, _event = await find(request)
    await typed_into(request)
    await actions.confirm_address(found.id, office=office_of(request), now=clock.now())
    return _back(request, N_("Thank you, your address is confirmed."))


async def offer_taken(request: Request) -> Response:
    found, event = await find(request)
    await typed_into(request)
    try:
        await decisions.accept_offer(found.id, office=office_of(request), now=clock.now())
    except Conflict as refusal:
        return await _own_page(request, found, event, status=409, refusal=_say(refusal))
    return _back(request, N_("Your calendar invitation is on its way by e-mail."))


async def other_mode(request: Request) -> Response:
    found, event = await find(request)
    mode = str((await typed_into(request)).get("mode", ""))
    try:
        await changes.switch_mode(found.id, mode, office=office_of(request), now=clock.now())
    except Conflict as refusal:
        return await _own_page(request, found, event, status=409, refusal=_say(refusal))
    return _back(request, N_("Changed. A letter brings the new invitation."))


async def details(request: Request) -> Response:
    found, event = await find(request)
    person, questions = _person(request, found), await questions_of(event.id, retired=True)
    filled = _details(found, person, questions, await typed_into(request))
    if not filled.form.validate():
        return await _own_page(request, found, event, status=422, details=filled)
    if filled.asking.new:
        return await _own_page(request, found, event, details=filled)
    await changes.change_answers(
        found.id,
        name=filled.form.name.data or "",
        needs=filled.form.needs.data or "",
        answers=merged(person.answers, filled.asking.answers(), questions),
        office=office_of(request),
        now=clock.now(),
    )
    await changes.change_language(found.id, filled.form.language.data, now=clock.now())
    return _back(request, N_("What you changed is saved."))


async def ask_address(request: Request) -> Response:
    """Write to the new address; the answer is the same whatever that address is."""
    found, event = await find(request)
    links_limit.knock(request, now=time.monotonic())
    form = AddressForm(await typed_into(request))
    if not form.validate():
        return await _own_page(request, found, event, status=422, address=form)
    await changes.ask_new_address(
        found.id, form.address.data or "", office=office_of(request), now=clock.now()
    )
    return _back(
        request,
        N_("We have written to the new address. Nothing changes until the link in that letter is opened."),
    )


async def new_address(request: Request) -> Response:
    """GET, from the letter to the new address: one button, nothing else; and the address only for its code."""
    found = await _find_mover(request)
    event = await Event.find(found.event_id)
    code = request.path_params["code"]
    return page(
        request,
        "registrations/new_address.html",
        event=event,
        address=changes.wished_address(_person(request, found), code, clock.now()),
        action=request.url.path,
    )


async def _find_mover(request: Request) -> Registration:
    """By its id, which opens nothing: the letter to the new address may reach a stranger, so it holds no own link."""
    try:
        found = await Registration.get_or_none(id=uuid.UUID(request.path_params["moving"]), erased=False)
    except ValueError:
        found = None
    if found is None:
        raise NoSuchRegistration()
    return found


async def take_address(request: Request) -> Response:
    found = await _find_mover(request)
    await typed_into(request)
    code = request.path_params["code"]
    token = await changes.take_new_address(found.id, code, office=office_of(request), now=clock.now())
    return _back(
        request,
        N_("Your registration now uses this address. The old link does not work any more."),
        token=token,
    )


async def pass_on(request: Request) -> Response:
    found, event = await find(request)
    links_limit.knock(request, now=time.monotonic())
    form = colleague_form(await typed_into(request))
    if not form.validate():
        return await _own_page(request, found, event, status=422, colleague=form)
    await changes.pass_on(
        found.id,
        name=form.name.data or "",
        address=form.address.data or "",
        language=form.language.data,
        office=office_of(request),
        now=clock.now(),
    )
    return _back(request, N_("We have written to your colleague. You keep the place until they take it."))


async def own_data(request: Request) -> Response:
    """Everything the app holds about the registration, as JSON."""
    found, event = await find(request)
    history = await HistoryLine.filter(registration_id=found.id).order_by("number")
    held = changes.my_data(found, office=office_of(request), history=list(history))
    questions = await questions_of(event.id, retired=True)
    said = said_answers(questions, _person(request, found).answers)
    held["answers"] = [{"question": choose(each.label), "answer": words} for each, words in said]
    content = json.dumps({"event": event.slug, **held}, ensure_ascii=False, indent=2).encode()
    return download(content, name=f"{event.slug}.json", media_type="application/json")


async def erasure(request: Request) -> Response:
    found, event = await find(request)
    await typed_into(request)
    await changes.erase(found.id, office=office_of(request), now=clock.now())
    sentence = N_("Your data is deleted. This link does not work any more.")
    return see_other(f"/events/{event.slug}", flash=Flash("success", translate(sentence)))


async def own_calendar(request: Request) -> Response:
    """The entry to download, with the UID of the invitation, so that a calendar holds it once."""
    found, event = await find(request)
    if found.status != Status.CONFIRMED:
        raise NoSuchRegistration()
    entry = await _entry(request, found, event, _person(request, found))
    return download(itip.publish(entry), name=f"{event.slug}.ics", media_type=CALENDAR_TYPE)


_OWN = "/registrations/{token}"

routes = [
    Route(f"{_OWN}.ics", own_calendar),
    Route(_OWN, show, methods=["GET"]),
    Route(f"{_OWN}/cancellation", cancellation, methods=["POST"]),
    Route(f"{_OWN}/final-cancellation", final_cancellation, methods=["POST"]),
    Route(f"{_OWN}/return", returning, methods=["POST"]),
    Route(f"{_OWN}/confirmation", address_confirmation, methods=["POST"]),
    Route(f"{_OWN}/offer", offer_taken, methods=["POST"]),
    Route(f"{_OWN}/mode", other_mode, methods=["POST"]),
    Route(f"{_OWN}/details", details, methods=["POST"]),
    Route(f"{_OWN}/address", ask_address, methods=["POST"]),
    Route("/registrations/{moving}/address/{code}", new_address, methods=["GET"]),
    Route("/registrations/{moving}/address/{code}", take_address, methods=["POST"]),
    Route(f"{_OWN}/colleague", pass_on, methods=["POST"]),
    Route(f"{_OWN}/data.json", own_data),
    Route(f"{_OWN}/erasure", erasure, methods=["POST"]),
]
