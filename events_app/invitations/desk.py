"""The desk's page for invitations: quotas of partners, batches of codes, and what became of each."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app.directions import isolated
from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, ngettext, translate
from events_app.invitations import actions, rules
from events_app.invitations.forms import invitation_form, opened_quotas, quota_facts, quotas_form
from events_app.offload.breathing import with_breaths
from events_app.optouts.actions import opted_out_of
from events_app.people.counts import how_many_never_fit
from events_app.registrations.models import Invitation, Quota, Registration
from events_app.registrations.posting import reveal_guest
from events_app.web import seen
from events_app.web.forms import Form, typed_into
from events_app.web.responses import Flash, long_page, see_other

MOST_NAMED = 8
"""Addresses that one sentence names."""


@dataclass(frozen=True)
class InvitationLine:
    """One invitation, opened for this organizer; `is_unwanted` where its guest wants no letters to many."""

    invitation: Invitation
    guest: Mapping[str, Any]
    link: str
    is_unwanted: bool


async def show(request: Request) -> Response:
    return await _page(request, await Event.find(request.path_params["event_id"]))


async def _page(
    request: Request,
    event: Event,
    *,
    status: int = 200,
    refusal: str = "",
    quotas: Any = None,
    batch: Any = None,
) -> Response:
    known = await Quota.filter(event_id=event.id).order_by("mode", "name")
    batches: dict[str, list[InvitationLine]] = {}
    opted_out = await opted_out_of(event, vault=act_of(request).vault)
    made = Invitation.filter(event_id=event.id, purpose__in=["open", "jump"])
    async for each in with_breaths(await made.order_by("created_on", "batch", "id")):
        guest = reveal_guest(each, act=act_of(request))
        link = actions.link_of(event, str(guest["code"]), act=act_of(request))
        line = InvitationLine(each, guest, link, guest["address"] in opted_out)
        batches.setdefault(each.batch, []).append(line)
    taken = {each.id: await Registration.filter(quota_id=each.id, seated=True).count() for each in known}
    return await long_page(
        request,
        "invitations/invitations.html",
        status=status,
        event=event,
        quotas=quotas or opened_quotas(event, known),
        known_quotas=known,
        taken=taken,
        form=batch or invitation_form(quotas=known),
        batches=batches,
        never_fit=await how_many_never_fit(event),
        refusal=refusal,
    )


async def save_quotas(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    form = quotas_form(await typed_into(request), event=event, quotas=[])
    if not form.validate():
        return await _page(request, event, status=422, quotas=form)
    act = act_of(request)

    async def stored() -> Form:
        known = await Quota.filter(event_id=event.id).order_by("mode", "name")
        return quotas_form(event=event, quotas=known)

    try:
        await seen.save(form, stored, lambda: actions.save_quotas(event.id, quota_facts(form), act=act))
    except Conflict as refusal:
        return await _page(request, event, status=409, quotas=form, refusal=say(refusal))
    return see_other(_path(event), flash=Flash("success", translate(N_("Saved."))))


async def invite(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    known = await Quota.filter(event_id=event.id).order_by("mode", "name")
    form = invitation_form(await typed_into(request), quotas=known)
    if not form.validate():
        return await _page(request, event, status=422, batch=form)
    invitees = form.invitees or [rules.Invitee()] * (form.number.data or 0)
    made = await actions.invite(
        event.id,
        invitees,
        batch=form.batch.data or "",
        purpose=form.purpose.data,
        quota_id=uuid.UUID(form.quota.data) if form.quota.data else None,
        is_bound=bool(form.is_bound.data),
        act=act_of(request),
    )
    sentence = ngettext(
        "%(n)s code is created. Nothing has been sent yet.",
        "%(n)s codes are created. Nothing has been sent yet.",
        made,
    )
    if form.twice:
        named = translate(
            N_("Named more than once, and given one code: %(people)s."),
            people=translate(N_(", ")).join(map(isolated, list(dict.fromkeys(form.twice))[:MOST_NAMED]))
            + (" …" if len(set(form.twice)) > MOST_NAMED else ""),
        )
        return see_other(_path(event), flash=Flash("warning", f"{sentence} {named}"))
    return see_other(_path(event), flash=Flash("success", sentence))


async def send(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    batch = str((await typed_into(request)).get("batch", ""))
    sent = await actions.send_invitations(event.id, batch, act=act_of(request))
    sentence = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", sent)
    return see_other(_path(event), flash=Flash("success", sentence))


async def revoke(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    await actions.revoke(event.id, request.path_params["invitation_id"], act=act_of(request))
    return see_other(_path(event), flash=Flash("success", translate(N_("The code does not work any more."))))


def _path(event: Event) -> str:
    return f"/desk/events/{event.id}/invitations"
