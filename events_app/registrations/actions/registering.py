"""Registering: one transaction that begins with the event's claim."""

import secrets
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from events_app import allowances
from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.clock import milliseconds
from events_app.database import one_transaction, until_certain
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.registrations import rules
from events_app.registrations.facts import Person
from events_app.registrations.models import (
    FRONT_OF_LINE,
    Invitation,
    Registration,
    end_of_line,
    giver_of,
    next_arrival,
    quota_for,
)
from events_app.registrations.places import end, may_still_bring, pool_for_newcomers
from events_app.registrations.posting import (
    COURIER,
    letters_mark,
    note,
    organizer_address,
    organizer_name,
    person_context,
    post_each,
    post_sparingly,
    reveal_person,
    seal_person,
)
from events_app.registrations.rules import ANSWER_OF, Applicant, Due, Guest, Status
from events_app.registrations.told import skip_nothing, skip_what_is_due
from events_app.tokens import digest, new_token

REFUSAL_AT = {
    Opening.DRAFT: rules.RegistrationNotOpenYet,
    Opening.NOT_YET: rules.RegistrationNotOpenYet,
    Opening.CLOSED: rules.RegistrationClosed,
    Opening.PAST: rules.EventOver,
    Opening.CANCELLED: rules.EventCalledOff,
}


@dataclass(frozen=True)
class Receipt:
    """What the page after the form says. It is the same for a new address and for one that was here before.

    `registration_id` is whom the page lets one take back (`leaving.retract`), in vain where it is not `is_new`; None
    where nothing can be: a place that was passed on does not go back.
    """

    event_id: uuid.UUID
    status: Status
    mode: str
    address: str
    confirms_address: bool = False
    registration_id: uuid.UUID | None = field(default=None, compare=False)
    is_new: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Placing:
    """What was decided for an applicant before anything is written."""

    status: Status
    confirms_address: bool
    invitation: Invitation | None
    quota_id: uuid.UUID | None
    order: int | None
    registration_id: uuid.UUID = field(default_factory=uuid.uuid4)
    """Whose place it will be."""


async def register(event_id: uuid.UUID, applicant: Applicant, *, act: Act) -> Receipt:
    """Give the applicant a place, or one in line, and post the letter that says so.

    A repeated address changes nothing; it gets the receipt a new address would get, and the truth in a letter.
    Refuses `RegistrationNotOpenYet`, `RegistrationClosed`, `EventOver`, `EventCalledOff`, `ModeNotOffered`,
    `EventFull`, `TooManyGuests`, `PartyTooLarge`, and for codes `NeedsCode`, `CodeUnknown`, `CodeUsed`, `CodeRevoked`,
    `CodeForAnother`; a refusal leaves nothing behind. Raises OutcomeUnknown.
    """
    asked = (event_id, applicant, uuid.uuid4())
    return await until_certain(partial(_register, *asked, act=act), partial(_find, *asked, act=act))


@one_transaction
async def _find(event_id: uuid.UUID, applicant: Applicant, mine: uuid.UUID, *, act: Act) -> Receipt:
    """After a COMMIT without an answer: behind the claim, the registration is there or will never be."""
    event = await Event.claim(event_id)
    found = await Registration.get_or_none(id=mine)
    if found is None:
        return await _register(event_id, applicant, mine, act=act)
    status = Status.CONFIRMED if found.seated else Status(found.status)
    receipt = Receipt(event.id, status, found.mode, applicant.address, found.due_for == Due.ADDRESS)
    return receipt if applicant.code else replace(receipt, registration_id=mine, is_new=True)


@one_transaction
async def _register(event_id: uuid.UUID, applicant: Applicant, mine: uuid.UUID, *, act: Act) -> Receipt:
    event = await Event.claim(event_id)
    invitation = await _invited_by(event, applicant, act=act)
    placing = replace(await _place(event, applicant, invitation, act=act), registration_id=mine)
    receipt = Receipt(event.id, placing.status, applicant.mode, applicant.address, placing.confirms_address)
    index = act.vault.blind_index(str(event.id), kept(applicant.address))
    known = await Registration.find_living(event.id, index)
    if known:
        for _each in (applicant, *applicant.guests):
            await _cost_the_same(known, event, act=act)
        # A new address gets the link too, so it costs; the next letter replaces it.
        letters = ["own_page", "already"] if _has_entry(placing, event) else ["already"]
        may_bring = may_still_bring(known, event, act.now)
        await post_sparingly(letters, known, event, more={"may_bring": may_bring}, act=act)
    else:  # counted in vain, as a letter to a known address is counted
        await allowances.take(letters_mark(event.id, index, "new", vault=act.vault), now=act.now)
    if placing.invitation and placing.invitation.purpose == "transfer":
        if not known:
            await _take_over(event, applicant, placing, act=act)
        return receipt
    first = known or await _enrol(event, applicant, placing, act=act)
    return replace(receipt, registration_id=first.id, is_new=known is None)


async def _cost_the_same(known: Registration, event: Event, *, act: Act) -> None:
    """What `write_registration` does for a new address, done for a known one: the same reads, one person sealed, one
    row written.

    Nothing changes by it; without it the time of the answer would tell who is registered.
    """
    await organizer_name(event, known.language, act=act)
    await next_arrival(event.id)
    person = reveal_person(known, vault=act.vault, reader=COURIER)
    act.vault.seal(str(event.id), person_context(known.id), person.as_json())
    await known.save(update_fields=["person"])  # as it was
    await skip_nothing(event)


async def _invited_by(event: Event, applicant: Applicant, *, act: Act) -> Invitation | None:
    """The invitation of the typed code, if it may be used by this address; None where no code was typed. Refuses
    where neither the time nor the code lets anybody in."""
    opening = event.opening(act.now)
    may_come = {Opening.OPEN} if not applicant.code else {Opening.OPEN, Opening.NOT_YET, Opening.CLOSED}
    if opening not in may_come:
        raise REFUSAL_AT[opening]()
    if not applicant.code:
        if event.invitation_only:
            raise rules.NeedsCode()
        return None
    invitation = await Invitation.find(event.id, applicant.code, kept(applicant.address), vault=act.vault)
    if not lets_in(invitation, event, act.now):
        raise REFUSAL_AT[opening]()
    return invitation


def lets_in(invitation: Invitation | None, event: Event, now: datetime) -> bool:
    """Whether somebody may register now. A place passed on may be taken until the event begins, and what is kept for
    somebody (a personal invitation, a quota's code) may be taken before registration opens."""
    opening = event.opening(now)
    if opening == Opening.OPEN or invitation is None:
        return opening == Opening.OPEN
    if invitation.purpose == "transfer":
        return opening in {Opening.NOT_YET, Opening.CLOSED} and now < event.starts_at
    return opening == Opening.NOT_YET and bool(invitation.quota_id or invitation.address_index)


async def _place(event: Event, applicant: Applicant, invitation: Invitation | None, *, act: Act) -> Placing:
    """Decide, without writing: is there a seat, who has to say yes first?"""
    if applicant.mode not in event.modes:
        raise rules.ModeNotOffered()
    if len(applicant.guests) > event.most_guests:
        raise rules.TooManyGuests(most=event.most_guests)
    if invitation and invitation.purpose == "transfer":
        await giver_of(invitation)
        if applicant.guests:
            raise rules.TooManyGuests(most=0)
        return Placing(Status.CONFIRMED, False, invitation, None, None)
    quota_id = await quota_for(invitation, applicant.mode) if invitation else None
    pool = await pool_for_newcomers(event, applicant.mode, quota_id, act=act)
    people = 1 + len(applicant.guests)
    if event.needs_approval and invitation is None:
        if not pool.can_ever_seat(people):
            raise rules.PartyTooLarge(most=pool.most)
        return Placing(Status.PENDING, event.confirms_address, None, None, None)
    status = rules.decide_place(pool, keeps_waitlist=event.keeps_waitlist, people=people)
    order = None
    if status == Status.WAITLISTED:
        jumps = invitation is not None and invitation.purpose == "jump"
        order = FRONT_OF_LINE if jumps else await end_of_line(event.id)
    return Placing(status, event.confirms_address and invitation is None, invitation, quota_id, order)


async def _enrol(event: Event, applicant: Applicant, placing: Placing, *, act: Act) -> Registration:
    """Write the registration, and those of the colleagues, and post the letters they owe."""
    first = await write_registration(event, applicant, placing, act=act)
    if placing.invitation:
        placing.invitation.state = "used"
        placing.invitation.registration_id = first.id
        await placing.invitation.save(update_fields=["state", "registration_id"])
    everybody = [first]
    for guest in applicant.guests:
        everybody.append(await write_guest(event, applicant, guest, placing, first, act=act))
    for registration in everybody:
        await note(registration, "registered", act=act.of(Who.PERSON))
        letter = "confirm_address" if placing.confirms_address else placing.status.value
        letters = [letter] if registration is first or not placing.confirms_address else []
        if registration.invited:
            letters.append("own_page")
        await post_each(letters, registration, event, act=act)
    return first


async def write_guest(
    event: Event, host: Applicant, guest: Guest, placing: Placing, first: Registration, *, act: Act
) -> Registration:
    """A colleague's own row; somebody who is registered already comes without an address, so nobody is told of it."""
    index = act.vault.blind_index(str(event.id), kept(guest.address)) if guest.address else b""
    known = guest.address and await Registration.find_living(event.id, index)
    them = Applicant(guest.name, "" if known else guest.address, host.language, host.mode)
    return await write_registration(event, them, placing, act=act, party=first.id)


async def write_registration(
    event: Event, applicant: Applicant, placing: Placing, *, party: uuid.UUID | None = None, act: Act
) -> Registration:
    registration_id, token = uuid.uuid4() if party else placing.registration_id, new_token()
    seated = placing.status == Status.CONFIRMED
    waits_for_address = placing.confirms_address
    status = Status.PENDING if waits_for_address and seated else placing.status
    index = (
        act.vault.blind_index(str(event.id), kept(applicant.address))
        if applicant.address
        else secrets.token_bytes(32)
    )
    invited = _has_entry(placing, event) and bool(applicant.address)
    registration = Registration(
        id=registration_id,
        event_id=event.id,
        quota_id=placing.quota_id,
        status=status,
        seated=seated,
        mode=applicant.mode,
        language=applicant.language,
        address_index=index,
        live=1,
        arrival=await next_arrival(event.id),
        waitlist_order=placing.order,
        party=party or (registration_id if applicant.guests else None),
        due_at=milliseconds(act.now + timedelta(hours=event.confirm_hours)) if waits_for_address else None,
        due_for=Due.ADDRESS if waits_for_address else Due.NOTHING,
        registered_on=act.now.date(),
        token_digest=digest(token),
        consent_version=applicant.consent_version,
        answer=ANSWER_OF[status],
        invited=invited,
        organizer_address=organizer_address(act.site),
        organizer_name=await organizer_name(event, applicant.language, act=act),
        telling=event.telling,
    )
    person = Person(applicant.name, applicant.address, applicant.needs, token, dict(applicant.answers))
    seal_person(registration, person, vault=act.vault)
    await registration.save(force_create=True)
    await skip_what_is_due(event, [registration], now=act.now)
    return registration


def _has_entry(placing: Placing, event: Event) -> bool:
    """Whether a calendar gets an entry at once: of a place, or of a wait where the event wants it."""
    return not placing.confirms_address and (placing.status == Status.CONFIRMED or event.sends_holds)


async def _take_over(event: Event, applicant: Applicant, placing: Placing, *, act: Act) -> None:
    """A colleague accepts a place that was passed on: a new registration with a new UID, in the seat of the old one."""
    assert placing.invitation is not None
    giver = await giver_of(placing.invitation)
    await end(giver, event, letter="passed_on", act=act.of(Who.PERSON))
    same_seat = Applicant(
        applicant.name, applicant.address, applicant.language, giver.mode, applicant.needs,
        applicant.consent_version, applicant.answers,
    )  # fmt: skip
    taker = await _enrol(event, same_seat, replace(placing, quota_id=giver.quota_id), act=act)
    await _leave_company_to(taker, giver, act=act)


async def _leave_company_to(taker: Registration, giver: Registration, *, act: Act) -> None:
    """Who came with the giver and has an address goes on alone; whoever has none comes with the taker from now on."""
    for each in await Registration.filter(party=giver.id, live=1):
        is_their_own = bool(reveal_person(each, vault=act.vault, reader=COURIER).address)
        each.party = None if is_their_own else taker.id
        await each.save(update_fields=["party"])
        if not is_their_own:
            taker.party = taker.id
    await taker.save(update_fields=["party"])
