"""Registering: one transaction that begins with the event's claim."""

import secrets
import uuid
from collections.abc import Sequence
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
from events_app.registrations.actions.leaving import end, hold_as_new, leave_company_to
from events_app.registrations.facts import Person, organizer_address, organizer_name
from events_app.registrations.models import (
    FRONT_OF_LINE,
    Invitation,
    Registration,
    end_of_line,
    giver_of,
    next_arrival,
    quota_for,
)
from events_app.registrations.places import may_still_bring, pool_for_newcomers
from events_app.registrations.posting import (
    Newcomer,
    enrol,
    enrolment_in_vain,
    post_sparingly,
    seal_person,
    spend,
    turn_of,
)
from events_app.registrations.rules import ANSWER_OF, Applicant, Due, Guest, Status
from events_app.tokens import digest, new_token
from events_app.vault import Json

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

    `registration_id` is what the page lets one take back (`leaving.retract`): a shadow, or nothing, where it is not
    `is_new`; None where nothing can be: a place that was passed on does not go back. `code_id` is whose code was used.
    """

    event_id: uuid.UUID
    status: Status
    mode: str
    address: str
    confirms_address: bool = False
    registration_id: uuid.UUID | None = field(default=None, compare=False)
    is_new: bool = field(default=False, compare=False)
    code_id: uuid.UUID | None = field(default=None, compare=False)


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
    arrival: int = 0
    not_before: datetime | None = None
    """When the first letters may go: anybody can type any address."""


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
    placing = replace(placing, arrival=await next_arrival(event.id))
    receipt = Receipt(event.id, placing.status, applicant.mode, applicant.address, placing.confirms_address)
    receipt = replace(receipt, code_id=invitation.id if invitation else None)
    index = act.vault.blind_index(str(event.id), kept(applicant.address))
    known = await Registration.find_living(event.id, index)
    if known:
        await _tell_who_is_here(known, event, applicant, placing, act=act)
    else:  # whoever comes, goes and comes again is written to, but later
        turn = await turn_of(applicant.address, "new", event, act=act)
        placing = replace(placing, not_before=turn or act.now + allowances.LONGEST_WAIT)
    held = None
    if placing.confirms_address:
        people = 1 + len(applicant.guests) if placing.status == Status.CONFIRMED else 0
        held = await hold_as_new(event, known, index, mode=applicant.mode, people=people, act=act)
    if placing.invitation and placing.invitation.purpose == "transfer":
        if not known:
            await _take_over(event, applicant, placing, act=act)
        return receipt
    if known:
        await spend(invitation)
        return replace(receipt, registration_id=held or known.id)
    first = await _enrol(event, applicant, placing, act=act)
    return replace(receipt, registration_id=first.id, is_new=True)


async def _tell_who_is_here(
    known: Registration, event: Event, applicant: Applicant, placing: Placing, *, act: Act
) -> None:
    """Post the letter that says so, and do in vain what `_enrol` does for a new address: the same people, opened and
    sealed, the same reads, as many statements. Without it the time of the answer would tell who is registered."""
    everybody = await _everybody(event, applicant, placing, act=act)
    # A new address gets the link too, so it costs; the letter with it replaces it.
    letters = ["own_page", "already"] if _has_entry(placing, event) else ["already"]
    more: dict[str, Json] = {"may_bring": may_still_bring(known, event, act.now)}
    in_vain = await enrolment_in_vain(everybody, known, event, act=act)
    await post_sparingly(letters, known, event, more=more, beside=in_vain, act=act)


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
    everybody = await _everybody(event, applicant, placing, act=act)
    await enrol(everybody, event, what="registered", act=act.of(Who.PERSON))
    first, _letters = everybody[0]
    await spend(placing.invitation, first.registration.id)
    return first.registration


async def _everybody(
    event: Event, applicant: Applicant, placing: Placing, *, act: Act
) -> list[tuple[Newcomer, list[str]]]:
    """The applicant and the colleagues as they would be written, each with the letters that they owe."""
    everybody = [await newcomer(event, applicant, placing, act=act)]
    for number, guest in enumerate(applicant.guests, placing.arrival + 1):
        after = replace(placing, arrival=number)
        everybody.append(await newcomer_with(everybody, guest, event, applicant, after, act=act))
    letter = "confirm_address" if placing.confirms_address else placing.status.value
    return [
        (each, [letter] if each is everybody[0] or not placing.confirms_address else []) for each in everybody
    ]


async def newcomer_with(
    others: Sequence[Newcomer], guest: Guest, event: Event, host: Applicant, placing: Placing, *, act: Act
) -> Newcomer:
    """A colleague of those who come together, the one who registers them first; somebody who is registered already
    comes without an address, so nobody is told of it; so does whoever was written to too often today (`turn_of`)."""
    index = act.vault.blind_index(str(event.id), kept(guest.address)) if guest.address else b""
    is_among_them = index in [each.registration.address_index for each in others]
    known = guest.address and (is_among_them or await Registration.find_living(event.id, index))
    turn = await turn_of(guest.address, "colleague", event, act=act) if guest.address else None
    them = Applicant(guest.name, "" if known or turn is None else guest.address, host.language, host.mode)
    theirs = replace(placing, not_before=turn)
    return await newcomer(event, them, theirs, party=others[0].registration.id, act=act)


async def newcomer(
    event: Event, applicant: Applicant, placing: Placing, *, party: uuid.UUID | None = None, act: Act
) -> Newcomer:
    """A registration with its person sealed into it. Writing it is the caller's, by `enrol`."""
    registration_id, token = uuid.uuid4() if party else placing.registration_id, new_token()
    seated = placing.status == Status.CONFIRMED
    waits_for_address = placing.confirms_address
    status = Status.PENDING if waits_for_address and seated else placing.status
    index = secrets.token_bytes(32)
    if applicant.address:
        index = act.vault.blind_index(str(event.id), kept(applicant.address))
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
        arrival=placing.arrival,
        waitlist_order=placing.order,
        party=party or (registration_id if applicant.guests else None),
        due_at=milliseconds(act.now + timedelta(hours=event.confirm_hours)) if waits_for_address else None,
        due_for=Due.ADDRESS if waits_for_address else Due.NOTHING,
        registered_on=act.now.date(),
        token_digest=digest(token),
        consent_version=applicant.consent_version,
        answer=ANSWER_OF[status],
        invited=_has_entry(placing, event) and bool(applicant.address),
        organizer_address=organizer_address(act.site),
        organizer_name=await organizer_name(event, applicant.language, act=act),
        telling=event.telling,
    )
    person = Person(applicant.name, applicant.address, applicant.needs, token, dict(applicant.answers))
    seal_person(registration, person, vault=act.vault)
    return Newcomer(registration, person, placing.not_before)


def _has_entry(placing: Placing, event: Event) -> bool:
    """Whether a calendar gets an entry at once: of a place, or of a wait where the event wants it."""
    return not placing.confirms_address and (placing.status == Status.CONFIRMED or event.sends_holds)


async def _take_over(event: Event, applicant: Applicant, placing: Placing, *, act: Act) -> None:
    """A colleague accepts a place that was passed on: a new registration with a new UID, in the seat of the old one."""
    assert placing.invitation is not None
    giver = await giver_of(placing.invitation)
    await end(giver, event, letter="passed_on", act=act.of(Who.PERSON))
    same_seat = replace(applicant, mode=giver.mode, guests=(), code="")
    taker = await _enrol(event, same_seat, replace(placing, quota_id=giver.quota_id), act=act)
    await leave_company_to(taker, giver, act=act)
