"""The page after the form."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.calendar import links
from events_app.clock import milliseconds
from events_app.events.models.event import Event, EventHost, hosts_of
from events_app.events.models.where import place_of
from events_app.house import office_of
from events_app.publishing.feeds.calendar import entry_of
from events_app.publishing.pages.pictures import colours_of
from events_app.registrations.actions.registering import Receipt
from events_app.registrations.rules import NoSuchRegistration
from events_app.vault import Reader, SealBroken, Vault
from events_app.web.responses import page

RECEIPT_LIFE = timedelta(minutes=30)
RETRACTABLE = timedelta(minutes=15)
"""So long whoever registered with a wrong address may take that back, by the receipt alone."""


RECEIPT_MARK = "r."


def receipt_token(receipt: Receipt, *, vault: Vault, now: datetime) -> str:
    """The receipt as an address: sealed, so that it says nothing to others, and needing no row, so that a repeated
    address gets one that looks and works like a new one's."""
    said = {
        "event": str(receipt.event_id),
        "status": receipt.status.value,
        "mode": receipt.mode,
        "address": receipt.address,
        "confirms_address": receipt.confirms_address,
        # As long for an address that was here before: what can be taken back, and whether there is anything.
        "retracts": receipt.registration_id.hex if receipt.registration_id else "",
        "is_new": int(receipt.is_new),
        "code": receipt.code_id.hex if receipt.code_id else "",
        "retractable_until": milliseconds(now + RETRACTABLE),
    }
    return RECEIPT_MARK + sealed_piece(said, "receipt", vault=vault, now=now)


def open_receipt(token: str, *, vault: Vault, now: datetime) -> Mapping[str, Any]:
    return opened_piece(token.removeprefix(RECEIPT_MARK), "receipt", vault=vault, now=now)


def sealed_piece(said: Mapping[str, Any], context: str, *, vault: Vault, now: datetime) -> str:
    """What a page is to say, for `RECEIPT_LIFE`, as a piece of its address."""
    blob = vault.seal("site", context, {**said, "until": (now + RECEIPT_LIFE).isoformat()})
    return base64.urlsafe_b64encode(blob).decode().rstrip("=")


def opened_piece(text: str, context: str, *, vault: Vault, now: datetime) -> Mapping[str, Any]:
    """What `sealed_piece` closed, while it is fresh. Refuses `NoSuchRegistration`."""
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        said = vault.reveal("site", context, blob, Reader("own link", "receipt"))
    except (SealBroken, binascii.Error, ValueError):
        raise NoSuchRegistration() from None
    if datetime.fromisoformat(str(said["until"])) < now:
        raise NoSuchRegistration()
    return said


async def show_receipt(request: Request, token: str) -> Response:
    said = open_receipt(token, vault=office_of(request).vault, now=clock.now())
    event = await Event.find_any(said["event"])
    hosts = await hosts_of(event.id)
    return page(
        request,
        "registrations/receipt.html",
        event=event,
        colours_url=colours_of(hosts),
        calendars=_calendars(request, event, hosts),
        place=place_of(event),
        status_now=said["status"],
        mode=said["mode"],
        address=said["address"],
        confirms_address=said["confirms_address"],
        retraction=f"/registrations/{token}/retraction" if may_retract(said, clock.now()) else "",
    )


def may_retract(said: Mapping[str, Any], now: datetime) -> bool:
    return bool(said.get("retracts")) and int(said["retractable_until"]) > milliseconds(now)


def _calendars(request: Request, event: Event, hosts: Sequence[EventHost]) -> dict[str, str]:
    """Links that put a copy of the public entry into a web calendar: nothing of the person is in it."""
    entry = entry_of(event, hosts, site=office_of(request).site)
    return {"google": links.google(entry), "outlook": links.outlook(entry), "office": links.office(entry)}
