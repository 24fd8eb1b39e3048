"""The way to find one's own page again: by the address, or by a letter's button; and the way back from the receipt."""

import time
import uuid

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event
from events_app.house import act_of, office_of
from events_app.i18n import N_, translate
from events_app.linking import actions
from events_app.registrations.forms import AddressForm
from events_app.registrations.pages.receipt import may_retract, open_receipt, opened_piece, sealed_piece
from events_app.registrations.rules import NoSuchRegistration
from events_app.web.forms import typed_into
from events_app.web.limits import Brake
from events_app.web.responses import Flash, page, see_other

LINK_ASKED = "link asked"

links_brake = Brake(300, seconds=3600, most=3000)
"""Everybody behind one Wi-Fi may look for their link in one hour; letters to one address are counted apart."""


async def mine(request: Request) -> Response:
    event = await Event.find_public(request.path_params["slug"])
    return page(request, "linking/mine.html", event=event, form=AddressForm(), sent_to="")


async def mail_link(request: Request) -> Response:
    """Ask for the personal link. The answer is the same whether anybody registered with that address or not."""
    event = await Event.find_public(request.path_params["slug"])
    await links_brake.slow(request, now=time.monotonic())
    form = AddressForm(await typed_into(request))
    if not form.validate():
        return page(request, "linking/mine.html", status=422, event=event, form=form, sent_to="")
    address, office, now = form.address.data or "", office_of(request), clock.now()
    await actions.ask_link(event.id, address, act=act_of(request))
    asked = sealed_piece(
        {"event": str(event.id), "address": address}, LINK_ASKED, vault=office.vault, now=now
    )
    return see_other(f"/events/{event.slug}/mine/{asked}")


async def link_asked(request: Request) -> Response:
    """Where we write to, if that address is registered: the same page whether it is, and reloading it sends nothing.
    After `RECEIPT_LIFE` it is the empty form again."""
    event = await Event.find_public(request.path_params["slug"])
    try:
        vault = office_of(request).vault
        said = opened_piece(request.path_params["asked"], LINK_ASKED, vault=vault, now=clock.now())
    except NoSuchRegistration:
        return see_other(f"/events/{event.slug}/mine")
    if said["event"] != str(event.id):
        return see_other(f"/events/{event.slug}/mine")
    return page(request, "linking/mine.html", event=event, form=AddressForm(), sent_to=said["address"])


async def way_back(request: Request) -> Response:
    """GET, from a letter with a calendar part: one button. It looks the same for a link that we never made."""
    event = await Event.find_public(request.path_params["slug"])
    return page(request, "linking/way_back.html", event=event, is_sent=False)


async def mail_own_page(request: Request) -> Response:
    """POST: the link to the own page is to be mailed to the registration's address; the answer is always the same."""
    event = await Event.find_public(request.path_params["slug"])
    await links_brake.slow(request, now=time.monotonic())
    await typed_into(request)
    await actions.ask_link_by_key(event.id, request.path_params["key"], act=act_of(request))
    return see_other(f"/events/{event.slug}/own")


async def own_page_sent(request: Request) -> Response:
    """Reloading it sends nothing."""
    event = await Event.find_public(request.path_params["slug"])
    return page(request, "linking/way_back.html", event=event, is_sent=True)


async def retraction(request: Request) -> Response:
    """POST, from the receipt: the address was wrong. The answer is the same whether anything was taken back."""
    now = clock.now()
    said = open_receipt(request.path_params["receipt"], vault=office_of(request).vault, now=now)
    await typed_into(request)
    event = await Event.find(said["event"])
    if not may_retract(said, now):
        raise NoSuchRegistration()
    is_new, registration_id = bool(said["is_new"]), uuid.UUID(hex=said["retracts"])
    code_id = uuid.UUID(hex=said["code"]) if said.get("code") else None
    await actions.retract(event.id, registration_id, is_new=is_new, code_id=code_id, act=act_of(request))
    sentence = N_(
        "What you sent a moment ago does not count any more. Please register with the right address."
    )
    return see_other(f"/events/{event.slug}/register", flash=Flash("info", translate(sentence)))
