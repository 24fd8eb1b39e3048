"""POSTs of the own page that change what is known of a person: details, address, passing on, erasing."""

import json
import time
import uuid

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, choose, translate
from events_app.linking import actions as linking
from events_app.personal.forms import BringForm, colleague_form, company_form
from events_app.personal.pages.own import (
    back_to,
    company_of,
    details_of,
    find,
    is_ahead,
    own_page,
    person_behind,
)
from events_app.questions.answers import merged
from events_app.questions.models import questions_of
from events_app.questions.wording import said_answers
from events_app.registrations.actions import changing, forgetting, leaving
from events_app.registrations.forms import AddressForm
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.rules import Guest, NoSuchRegistration
from events_app.web.forms import typed_into
from events_app.web.limits import Limit
from events_app.web.responses import Flash, download, page, see_other

letters_limit = Limit(20, seconds=3600)
"""Letters to others that one person causes from their own page, wherever they sit."""


async def details(request: Request) -> Response:
    found, event = await find(request)
    person, questions = person_behind(request, found), await questions_of(event.id, retired=True)
    filled = details_of(found, person, questions, await typed_into(request))
    if not filled.form.validate():
        return await own_page(request, found, event, status=422, details=filled)
    if filled.asking.new:
        return await own_page(request, found, event, details=filled)
    act = act_of(request, found.id)
    await changing.change_answers(
        found.id,
        name=filled.form.name.data or "",
        needs=filled.form.needs.data or "",
        answers=merged(person.answers, filled.asking.answers(), questions, mode=found.mode),
        act=act,
    )
    await changing.change_language(found.id, filled.form.language.data, act=act)
    return back_to(request, N_("What you changed is saved."))


async def ask_address(request: Request) -> Response:
    """Write to the new address; the answer is the same whatever that address is."""
    found, event = await find(request)
    letters_limit.count(found.id.hex, now=time.monotonic())
    form = AddressForm(await typed_into(request))
    if not form.validate():
        return await own_page(request, found, event, status=422, address=form)
    await linking.ask_new_address(found.id, form.address.data or "", act=act_of(request, found.id))
    return back_to(
        request,
        N_("We have written to the new address. Nothing changes until the link in that email is opened."),
    )


async def new_address(request: Request) -> Response:
    """GET, from the letter to the new address: one button, nothing else; and the address only for its code."""
    found = await _find_mover(request)
    event = await Event.find(found.event_id)
    code = request.path_params["code"]
    return page(
        request,
        "personal/new_address.html",
        event=event,
        address=linking.wished_address(person_behind(request, found), code, clock.now()),
        action=request.url.path,
    )


async def _find_mover(request: Request) -> Registration:
    """By its id, which opens nothing: the letter to the new address may reach a stranger, so it holds no own link."""
    found = await Registration.get_or_none(id=request.path_params["moving"], erased=False)
    if found is None:
        raise NoSuchRegistration()
    return found


async def take_address(request: Request) -> Response:
    found = await _find_mover(request)
    await typed_into(request)
    code = request.path_params["code"]
    token = await linking.take_new_address(found.id, code, act=act_of(request, found.id))
    return back_to(
        request,
        N_("Your registration now uses this address. The old link does not work any more."),
        token=token,
    )


async def pass_on(request: Request) -> Response:
    found, event = await find(request)
    letters_limit.count(found.id.hex, now=time.monotonic())
    form = colleague_form(await typed_into(request))
    if not form.validate():
        return await own_page(request, found, event, status=422, colleague=form)
    await changing.pass_on(
        found.id,
        name=form.name.data or "",
        address=form.address.data or "",
        language=form.language.data,
        act=act_of(request, found.id),
    )
    return back_to(request, N_("We have written to your colleague. You keep the seat until they take it."))


async def bring(request: Request) -> Response:
    """A colleague comes along, as long as there is a place for them."""
    found, event = await find(request)
    letters_limit.count(found.id.hex, now=time.monotonic())
    form = BringForm(await typed_into(request))
    if not form.validate():
        return await own_page(request, found, event, status=422, bringing=form)
    guest = Guest(form.name.data or "", form.address.data or "")
    try:
        await changing.bring(found.id, guest, act=act_of(request, found.id))
    except Conflict as refusal:
        return await own_page(request, found, event, status=409, refusal=say(refusal), bringing=form)
    return back_to(request, N_("They come with you now, and have a seat."))


async def take_out(request: Request) -> Response:
    """One of those whom the person registered does not come."""
    found, event = await find(request)
    who = str((await typed_into(request)).get("who", ""))
    chosen = next((each for each in await company_of(request, found) if each.key == who), None)
    if chosen is None:
        return await own_page(request, found, event)
    await leaving.take_out(found.id, uuid.UUID(hex=chosen.key), act=act_of(request, found.id))
    return back_to(request, N_("They are removed from your registration. The others stay as they were."))


async def own_data(request: Request) -> Response:
    """Everything the app holds about the registration, as JSON."""
    found, event = await find(request)
    history = await HistoryLine.filter(registration_id=found.id).order_by("number")
    held = forgetting.my_data(found, act=act_of(request, found.id), history=list(history))
    questions = await questions_of(event.id, retired=True)
    said = said_answers(questions, person_behind(request, found).answers)
    held["answers"] = [{"question": choose(each.label), "answer": words} for each, words in said]
    content = json.dumps({"event": event.slug, **held}, ensure_ascii=False, indent=2).encode()
    return download(content, name=f"{event.slug}.json", media_type="application/json")


async def erasure(request: Request) -> Response:
    found, event = await find(request)
    typed, company = await typed_into(request), await company_of(request, found)
    if company and found.party == found.id and is_ahead(event):
        form = company_form(company, typed)
        if not form.validate():
            return await own_page(request, found, event, status=422, staying=form)
        if form.company.data == "stay":
            await leaving.let_company_stay(found.id, form.addresses(), act=act_of(request, found.id))
    await forgetting.erase(found.id, act=act_of(request, found.id))
    sentence = N_("Your data is deleted. This link does not work any more.")
    return see_other(f"/events/{event.slug}", flash=Flash("success", translate(sentence)))
