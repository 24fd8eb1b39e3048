"""Decisions: an organizer approves or declines, somebody answers an offer, or time answers for them."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.i18n import choose
from events_app.registrations import rules
from events_app.registrations.actions.leaving import cancel, claimed, close, end
from events_app.registrations.actions.registering import REFUSAL_AT, Placing, newcomer
from events_app.registrations.models import Registration, end_of_line, next_arrival, party_of
from events_app.registrations.places import (
    confirm,
    pool_as_it_is,
    pool_for_newcomers,
    pool_of,
    promote,
    promote_some,
)
from events_app.registrations.posting import enrol, note, post_about
from events_app.registrations.rules import Applicant, Due, Status
from events_app.registrations.told import may_hear_of_it
from events_app.rounds import actions as rounds
from events_app.texts import Texts


@one_transaction
async def register_by_hand(
    event_id: uuid.UUID, applicant: Applicant, *, writes: bool = True, act: Act
) -> Registration | None:
    """An organizer enters somebody. Opening and approval are not asked for, seats count. None for a known address."""
    event = await Event.claim(event_id)
    if event.opening(act.now) in {Opening.PAST, Opening.CANCELLED}:
        raise REFUSAL_AT[event.opening(act.now)]()
    if applicant.mode not in event.modes:
        raise rules.ModeNotOffered()
    index = act.vault.blind_index(str(event.id), kept(applicant.address))
    if applicant.address and await Registration.find_living(event.id, index):
        return None
    pool = await pool_for_newcomers(event, applicant.mode, act=act)
    status = rules.decide_place(pool, keeps_waitlist=event.keeps_waitlist)
    order = await end_of_line(event.id) if status == Status.WAITLISTED else None
    placing = Placing(status, False, None, None, order, arrival=await next_arrival(event.id))
    them = await newcomer(event, applicant, placing, act=act)
    them.registration.invited &= writes  # where nothing is sent no calendar knows of it
    letters = [status.value] if writes else []
    await enrol([(them, letters)], event, what="entered", act=act.of(Who.ORGANIZER))
    return them.registration


@one_transaction
async def approve(registration_id: uuid.UUID, *, beyond: bool = False, act: Act) -> Status:
    """Say yes to somebody pending, and to those who came with them: a seat if one is free, else the waitlist.

    `beyond` gives them seats on purpose, also where there are none left. Refuses `NotWaiting`, `EventFull` (no seat
    and no waitlist), `PartyTooLarge`, `EventOver`, `ModeNotOffered`.
    """
    registration, event = await claimed(registration_id, act=act)
    if registration.status != Status.PENDING or registration.due_for == Due.ADDRESS:
        raise rules.NotWaiting()
    if registration.mode not in event.modes:
        raise rules.ModeNotOffered()
    if act.now >= event.ends_at:
        raise rules.EventOver()
    party = await party_of(registration)
    room = await pool_for_newcomers(event, registration.mode, registration.quota_id, act=act)
    status = Status.CONFIRMED
    if not beyond:
        status = rules.decide_place(room, keeps_waitlist=event.keeps_waitlist, people=len(party))
    order = await end_of_line(event.id) if status == Status.WAITLISTED else None
    for each in party:
        if status == Status.CONFIRMED:
            await confirm(each, event, letter="confirmed", act=act.of(Who.ORGANIZER))
            continue
        each.status, each.waitlist_order = Status.WAITLISTED, order
        if not (each.invited and each.answer == "DECLINED"):  # a no to the tentative entry stays a no
            each.answer = rules.ANSWER_OF[Status.WAITLISTED]
        await each.save()
        await note(each, "waitlisted", act=act.of(Who.ORGANIZER))
        await post_about("waitlisted", each, event, act=act)
    return status


@one_transaction
async def decline(registration_id: uuid.UUID, *, reason: Texts, act: Act) -> None:
    """Say no to somebody who waits (and to those with them), with a reason in their language if one is given.

    Refuses `NotWaiting` for whoever has a place already: a place is cancelled, not declined.
    """
    registration, event = await claimed(registration_id, act=act)
    if registration.status not in {Status.PENDING, Status.WAITLISTED}:
        raise rules.NotWaiting()
    for each in await party_of(registration):
        may_hear = may_hear_of_it(each)
        await close(each, Status.DECLINED, now=act.now)
        await note(each, "declined", act=act.of(Who.ORGANIZER))
        said = choose(reason, each.language) if reason else ""
        if may_hear:
            await post_about("declined", each, event, act=act, more={"reason": said})
    await promote(event, act=act)


@one_transaction
async def accept_offer(registration_id: uuid.UUID, *, act: Act) -> Registration:
    """Take the offered place, for the whole party. Refuses `OfferLapsed`; taking it twice is taking it once."""
    registration, event = await claimed(registration_id, act=act)
    if registration.status == Status.CONFIRMED:
        return registration
    if registration.due_for != Due.OFFER or (registration.due_at or 0) <= milliseconds(act.now):
        raise rules.OfferLapsed()
    for each in await party_of(registration):
        await confirm(each, event, letter="confirmed", act=act.of(Who.PERSON))
    return registration


@one_transaction
async def promote_by_hand(registration_id: uuid.UUID, *, beyond: bool = False, act: Act) -> None:
    """Give somebody on the waitlist a free seat out of turn; `beyond` gives one on purpose where none is free.

    Refuses `NotWaiting` (also while the address is not confirmed), `ModeFull`, `EventOver`, `ModeNotOffered`.
    """
    registration, event = await claimed(registration_id, act=act)
    if registration.status != Status.WAITLISTED or registration.due_for == Due.ADDRESS:
        raise rules.NotWaiting()
    if act.now >= event.ends_at:
        raise rules.EventOver()
    party = [each for each in await party_of(registration) if not each.seated]
    room = await pool_as_it_is(event, registration.mode, registration.quota_id)
    if not beyond and not room.fits(len(party)):
        raise rules.ModeFull()
    for each in await party_of(registration):
        await confirm(each, event, letter="promoted", act=act.of(Who.ORGANIZER))


@one_transaction
async def move_some_up(number: int, act: Act) -> bool:
    """The next of those who waited have their seats (`rounds.actions.Step`)."""
    if not (taken := await rounds.claim(number)):
        return False
    found, event = taken
    goes_on = await promote_some(event, act=act) >= rounds.AT_ONCE
    if not goes_on:
        await found.delete()
    return goes_on


async def lapse(registration_id: uuid.UUID, *, act: Act) -> None:
    """What was due is due: an unanswered offer and an unconfirmed address lapse, a cancellation becomes final.

    Each frees its seats and promotes in one transaction. Nothing happens when it was answered meanwhile.
    """
    await _lapse(registration_id, act=act)


@one_transaction
async def _lapse(registration_id: uuid.UUID, *, act: Act) -> None:
    registration, event = await claimed(registration_id, act=act)
    if registration.due_at is None or registration.due_at > milliseconds(act.now):
        return
    if registration.due_for == Due.LEAVING:
        await _leave_for_good(registration, event, act=act)
    else:
        party = await party_of(registration)
        together = registration.due_for == Due.OFFER or registration.party in {None, registration.id}
        for each in party if together else [registration]:
            await end(each, event, letter=_of_a_lapse(each, party[0]), act=act.of(Who.APP))
    await promote(event, act=act)


def _of_a_lapse(each: Registration, asked: Registration) -> str:
    """The letter of somebody whose time is up: only who was offered the place hears that the offer is over."""
    if each.due_for != Due.OFFER:
        return "lapsed"
    return "offer_lapsed" if each.id == asked.id else "cancelled"


async def _leave_for_good(registration: Registration, event: Event, *, act: Act) -> None:
    leads = registration.party == registration.id
    for each in await party_of(registration) if leads else [registration]:
        await end(each, event, letter="cancelled", act=act.of(Who.PERSON))


async def due_now(now: datetime, *, most: int = 100, but: Collection[uuid.UUID] = ()) -> Sequence[uuid.UUID]:
    """Whose time is up, the longest first; without those who have just been looked at."""
    due = Registration.filter(due_at__lte=milliseconds(now)).order_by("due_at").limit(most)
    if but:
        due = due.filter(id__not_in=list(but))
    found: list[uuid.UUID] = await due.values_list("id", flat=True)  # type: ignore[assignment]
    return found


@dataclass(frozen=True)
class Done:
    """How an act on somebody went: what became of them, or what refused it."""

    became: Status | None
    refusal: Refusal | None = None


async def decide(
    registration_id: uuid.UUID, verb: str, *, reason: Texts, beyond: bool = False, act: Act
) -> Done:
    """Approve, decline, cancel or promote somebody, who may be one of many: a refusal does not stop the others."""
    try:
        if verb == "approve":
            return Done(await approve(registration_id, beyond=beyond, act=act))
        if verb == "promote":
            await promote_by_hand(registration_id, beyond=beyond, act=act)
            return Done(Status.CONFIRMED)
        if verb == "decline":
            await decline(registration_id, reason=reason, act=act)
            return Done(Status.DECLINED)
        await cancel(registration_id, act=act)
        return Done(Status.CANCELLED)
    except Refusal as refusal:
        return Done(None, refusal)


async def foresee(event: Event, heads: Sequence[uuid.UUID], verb: str) -> list[Status | None]:
    """What "approve" or "promote" would make of each of these, in this order, as seats are now; None: nothing.

    Whoever acts is told before by number who gets a seat. Exact unless somebody else is quicker.
    """
    parties = await _parties(heads)
    pools: dict[tuple[str, uuid.UUID | None], rules.Pool] = {}
    found = list[Status | None]()
    for head in heads:
        first, people = parties[head]
        where = (first.mode, first.quota_id)
        pool = pools[where] if where in pools else await pool_of(event, *where)
        keeps = event.keeps_waitlist and verb == "approve"
        try:
            found.append(rules.decide_place(pool, keeps_waitlist=keeps, people=people))
        except Refusal:
            found.append(None)
        taken = people if found[-1] == Status.CONFIRMED else 0
        pools[where] = replace(pool, confirmed=pool.confirmed + taken)
    return found


async def _parties(heads: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[Registration, int]]:
    """Each of these, and how many of its party want a seat with it."""
    found = dict[uuid.UUID, tuple[Registration, int]]()
    for start in range(0, len(heads), AT_ONCE):
        rows = await Registration.filter(id__in=list(heads[start : start + AT_ONCE]))
        together = {row.party for row in rows if row.party}
        wanted = Registration.filter(party__in=list(together), live=1, seated=False)
        sizes = Counter(await wanted.values_list("party", flat=True)) if together else Counter[Any]()
        found |= {row.id: (row, sizes.get(row.party, 1) if row.party else 1) for row in rows}
    return found


AT_ONCE: Final = 400
"""Rows asked of the database in one go."""
