"""What a person changes: the way of taking part, answers, passing on."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.allowances import LONGEST_WAIT
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.registrations import rules
from events_app.registrations.actions.forgetting import own_words
from events_app.registrations.actions.leaving import claimed
from events_app.registrations.actions.registering import Placing, newcomer_with
from events_app.registrations.facts import NOBODY, stop_url
from events_app.registrations.models import (
    Invitation,
    Registration,
    code_index,
    end_of_line,
    next_arrival,
    party_of,
)
from events_app.registrations.places import may_still_bring, pool_for_newcomers, promote
from events_app.registrations.posting import (
    COURIER,
    Newcomer,
    enrol,
    forget_offers,
    guest_context,
    note,
    openable,
    post_about,
    reveal_person,
    seal_person,
    turn_of,
)
from events_app.registrations.rules import Applicant, Guest, Status
from events_app.registrations.told import hear, may_hear_of_it
from events_app.tokens import new_token
from events_app.vault import Json


@one_transaction
async def switch_mode(registration_id: uuid.UUID, mode: str, *, act: Act) -> Registration:
    """Take part in the other way. Who has a place needs a free one there (`ModeFull` otherwise, and nothing changes);
    who waits moves to the other line, with those they registered; a colleague who waits goes on alone. Refuses
    `ModeNotOffered`, `PartyTooLarge`, `ChangeNotPossible`.
    """
    registration, event = await claimed(registration_id, act=act)
    refuse_unless_changeable(registration, event, act.now)
    if mode not in event.modes:
        raise rules.ModeNotOffered()
    if not may_hear_of_it(registration):
        raise rules.ChangeNotPossible()
    if mode == registration.mode:
        return registration
    room = await pool_for_newcomers(event, mode, act=act)
    await registration.refresh_from_db()  # the line has been asked, and it may have stood there
    takes_along = registration.status != Status.CONFIRMED and registration.party == registration.id
    moving = await party_of(registration) if takes_along else [registration]
    if not room.can_ever_seat(len(moving)):
        raise rules.PartyTooLarge(most=room.most)
    seats = sum(each.seated for each in moving)
    if seats and not room.fits(seats):
        raise rules.ModeFull()
    order = await end_of_line(event.id)
    for each in moving:
        if each.status != Status.CONFIRMED and not takes_along:
            each.party = None
        turn = await _turn_of_company(each, event, act=act) if each.id != registration.id else None
        await _move(each, event, mode, order, not_before=turn, act=act)
    await promote(event, act=act)
    await registration.refresh_from_db()
    return registration


async def _turn_of_company(colleague: Registration, event: Event, *, act: Act) -> datetime:
    """When a letter may go to somebody who is moved by another: whoever moves to and fro writes to nobody each time."""
    person = await openable(colleague, act=act) or NOBODY
    return await turn_of(person.address, "colleague", event, act=act) or act.now + LONGEST_WAIT


async def _move(
    registration: Registration, event: Event, mode: str, order: int, *, not_before: datetime | None, act: Act
) -> None:
    """Write the other mode into the row, with the place in line of who waits there, and post the letter."""
    await hear(registration, event)  # before the mode is another: it counts what they were told so far
    registration.mode, registration.quota_id = mode, None
    if registration.status == Status.WAITLISTED:
        registration.waitlist_order = order
    if registration.invited:
        registration.sequence += 1
    await registration.save()
    await note(registration, "switched", act=act)
    if may_hear_of_it(registration):
        await post_about("switched", registration, event, not_before=not_before, act=act)


def refuse_unless_changeable(registration: Registration, event: Event, now: datetime) -> None:
    """Only a living registration of an event that is still to come can be changed (`ChangeNotPossible`)."""
    if registration.live is None or event.opening(now) in {Opening.PAST, Opening.CANCELLED}:
        raise rules.ChangeNotPossible()


@one_transaction
async def change_answers(
    registration_id: uuid.UUID, *, name: str, needs: str, answers: Mapping[str, Any], act: Act
) -> None:
    """Write what the person says now; no letter, because they see it on their page. Refuses `ChangeNotPossible`."""
    registration, event = await claimed(registration_id, act=act)
    refuse_unless_changeable(registration, event, act.now)
    person = reveal_person(registration, vault=act.vault, reader=own_words(registration))
    seal_person(registration, replace(person, name=name, needs=needs, answers=dict(answers)), vault=act.vault)
    await registration.save(update_fields=["person"])
    await note(registration, "answers", act=act.of(Who.PERSON))


@one_transaction
async def change_language(registration_id: uuid.UUID, language: str, *, act: Act) -> None:
    registration, _event = await claimed(registration_id, act=act)
    registration.language = language
    await registration.save(update_fields=["language"])


@one_transaction
async def bring(registration_id: uuid.UUID, guest: Guest, *, act: Act) -> Registration:
    """Add a colleague to one's registration, in a seat that is free after the line was asked. An address that is
    registered already comes without it, so that nobody is told of it. Refuses `ChangeNotPossible`, `TooManyGuests`,
    `ModeFull`.
    """
    registration, event = await claimed(registration_id, act=act)
    if not may_still_bring(registration, event, act.now):
        raise rules.ChangeNotPossible()
    if len(await party_of(registration)) > event.most_guests:
        raise rules.TooManyGuests(most=event.most_guests)
    mode, quota_id = registration.mode, registration.quota_id
    room = await pool_for_newcomers(event, mode, quota_id, act=act)
    if not room.fits(1):
        raise rules.ModeFull()
    host = Applicant("", "", registration.language, mode)
    placing = Placing(Status.CONFIRMED, False, None, quota_id, None, arrival=await next_arrival(event.id))
    leader = Newcomer(registration, reveal_person(registration, vault=act.vault, reader=COURIER))
    colleague = await newcomer_with([leader], guest, event, host, placing, act=act)
    registration.party = registration.id
    await registration.save(update_fields=["party"])
    await enrol([(colleague, ["confirmed"])], event, what="registered", act=act.of(Who.PERSON))
    return colleague.registration


@one_transaction
async def pass_on(registration_id: uuid.UUID, *, name: str, address: str, language: str, act: Act) -> None:
    """Offer one's place to a colleague: a letter with a personal link. The place moves when they take it, as a new
    registration with a new UID; until then nothing changes. A second offer ends the first. To one address one
    such letter goes in a quarter of an hour, six a day, whoever offers. Refuses
    `ChangeNotPossible`, also once the event has begun.
    """
    registration, event = await claimed(registration_id, act=act)
    refuse_unless_changeable(registration, event, act.now)
    if registration.status != Status.CONFIRMED or act.now >= event.starts_at:
        raise rules.ChangeNotPossible()
    await forget_offers(registration, act=act)
    scope, code, vault = str(event.id), new_token()[:16], act.vault
    invitation_id = uuid.uuid4()
    guest: dict[str, Json] = {"name": name, "address": address, "language": language, "code": code}
    await Invitation.create(
        id=invitation_id,
        event_id=event.id,
        purpose="transfer",
        batch="",
        code_index=code_index(scope, code, vault),
        address_index=vault.blind_index(scope, kept(address)),
        guest=vault.seal(scope, guest_context(invitation_id), guest),
        state="sent",
        registration_id=registration.id,
        created_on=act.now.date(),
    )
    giver = reveal_person(registration, vault=vault, reader=own_words(registration))
    page = act.site.url(f"/events/{event.slug}")
    more: dict[str, Json] = {
        "to_address": address,
        "name": name,
        "giver": giver.name,
        "language": language,
        "own_url": f"{page}/register?code={code}",
        "colleague_stop_url": stop_url(page, invitation_id, scope=scope, vault=vault),
    }
    await note(registration, "offered_on", act=act.of(Who.PERSON))
    if turn := await turn_of(address, "handed", event, act=act):
        await post_about("handed", registration, event, act=act, more=more, not_before=turn)


async def try_again(registration_ids: Collection[uuid.UUID]) -> None:
    """Somebody sends these people their letters again: mail that came back before does not hold them up any more."""
    await Registration.filter(id__in=list(registration_ids), undeliverable=True).update(undeliverable=False)
