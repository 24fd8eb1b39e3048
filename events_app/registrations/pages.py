"""What a person sees who registers: the form, the receipt, and the way to find their own page again."""

import base64
import binascii
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.errors import Conflict
from events_app.events.models import Event, EventHost, consent_of, hosts_of, place_of
from events_app.events.pages import colours_of
from events_app.events.rules import Mode, ShowsPlaces, Texts
from events_app.i18n import N_, choose, language_of, ngettext, translate
from events_app.registrations import actions
from events_app.registrations.actions import Receipt
from events_app.registrations.answers import questions_of
from events_app.registrations.forms import (
    AddressForm,
    RegistrationForm,
    applicant_of,
    registration_form,
    say_beside_modes,
)
from events_app.registrations.forms_questions import Asking, ask, mode_typed
from events_app.registrations.places import room_of
from events_app.registrations.posting import Office
from events_app.registrations.rules import NoSuchRegistration, Room
from events_app.vault import Reader, SealBroken, Vault
from events_app.web.forms import typed_into
from events_app.web.limits import Limit
from events_app.web.responses import page, see_other

RECEIPT_LIFE = timedelta(minutes=30)
RECEIPT_MARK = "r."
LINK_ASKED = "link asked"

registrations_limit = Limit(300, seconds=3600)
"""A whole room behind one Wi-Fi registers in an hour; more than that is nobody's audience."""
links_limit = Limit(20, seconds=3600)


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


@dataclass(frozen=True)
class Around:
    """What the form's page shows besides the form, asked of the database once."""

    rooms: Mapping[Mode, Room]
    consent: Texts
    hosts: Sequence[EventHost]


async def look_around(event: Event) -> Around:
    rooms = {mode: await room_of(event, mode) for mode in event.modes}
    return Around(rooms, await consent_of(event), await hosts_of(event.id))


@dataclass(frozen=True)
class Seats:
    """What the event's page says of its places: in words by mode, and whether a newcomer would have to wait."""

    will_wait: bool
    words: Mapping[Mode, str]


async def seats_of(event: Event) -> Seats:
    """For the event's page, which stands below registrations: app.py hands this down."""
    return say_seats({mode: await room_of(event, mode) for mode in event.modes}, event)


def say_seats(rooms: Mapping[Mode, Room], event: Event) -> Seats:
    will_wait = all(room.free == 0 or room.waiting for room in rooms.values())
    return Seats(will_wait, {mode: say_places(room, event) for mode, room in rooms.items()})


async def registration(request: Request) -> Response:
    """The form. A page that only looks, so it changes nothing and says the door's state where there is no form."""
    event = await Event.find_public(request.path_params["slug"])
    filled = await _form_for(event)
    filled.form.code.data = request.query_params.get("code", "")[:80]
    return await _show_form(request, event, filled)


async def create(request: Request) -> Response:
    event = await Event.find_public(request.path_params["slug"])
    registrations_limit.knock(request, now=time.monotonic())
    filled = await _form_for(event, await typed_into(request))
    if not filled.form.validate():
        return await _show_form(request, event, filled, status=422)
    if filled.asking.new:
        return await _show_form(request, event, filled)
    applicant = applicant_of(filled.form, modes=event.modes, consent_version=event.consent_version)
    applicant = replace(applicant, answers=filled.asking.answers())
    office = office_of(request)
    try:
        receipt = await actions.register(event.id, applicant, office=office, now=clock.now())
    except Conflict as refusal:
        return await _show_form(request, event, filled, status=409, refusal=refusal)
    return see_other(f"/registrations/{_receipt_token(receipt, vault=office.vault, now=clock.now())}")


@dataclass(frozen=True)
class Filled:
    """The form as far as it is filled, and the event's own questions in it that concern this person."""

    form: RegistrationForm
    asking: Asking


async def _form_for(event: Event, typed: FormData | None = None) -> Filled:
    form = registration_form(
        typed,
        modes=event.modes,
        consent_version=event.consent_version,
        most_guests=event.most_guests,
    )
    mode = mode_typed(form, event.modes)
    return Filled(form, ask(form, await questions_of(event.id), mode=mode, typed=typed))


FEW = 5


def say_places(room: Room, event: Event) -> str:
    """'12 places left', 'Full: waiting list', as exactly as the organizer wants it; nothing where there is no limit."""
    if room.free is None:
        return ""
    if room.free > 0 and room.waiting == 0:
        shown = event.shows_places == ShowsPlaces.EXACT or (
            event.shows_places == ShowsPlaces.FEW and room.free <= FEW
        )
        return ngettext("%(n)s place left", "%(n)s places left", room.free) if shown else ""
    return translate(N_("Full, waiting list open")) if event.keeps_waitlist else translate(N_("Full"))


async def _show_form(
    request: Request,
    event: Event,
    filled: Filled,
    *,
    status: int = 200,
    refusal: Conflict | None = None,
) -> Response:
    around = await look_around(event)
    seats = say_seats(around.rooms, event)
    say_beside_modes(filled.form, seats.words)
    return page(
        request,
        "registrations/register.html",
        status=status,
        event=event,
        form=filled.form,
        asking=filled.asking,
        more=bool(filled.asking.new) and status == 200,
        colours_url=colours_of(around.hosts),
        place=place_of(event),
        door=event.door(clock.now()).value,
        consent_text=choose(around.consent),
        consent_language=language_of(around.consent),
        refusal=translate(refusal.sentence, **refusal.values) if refusal else "",
        only_mode=event.modes[0].value if len(event.modes) == 1 else "",
        will_wait=seats.will_wait,
        places=seats.words,
    )


def _receipt_token(receipt: Receipt, *, vault: Vault, now: datetime) -> str:
    """The receipt as an address: sealed, so that it says nothing to others, and needing no row, so that a repeated
    address gets one that looks and works like a new one's."""
    said = {
        "event": str(receipt.event_id),
        "status": receipt.status.value,
        "mode": receipt.mode,
        "address": receipt.address,
        "confirms_address": receipt.confirms_address,
    }
    return RECEIPT_MARK + _sealed(said, "receipt", vault=vault, now=now)


def _open_receipt(token: str, *, vault: Vault, now: datetime) -> Mapping[str, Any]:
    return _opened(token.removeprefix(RECEIPT_MARK), "receipt", vault=vault, now=now)


def _sealed(said: Mapping[str, Any], context: str, *, vault: Vault, now: datetime) -> str:
    """What a page is to say, for `RECEIPT_LIFE`, as a piece of its address."""
    blob = vault.seal("site", context, {**said, "until": (now + RECEIPT_LIFE).isoformat()})
    return base64.urlsafe_b64encode(blob).decode().rstrip("=")


def _opened(text: str, context: str, *, vault: Vault, now: datetime) -> Mapping[str, Any]:
    """What `_sealed` closed, while it is fresh. Refuses `NoSuchRegistration`."""
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        said = vault.reveal("site", context, blob, Reader("own link", "receipt"))
    except (SealBroken, binascii.Error, ValueError):
        raise NoSuchRegistration() from None
    if datetime.fromisoformat(str(said["until"])) < now:
        raise NoSuchRegistration()
    return said


async def show_receipt(request: Request, token: str) -> Response:
    said = _open_receipt(token, vault=office_of(request).vault, now=clock.now())
    event = await Event.find(said["event"])
    return page(
        request,
        "registrations/receipt.html",
        event=event,
        colours_url=colours_of(await hosts_of(event.id)),
        place=place_of(event),
        status_now=said["status"],
        mode=said["mode"],
        address=said["address"],
        confirms_address=said["confirms_address"],
    )


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
    address, office, now = form.address.data or "", office_of(request), clock.now()
    await actions.send_link(event.id, address, office=office, now=now)
    asked = _sealed({"event": str(event.id), "address": address}, LINK_ASKED, vault=office.vault, now=now)
    return see_other(f"/events/{event.slug}/mine/{asked}")


async def link_asked(request: Request) -> Response:
    """Where we write to, if that address is registered: the same page whether it is, and reloading it sends nothing.
    After `RECEIPT_LIFE` it is the empty form again."""
    event = await Event.find_public(request.path_params["slug"])
    try:
        vault = office_of(request).vault
        said = _opened(request.path_params["asked"], LINK_ASKED, vault=vault, now=clock.now())
    except NoSuchRegistration:
        return see_other(f"/events/{event.slug}/mine")
    if said["event"] != str(event.id):
        return see_other(f"/events/{event.slug}/mine")
    return page(request, "registrations/mine.html", event=event, form=AddressForm(), sent_to=said["address"])


routes = [
    Route("/events/{slug}/register", registration, methods=["GET"]),
    Route("/events/{slug}/register", create, methods=["POST"]),
    Route("/events/{slug}/mine", mine, methods=["GET"]),
    Route("/events/{slug}/mine", mail_link, methods=["POST"]),
    Route("/events/{slug}/mine/{asked}", link_asked, methods=["GET"]),
]
