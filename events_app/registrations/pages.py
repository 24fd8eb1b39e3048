"""What a person sees who registers: the form, the receipt, their own page, and the way to find it again."""

import base64
import binascii
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.calendar import itip
from events_app.errors import Conflict
from events_app.events.models import Event, consent_of, hosts_of, place_of
from events_app.events.pages import host_views
from events_app.i18n import N_, choose, language_of, ngettext, translate, use_language
from events_app.registrations import actions
from events_app.registrations.actions import Receipt
from events_app.registrations.emails import entry_of, event_facts, letter_facts
from events_app.registrations.forms import AddressForm, RegistrationForm, applicant_of, registration_form
from events_app.registrations.models import Registration, place_in_line
from events_app.registrations.places import room_of
from events_app.registrations.posting import Office, reveal_person
from events_app.registrations.rules import NoSuchRegistration, Room, Status
from events_app.vault import Reader, SealBroken, Vault
from events_app.web.forms import typed_into
from events_app.web.limits import Limit
from events_app.web.responses import CALENDAR_TYPE, Flash, download, page, see_other

RECEIPT_LIFE = timedelta(minutes=30)
RECEIPT_MARK = "r."

registrations_limit = Limit(60, seconds=3600)
links_limit = Limit(20, seconds=3600)


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


async def registration(request: Request) -> Response:
    """The form. A page that only looks, so it changes nothing and says the door's state where there is no form."""
    event = await Event.find_public(request.path_params["slug"])
    return await _show_form(request, event, await _form_for(event))


async def create(request: Request) -> Response:
    event = await Event.find_public(request.path_params["slug"])
    registrations_limit.knock(request, now=time.monotonic())
    form = await _form_for(event, await typed_into(request))
    if not form.validate():
        return await _show_form(request, event, form, status=422)
    applicant = applicant_of(form, modes=event.modes, consent_version=event.consent_version)
    office = office_of(request)
    try:
        receipt = await actions.register(event.id, applicant, office=office, now=clock.now())
    except Conflict as refusal:
        return await _show_form(request, event, form, status=409, refusal=refusal)
    return see_other(f"/registrations/{_receipt_token(receipt, vault=office.vault, now=clock.now())}")


async def _form_for(event: Event, typed: Any = None) -> RegistrationForm:
    notes: dict[str, str] = {}
    for mode in event.modes:
        notes[mode] = say_places(await room_of(event, mode), keeps_waitlist=event.keeps_waitlist)
    asks_consent = bool(event.consent_version)
    return registration_form(typed, modes=event.modes, mode_notes=notes, asks_consent=asks_consent)


def say_places(room: Room, *, keeps_waitlist: bool) -> str:
    """'12 places left', 'Full: waiting list'; nothing where there is no limit."""
    if room.free is None:
        return ""
    if room.free > 0 and room.waiting == 0:
        return ngettext("%(n)s place left", "%(n)s places left", room.free)
    return translate(N_("Full, waiting list open")) if keeps_waitlist else translate(N_("Full"))


async def _show_form(
    request: Request,
    event: Event,
    form: RegistrationForm,
    *,
    status: int = 200,
    refusal: Conflict | None = None,
) -> Response:
    consent = await consent_of(event)
    rooms = {mode: await room_of(event, mode) for mode in event.modes}
    return page(
        request,
        "registrations/register.html",
        status=status,
        event=event,
        form=form,
        hosts=host_views(await hosts_of(event.id)),
        place=place_of(event),
        door=event.door(clock.now()).value,
        consent_text=choose(consent),
        consent_language=language_of(consent),
        refusal=translate(refusal.sentence, **refusal.values) if refusal else "",
        only_mode=event.modes[0].value if len(event.modes) == 1 else "",
        will_wait=all(room.free == 0 or room.waiting for room in rooms.values()),
        places={mode: say_places(room, keeps_waitlist=event.keeps_waitlist) for mode, room in rooms.items()},
    )


def _receipt_token(receipt: Receipt, *, vault: Vault, now: datetime) -> str:
    """The receipt as an address: sealed, so that it says nothing to others, and needing no row, so that a repeated
    address gets one that looks and works like a new one's."""
    blob = vault.seal(
        "site",
        "receipt",
        {
            "event": str(receipt.event_id),
            "status": receipt.status.value,
            "mode": receipt.mode,
            "address": receipt.address,
            "until": (now + RECEIPT_LIFE).isoformat(),
        },
    )
    return RECEIPT_MARK + base64.urlsafe_b64encode(blob).decode().rstrip("=")


def _open_receipt(token: str, *, vault: Vault, now: datetime) -> Mapping[str, Any]:
    text = token.removeprefix(RECEIPT_MARK)
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        said = vault.reveal("site", "receipt", blob, Reader("own link", "receipt"))
    except (SealBroken, binascii.Error, ValueError):
        raise NoSuchRegistration() from None
    if datetime.fromisoformat(str(said["until"])) < now:
        raise NoSuchRegistration()
    return said


async def show(request: Request) -> Response:
    """The receipt after the form, or the person's own page, whichever the address opens."""
    token = request.path_params["token"]
    if token.startswith(RECEIPT_MARK):
        return await _show_receipt(request, token)
    return await _show_own_page(request, token)


async def _show_receipt(request: Request, token: str) -> Response:
    said = _open_receipt(token, vault=office_of(request).vault, now=clock.now())
    event = await Event.find(said["event"])
    return page(
        request,
        "registrations/receipt.html",
        event=event,
        hosts=host_views(await hosts_of(event.id)),
        place=place_of(event),
        status_now=said["status"],
        mode=said["mode"],
        address=said["address"],
    )


async def _show_own_page(request: Request, token: str) -> Response:
    found = await Registration.find_by_token(token)
    event = await Event.find(found.event_id)
    vault = office_of(request).vault
    person = reveal_person(found, vault=vault, reader=Reader("own link", str(found.id)))
    return page(
        request,
        "registrations/own.html",
        event=event,
        hosts=host_views(await hosts_of(event.id)),
        place=place_of(event),
        registration=found,
        person=person,
        token=token,
        door=event.door(clock.now()).value,
        in_line=await place_in_line(found) if found.status == Status.WAITLISTED else 0,
    )


async def cancellation(request: Request) -> Response:
    """POST: give the place back. Opening a link never does it, because mail scanners open links."""
    found = await Registration.find_by_token(request.path_params["token"])
    await typed_into(request)
    await actions.cancel(found.id, office=office_of(request), now=clock.now())
    flash = Flash("success", translate(N_("Your registration is cancelled. Thank you for making room.")))
    return see_other(f"/registrations/{request.path_params['token']}", flash=flash)


async def own_calendar(request: Request) -> Response:
    """The entry to download, with the UID of the invitation, so that a calendar holds it once."""
    found = await Registration.find_by_token(request.path_params["token"])
    if found.status != Status.CONFIRMED:
        raise NoSuchRegistration()
    event, office, now = await Event.find(found.event_id), office_of(request), clock.now()
    person = reveal_person(found, vault=office.vault, reader=Reader("own link", str(found.id)))
    with use_language(found.language):
        about = event_facts(event, await hosts_of(event.id), language=found.language, site=office.site)
        entry = entry_of(letter_facts(found, person, about, site=office.site, now=now))
        return download(itip.publish(entry), name=f"{event.slug}.ics", media_type=CALENDAR_TYPE)


async def mine(request: Request) -> Response:
    event = await Event.find_public(request.path_params["slug"])
    return page(request, "registrations/mine.html", event=event, form=AddressForm(), sent_to="")


async def mail_link(request: Request) -> Response:
    """Mail the personal link. The answer is the same whether anybody registered with that address or not."""
    event = await Event.find_public(request.path_params["slug"])
    links_limit.knock(request, now=time.monotonic())
    form = AddressForm(await typed_into(request))
    if not form.validate():
        return page(request, "registrations/mine.html", status=422, event=event, form=form, sent_to="")
    await actions.send_link(event.id, form.address.data or "", office=office_of(request), now=clock.now())
    return page(request, "registrations/mine.html", event=event, form=form, sent_to=form.address.data)


routes = [
    Route("/events/{slug}/register", registration, methods=["GET"]),
    Route("/events/{slug}/register", create, methods=["POST"]),
    Route("/events/{slug}/mine", mine, methods=["GET"]),
    Route("/events/{slug}/mine", mail_link, methods=["POST"]),
    Route("/registrations/{token}.ics", own_calendar),
    Route("/registrations/{token}", show, methods=["GET"]),
    Route("/registrations/{token}/cancellation", cancellation, methods=["POST"]),
]
