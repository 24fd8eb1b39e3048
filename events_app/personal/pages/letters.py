"""The way out of letters to many: a page with a button, which mail programs also press by themselves (RFC 8058)."""

import uuid

from starlette.requests import Request
from starlette.responses import Response

from events_app.acts import Act
from events_app.events.models.event import Event
from events_app.house import act_of, office_of
from events_app.i18n import N_
from events_app.optouts.actions import opt_in, opt_out
from events_app.personal.pages.own import back_to, find, person_behind
from events_app.registrations.facts import NO_LETTERS, row_of_key
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.posting import reveal_guest, reveal_person
from events_app.web.forms import typed_into
from events_app.web.responses import page


async def show(request: Request) -> Response:
    """GET changes nothing, because mail scanners open links."""
    event = await Event.find_public(request.path_params["slug"])
    return await _page(request, event, is_ours=_row_of(request, event) is not None)


async def stop(request: Request) -> Response:
    """POST, by a person or by their mail program, which follows no redirect: the answer is a page, the same for
    everybody whom we wrote to, whether they are still here or not. A link that somebody cut promises nothing."""
    event = await Event.find_public(request.path_params["slug"])
    row_id = _row_of(request, event)
    if row_id is None:
        return await _page(request, event, is_ours=False)
    wants_none_of_host = (await typed_into(request)).get("of") == "host"
    address = await _address_behind(event, row_id, act=act_of(request))
    if address:
        hosts = await event.hosts()
        host_id = hosts[0].organization_id if hosts and wants_none_of_host else None
        await opt_out(event, address, organization_id=host_id, act=act_of(request))
    return await _page(request, event, is_done=True)


def _row_of(request: Request, event: Event) -> uuid.UUID | None:
    key = request.path_params["key"]
    return row_of_key(NO_LETTERS, key, scope=str(event.id), vault=office_of(request).vault)


async def _address_behind(event: Event, row_id: uuid.UUID, *, act: Act) -> str:
    """Whom the link was mailed to, registered or only invited; '' for somebody who was forgotten since."""
    registration = await Registration.get_or_none(id=row_id, event_id=event.id, erased=False)
    if registration:
        return reveal_person(registration, vault=act.vault, reader=act.by).address
    invitation = await Invitation.get_or_none(id=row_id, event_id=event.id)
    return str(reveal_guest(invitation, act=act)["address"]) if invitation else ""


async def _page(request: Request, event: Event, *, is_done: bool = False, is_ours: bool = True) -> Response:
    hosts = await event.hosts()
    host = hosts[0].organization if hosts and is_ours else None
    status = 200 if is_ours else 404
    return page(
        request,
        "personal/letters.html",
        status=status,
        event=event,
        host=host,
        is_done=is_done,
        is_ours=is_ours,
    )


async def choose_letters(request: Request) -> Response:
    """POST from the own page: no more letters to many, or again."""
    found, event = await find(request)
    typed = await typed_into(request)
    address = person_behind(request, found).address
    if typed.get("wanted") == "yes":
        await opt_in(event, address, act=act_of(request, found.id))
        return back_to(request, N_("You get reminders and news of this event again."))
    await opt_out(event, address, act=act_of(request, found.id))
    return back_to(request, N_("You get no more reminders and news of this event."))
