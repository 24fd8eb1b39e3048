"""Invitations and quotas: codes that open one registration each, and places kept for a partner."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from events_app.acts import Act, Office
from events_app.addresses import kept
from events_app.database import one_transaction
from events_app.errors import Conflict, NotFound
from events_app.events.models.event import Event, hosts_of
from events_app.i18n import N_
from events_app.invitations.emails import INVITATION
from events_app.invitations.rules import Invitee, QuotaFacts
from events_app.mail import outbox
from events_app.mail.leases import Leased
from events_app.mail.outcomes import Unwanted
from events_app.optouts.actions import has_opted_out, opted_out_of
from events_app.registrations.facts import event_facts, stop_url
from events_app.registrations.models import Invitation, Quota, Registration, code_index
from events_app.registrations.places import promote
from events_app.registrations.posting import HANDED, forget_guest, guest_context, reveal_guest
from events_app.tokens import new_token
from events_app.vault import Json

CODE_LENGTH = 16
"""Characters of 5 bits: 80 bits, too many to guess, few enough to type."""


class QuotasTooLarge(Conflict):
    sentence = N_("More seats are reserved than the event has (%(places)s of %(capacity)s).")


class QuotaInUse(Conflict):
    sentence = N_("People have registered with the reserved seats “%(name)s”, so these cannot be removed.")


class NoSuchInvitation(NotFound):
    sentence = N_("There is no such invitation.")


class InvitationUsed(Conflict):
    sentence = N_("This code has been used; to take the seat back, cancel the registration.")


@one_transaction
async def save_quotas(event_id: uuid.UUID, quotas: Sequence[QuotaFacts], *, act: Act) -> None:
    """Write the event's quotas; places that become free move the lines up.

    Refuses `QuotasTooLarge` when they keep more than a mode's capacity, `QuotaInUse` when one with people would go.
    """
    event = await Event.claim(event_id)
    for mode in ("in_person", "online"):
        kept, capacity = sum(each.places for each in quotas if each.mode == mode), event.capacity(mode)
        if capacity is not None and kept > capacity:
            raise QuotasTooLarge(places=kept, capacity=capacity)
    known = {str(quota.id): quota for quota in await Quota.filter(event_id=event_id)}
    wanted = {each.id for each in quotas}
    for quota_id, quota in known.items():
        if quota_id not in wanted:
            if await Registration.filter(quota_id=quota.id, live=1).exists():
                raise QuotaInUse(name=quota.name)
            await Registration.filter(quota_id=quota.id).update(quota_id=None)
            await quota.delete()
    for each in quotas:  # two may change names, and no two may have the same for a moment
        if each.id in known and (each.mode, each.name) != (known[each.id].mode, known[each.id].name):
            await Quota.filter(id=each.id).update(name=each.id)
    for each in quotas:
        values: dict[str, Any] = {"name": each.name, "mode": each.mode, "places": each.places}
        if each.id in known:
            await known[each.id].update_from_dict(values).save()
        else:
            await Quota.create(event_id=event_id, **values)
    await _leave_lines_of_other_modes(event_id)
    await promote(event, act=act)


async def _leave_lines_of_other_modes(event_id: uuid.UUID) -> None:
    """A quota has no places of the other mode: who waits there for one waits with everybody, where they stood."""
    for quota in await Quota.filter(event_id=event_id):
        waiting = Registration.filter(quota_id=quota.id, seated=False, live=1).exclude(mode=quota.mode)
        await waiting.update(quota_id=None)


@one_transaction
async def invite(
    event_id: uuid.UUID,
    invitees: Sequence[Invitee],
    *,
    batch: str,
    purpose: str,
    quota_id: uuid.UUID | None,
    is_bound: bool,
    act: Act,
) -> int:
    """Make one single-use code for each invitee; nothing is sent yet. Says how many were made.

    `is_bound` ties each code to its invitee's address: nobody else can use it.
    """
    event = await Event.claim(event_id)
    scope, vault = str(event.id), act.vault
    for invitee in invitees:
        invitation_id, code = uuid.uuid4(), new_token()[:CODE_LENGTH]
        guest: dict[str, Json] = {
            "name": invitee.name,
            "address": invitee.address,
            "language": invitee.language,
            "code": code,
        }
        bound = is_bound and bool(invitee.address)
        await Invitation.create(
            id=invitation_id,
            event_id=event.id,
            quota_id=quota_id,
            batch=batch,
            purpose=purpose,
            code_index=code_index(scope, code, vault),
            address_index=vault.blind_index(scope, kept(invitee.address)) if bound else None,
            guest=vault.seal(scope, guest_context(invitation_id), guest),
            created_on=act.now.date(),
        )
    return len(invitees)


def link_of(event: Event, code: str, *, act: Act) -> str:
    return act.site.url(f"/events/{event.slug}/register?code={code}")


@one_transaction
async def send_invitations(event_id: uuid.UUID, batch: str, *, act: Act) -> int:
    """Write to everybody of a batch who has an address and was not written to; says how many."""
    event = await Event.claim(event_id)
    unsent = await Invitation.filter(event_id=event_id, batch=batch, state="created").order_by("id")
    opted_out, sent = await opted_out_of(event, vault=act.vault), 0
    for invitation in unsent:
        guest = reveal_guest(invitation, act=act)
        if not guest["address"] or guest["address"] in opted_out:
            continue
        invitation.state = "sent"
        await invitation.save(update_fields=["state"])
        await outbox.post(
            INVITATION,
            vault=act.vault,
            scope=str(event.id),
            about=outbox.About(event_id=event.id, thread=invitation.id),
            facts=await _invitation_facts(event, invitation, guest, act=act),
            now=act.now,
        )
        sent += 1
    return sent


async def _invitation_facts(
    event: Event, invitation: Invitation, guest: Mapping[str, Any], *, act: Act
) -> dict[str, Any]:
    """The facts of a letter about nobody's registration yet: it has no calendar part."""
    language = guest["language"] or act.site.default_language
    stamp = act.now.astimezone(UTC).isoformat()
    about = event_facts(event, await hosts_of(event.id), language=language, site=act.site)
    return {
        "to_address": guest["address"],
        "name": guest["name"],
        "language": language,
        "mode": event.modes[0].value,
        "status": "",
        "answer": "NEEDS-ACTION",
        "invited": False,
        "hold": False,
        "uid": "",
        "sequence": 0,
        "stamp": stamp,
        "created": stamp,
        "organizer_address": act.site.sender,
        "organizer_name": "",
        "site_name": act.site.name(language),
        "site_url": act.site.base_url,
        "own_url": link_of(event, guest["code"], act=act),
        "stop_url": stop_url(str(about["url"]), invitation.id, scope=str(event.id), vault=act.vault),
        "event": about,
    }


@one_transaction
async def revoke(event_id: uuid.UUID, invitation_id: uuid.UUID, *, act: Act) -> None:
    """Withdraw a code, and forget whom it was for. Refuses `NoSuchInvitation`, and `InvitationUsed` for one that
    opened a registration."""
    await Event.claim(event_id)
    invitation = await Invitation.get_or_none(id=invitation_id, event_id=event_id)
    if invitation is None:
        raise NoSuchInvitation()
    if invitation.state == "used":
        raise InvitationUsed()
    await forget_guest(invitation, act=act)


def second_looks(office: Office) -> dict[str, Unwanted]:
    """Who looks again at an invitation when it is to leave (work.py hands it to the courier)."""

    async def of_an_invitation(letter: Leased, facts: Mapping[str, Any]) -> str:
        if "stop_url" not in facts:
            return ""  # it was queued by a version that sent it whatever had happened
        invitation = await Invitation.get_or_none(id=letter.thread) if letter.thread else None
        if invitation is None or invitation.state != "sent":
            return "withdrawn"
        return await _why_unwanted(letter, facts)

    async def of_an_offer(letter: Leased, facts: Mapping[str, Any]) -> str:
        return await _why_unwanted(letter, facts) if "colleague_stop_url" in facts else ""

    async def _why_unwanted(letter: Leased, facts: Mapping[str, Any]) -> str:
        event = await Event.find_any(uuid.UUID(letter.scope))
        is_out = await has_opted_out(event.id, facts["to_address"], vault=office.vault)
        return "opted out" if is_out else ""

    return {INVITATION: of_an_invitation, HANDED: of_an_offer}
