"""A person's own page, opened by a mailed link: what they have, and everything they may do about it.

Opening any of these pages changes nothing, because mail scanners open links: every act is a POST.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.calendar import itip, links
from events_app.calendar.entry import Entry
from events_app.errors import Conflict, say
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.where import place_of
from events_app.events.rules import MODE_NAMES, Opening
from events_app.house import act_of, office_of, reader_of
from events_app.i18n import N_, choose, translate, use_language
from events_app.optouts.actions import has_opted_out
from events_app.personal.forms import (
    BringForm,
    ColleagueForm,
    Companion,
    CompanyForm,
    DetailsForm,
    colleague_form,
    company_form,
    details_form,
)
from events_app.personal.models import place_in_line
from events_app.publishing.pages.pictures import colours_of
from events_app.questions.forms.fields import Asking, ask
from events_app.questions.models import Question, questions_of
from events_app.questions.wording import said_answers
from events_app.registrations.actions import changing, deciding, leaving
from events_app.registrations.emails import entry_of
from events_app.registrations.facts import Person, event_facts, letter_facts
from events_app.registrations.forms import AddressForm
from events_app.registrations.models import Registration, party_of
from events_app.registrations.pages.receipt import RECEIPT_MARK, show_receipt
from events_app.registrations.places import may_still_bring
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Due, NoSuchRegistration, Status
from events_app.registrations.told import sequence_of
from events_app.web.forms import typed_into, with_ids
from events_app.web.responses import CALENDAR_TYPE, Flash, download, page, see_other


async def show(request: Request) -> Response:
    """The receipt after the form, or the person's own page, whichever the address opens."""
    token = request.path_params["token"]
    if token.startswith(RECEIPT_MARK):
        return await show_receipt(request, token)
    found, event = await find(request)
    return await own_page(request, found, event)


async def find(request: Request) -> tuple[Registration, Event]:
    found = await Registration.find_by_token(request.path_params["token"])
    return found, await Event.find(found.event_id)


def person_behind(request: Request, found: Registration) -> Person:
    return reveal_person(found, vault=office_of(request).vault, reader=reader_of(request, found.id))


async def own_page(
    request: Request,
    found: Registration,
    event: Event,
    *,
    status: int = 200,
    refusal: str = "",
    details: "Details | None" = None,
    colleague: ColleagueForm | None = None,
    address: AddressForm | None = None,
    staying: CompanyForm | None = None,
    bringing: BringForm | None = None,
) -> Response:
    person = person_behind(request, found)
    now = clock.now()
    questions = await questions_of(event.id, retired=True)
    details = details or details_of(found, person, questions)
    return page(
        request,
        "personal/own.html",
        status=status,
        event=event,
        colours_url=colours_of(await hosts_of(event.id)),
        place=place_of(event),
        registration=found,
        person=person,
        token=request.path_params["token"],
        opening=event.opening(now).value,
        has_begun=now >= event.starts_at,
        in_line=await place_in_line(found) if found.waitlist_order is not None else 0,
        due=_due(found, event),
        bringing=with_ids(bringing or BringForm(), "bringing"),
        **_with_company(found, event, await company_of(request, found), staying),
        calendars=await _calendars(request, found, event, person)
        if found.status == Status.CONFIRMED
        else None,
        wants_no_letters=await has_opted_out(event.id, person.address, vault=office_of(request).vault),
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


def _with_company(
    found: Registration, event: Event, company: list[Companion], staying: CompanyForm | None
) -> dict[str, Any]:
    """What the page says of those who came together with this person, and lets them do."""
    has_room = len(company) < event.most_guests
    return {
        "company": company,
        "leads": found.party == found.id,
        "may_bring": has_room and may_still_bring(found, event, clock.now()),
        "staying": with_ids(staying or company_form(company), "staying"),
    }


async def company_of(request: Request, found: Registration) -> list[Companion]:
    """Those who came together with this person."""
    others = [each for each in await party_of(found) if each.id != found.id]
    opened = [(each.id, person_behind(request, each)) for each in others]
    return [Companion(row_id.hex, person.name, bool(person.address)) for row_id, person in opened]


@dataclass(frozen=True)
class Details:
    """What a person told us, in a form to change it, with the event's own questions that concern them."""

    form: DetailsForm
    asking: Asking


def details_of(
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
        facts = letter_facts(found, person, about, office=office, now=clock.now())
        return entry_of({**facts, "sequence": await sequence_of(found, event)})


def is_ahead(event: Event) -> bool:
    """Whether there is still something to cancel."""
    return event.opening(clock.now()) not in {Opening.PAST, Opening.CANCELLED}


def back_to(request: Request, sentence: str, *, token: str = "") -> Response:
    """To the own page, which says `sentence` in the notice that says how things stand: so it need not say that."""
    path = f"/registrations/{token or request.path_params['token']}"
    return see_other(path, flash=Flash("success", translate(sentence)))


async def cancellation(request: Request) -> Response:
    """The person cancels; a seat stays held for a while, so that a slip costs nothing."""
    found, _event = await find(request)
    await typed_into(request)
    left = await leaving.leave(found.id, act=act_of(request, found.id))
    if left.live is None:
        return back_to(request, N_("Thank you for making room."))
    return see_other(f"/registrations/{request.path_params['token']}")


async def final_cancellation(request: Request) -> Response:
    """Give the held place back now, for the next in line."""
    found, _event = await find(request)
    await typed_into(request)
    await leaving.cancel(found.id, act=act_of(request, found.id))
    return back_to(request, N_("Thank you for making room."))


async def returning(request: Request) -> Response:
    found, event = await find(request)
    await typed_into(request)
    try:
        await leaving.stay(found.id, act=act_of(request, found.id))
    except Conflict as refusal:
        return await own_page(request, found, event, status=409, refusal=say(refusal))
    if found.answer == "DECLINED":
        return back_to(request, N_("You keep your seat. A new invitation is on its way by email."))
    return back_to(request, N_("Your cancellation has been undone."))


async def address_confirmation(request: Request) -> Response:
    """The address the person registered with is theirs."""
    found, _event = await find(request)
    await typed_into(request)
    await leaving.confirm_address(found.id, act=act_of(request, found.id))
    return back_to(request, N_("Thank you, your address is confirmed."))


async def offer_taken(request: Request) -> Response:
    found, event = await find(request)
    await typed_into(request)
    try:
        await deciding.accept_offer(found.id, act=act_of(request, found.id))
    except Conflict as refusal:
        return await own_page(request, found, event, status=409, refusal=say(refusal))
    return back_to(request, N_("Your calendar invitation is on its way by email."))


async def other_mode(request: Request) -> Response:
    found, event = await find(request)
    mode = str((await typed_into(request)).get("mode", ""))
    try:
        await changing.switch_mode(found.id, mode, act=act_of(request, found.id))
    except Conflict as refusal:
        return await own_page(request, found, event, status=409, refusal=say(refusal))
    return back_to(request, N_("Changed. An email brings the new invitation."))


async def own_calendar(request: Request) -> Response:
    """The entry to download, with the UID of the invitation, so that a calendar holds it once."""
    found, event = await find(request)
    if found.status != Status.CONFIRMED:
        raise NoSuchRegistration()
    entry = await _entry(request, found, event, person_behind(request, found))
    return download(itip.publish(entry), name=f"{event.slug}.ics", media_type=CALENDAR_TYPE)
