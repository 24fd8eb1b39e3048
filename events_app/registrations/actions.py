"""What is done with registrations: each verb is one transaction that begins with the event's claim."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.events.models import Event
from events_app.events.rules import Door
from events_app.registrations import rules
from events_app.registrations.emails import Person
from events_app.registrations.models import Registration, end_of_line, head_of_line, party_of
from events_app.registrations.models_parts import Invitation
from events_app.registrations.places import confirm, end, promote, room_of
from events_app.registrations.posting import (
    COURIER,
    Office,
    note,
    organizer_address,
    organizer_name,
    person_context,
    post_about,
    reveal_person,
    seal_person,
)
from events_app.registrations.reminders import skip_what_is_due
from events_app.registrations.rules import ANSWER_OF, Applicant, Due, Guest, Status, Who
from events_app.tokens import digest, new_token

REFUSAL_AT = {
    Door.DRAFT: rules.RegistrationNotOpenYet,
    Door.NOT_YET: rules.RegistrationNotOpenYet,
    Door.CLOSED: rules.RegistrationClosed,
    Door.PAST: rules.EventOver,
    Door.CANCELLED: rules.EventCalledOff,
}


@dataclass(frozen=True)
class Receipt:
    """What the page after the form says. It is the same for a new address and for one that was here before."""

    event_id: uuid.UUID
    status: Status
    mode: str
    address: str
    confirms_address: bool = False


@dataclass(frozen=True)
class Placing:
    """What was decided for an applicant before anything is written."""

    status: Status
    confirms_address: bool
    invitation: Invitation | None
    quota_id: uuid.UUID | None
    order: int | None


@one_transaction
async def register(event_id: uuid.UUID, applicant: Applicant, *, office: Office, now: datetime) -> Receipt:
    """Give the applicant a place, or one in line, and post the letter that says so.

    A repeated address changes nothing; it gets the receipt a new address would get, and the truth in a letter.
    Refuses `RegistrationNotOpenYet`, `RegistrationClosed`, `EventOver`, `EventCalledOff`, `ModeNotOffered`,
    `EventFull`, `TooManyGuests`, and for codes `NeedsCode`, `CodeUnknown`, `CodeUsed`, `CodeRevoked`,
    `CodeForAnother`; a refusal leaves nothing behind.
    """
    event = await Event.claim(event_id)
    refuse_unless_open(event, now)
    placing = await _place(event, applicant, office=office)
    receipt = Receipt(event.id, placing.status, applicant.mode, applicant.address, placing.confirms_address)
    index = office.vault.blind_index(str(event.id), applicant.address)
    known = await Registration.find_living(event.id, index)
    if known:
        for _each in (applicant, *applicant.guests):
            await _cost_the_same(known, event, office=office, now=now)
        await post_about("already", known, event, office=office, now=now)
    elif placing.invitation and placing.invitation.purpose == "transfer":
        await _take_over(event, applicant, placing.invitation, office=office, now=now)
    else:
        await _enrol(event, applicant, placing, office=office, now=now)
    return receipt


async def _cost_the_same(known: Registration, event: Event, *, office: Office, now: datetime) -> None:
    """What `_write` does for a new address, done for a known one: the same reads, one person sealed, one row written.

    Nothing changes by it; without it the time of the answer would tell who is registered.
    """
    await organizer_name(event, known.language, office=office)
    person = reveal_person(known, vault=office.vault, reader=COURIER)
    office.vault.seal(str(event.id), person_context(known.id), person.as_json())
    await known.save(update_fields=["person"])  # as it was
    await skip_what_is_due(event, [], now=now)


@one_transaction
async def register_by_hand(
    event_id: uuid.UUID, applicant: Applicant, *, office: Office, now: datetime, writes: bool = True
) -> Registration | None:
    """An organizer enters somebody. The door and the approval do not hold; the seats do. None for a known address."""
    event = await Event.claim(event_id)
    if event.door(now) in {Door.PAST, Door.CANCELLED}:
        raise REFUSAL_AT[event.door(now)]()
    if applicant.mode not in event.modes:
        raise rules.ModeNotOffered()
    index = office.vault.blind_index(str(event.id), applicant.address)
    if applicant.address and await Registration.find_living(event.id, index):
        return None
    room = await room_of(event, applicant.mode)
    status = rules.decide_place(room, keeps_waitlist=event.keeps_waitlist)
    order = await end_of_line(event.id) if status == Status.WAITLISTED else None
    placing = Placing(status, confirms_address=False, invitation=None, quota_id=None, order=order)
    enrolled = await _write(event, applicant, placing, office=office, now=now)
    if not writes and enrolled.invited:
        enrolled.invited = False  # nothing is sent, so no calendar knows of it
        await enrolled.save(update_fields=["invited"])
    await note(enrolled, "entered", who=Who.ORGANIZER, now=now)
    if writes:
        await post_about(status.value, enrolled, event, office=office, now=now)
    return enrolled


def refuse_unless_open(event: Event, now: datetime) -> None:
    door = event.door(now)
    if door != Door.OPEN:
        raise REFUSAL_AT[door]()


async def _place(event: Event, applicant: Applicant, *, office: Office) -> Placing:
    """Decide, without writing: does the code hold, is there a seat, who has to say yes first?"""
    if applicant.mode not in event.modes:
        raise rules.ModeNotOffered()
    if len(applicant.guests) > event.most_guests:
        raise rules.TooManyGuests(most=event.most_guests)
    invitation = await find_invitation(event, applicant, office=office)
    if invitation and invitation.purpose == "transfer":
        await _find_giver(event, invitation)
        if applicant.guests:
            raise rules.TooManyGuests(most=0)
        return Placing(Status.CONFIRMED, False, invitation, None, None)
    quota_id = invitation.quota_id if invitation else None
    if event.needs_approval and invitation is None:
        return Placing(Status.PENDING, event.confirms_address, None, None, None)
    jumps = invitation is not None and invitation.purpose == "jump"
    room = await room_of(event, applicant.mode, quota_id)
    people = 1 + len(applicant.guests)
    status = rules.decide_place(room, keeps_waitlist=event.keeps_waitlist, people=people, jumps=jumps)
    order = None
    if status == Status.WAITLISTED:
        order = await (head_of_line(event.id) if jumps else end_of_line(event.id))
    return Placing(status, event.confirms_address and invitation is None, invitation, quota_id, order)


async def find_invitation(event: Event, applicant: Applicant, *, office: Office) -> Invitation | None:
    """The invitation of the typed code, if it may be used by this address; None where no code was typed."""
    if not applicant.code:
        if event.invitation_only:
            raise rules.NeedsCode()
        return None
    vault, scope = office.vault, str(event.id)
    invitation = await Invitation.get_or_none(
        event_id=event.id, code_index=code_index(scope, applicant.code, vault)
    )
    if invitation is None:
        raise rules.CodeUnknown()
    if invitation.state == "used":
        raise rules.CodeUsed()
    if invitation.state == "revoked":
        raise rules.CodeRevoked()
    bound = invitation.address_index
    if bound is not None and bytes(bound) != vault.blind_index(scope, applicant.address):
        raise rules.CodeForAnother()
    return invitation


def code_index(scope: str, code: str, vault: object) -> bytes:
    """What a row keeps of a code: its HMAC under the event's own key; case and spaces do not count."""
    tidy = "".join(code.split()).replace("-", "").lower()
    index: bytes = vault.blind_index(scope, f"code:{tidy}")  # type: ignore[attr-defined]
    return index


async def _enrol(
    event: Event, applicant: Applicant, placing: Placing, *, office: Office, now: datetime
) -> Registration:
    """Write the registration, and those of the colleagues, and post the letters they owe."""
    first = await _write(event, applicant, placing, office=office, now=now)
    if placing.invitation:
        placing.invitation.state = "used"
        placing.invitation.registration_id = first.id
        await placing.invitation.save(update_fields=["state", "registration_id"])
    everybody = [first]
    for guest in applicant.guests:
        everybody.append(await _write_guest(event, applicant, guest, placing, first, office=office, now=now))
    for registration in everybody:
        await note(registration, "registered", who=Who.PERSON, now=now)
        letter = "confirm_address" if placing.confirms_address else placing.status.value
        if registration is first or not placing.confirms_address:
            await post_about(letter, registration, event, office=office, now=now)
    return first


async def _write_guest(
    event: Event,
    host: Applicant,
    guest: Guest,
    placing: Placing,
    first: Registration,
    *,
    office: Office,
    now: datetime,
) -> Registration:
    """A colleague's own row; somebody who is registered already comes without an address, so nobody is told of it."""
    index = office.vault.blind_index(str(event.id), guest.address) if guest.address else b""
    known = guest.address and await Registration.find_living(event.id, index)
    them = Applicant(guest.name, "" if known else guest.address, host.language, host.mode)
    return await _write(event, them, placing, office=office, now=now, party=first.id)


async def _write(
    event: Event,
    applicant: Applicant,
    placing: Placing,
    *,
    office: Office,
    now: datetime,
    party: uuid.UUID | None = None,
) -> Registration:
    registration_id, token = uuid.uuid4(), new_token()
    seated = placing.status == Status.CONFIRMED
    waits_for_address = placing.confirms_address
    status = Status.PENDING if waits_for_address and seated else placing.status
    index = (
        office.vault.blind_index(str(event.id), applicant.address)
        if applicant.address
        else secrets.token_bytes(32)
    )
    has_entry = status == Status.CONFIRMED or (event.sends_holds and not waits_for_address)
    invited = has_entry and bool(applicant.address)
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
        waitlist_order=placing.order,
        party=party or (registration_id if applicant.guests else None),
        due_at=milliseconds(now + timedelta(hours=event.confirm_hours)) if waits_for_address else None,
        due_for=Due.ADDRESS if waits_for_address else Due.NOTHING,
        registered_on=now.date(),
        token_digest=digest(token),
        consent_version=applicant.consent_version,
        answer=ANSWER_OF[status],
        invited=invited,
        organizer_address=organizer_address(office.site),
        organizer_name=await organizer_name(event, applicant.language, office=office),
        told=event.told,
        said=event.said,
    )
    person = Person(applicant.name, applicant.address, applicant.needs, token, dict(applicant.answers))
    seal_person(registration, person, vault=office.vault)
    await registration.save(force_create=True)
    await skip_what_is_due(event, [registration], now=now)
    return registration


async def _take_over(
    event: Event, applicant: Applicant, invitation: Invitation, *, office: Office, now: datetime
) -> None:
    """A colleague accepts a place that was passed on: a new registration with a new UID, in the seat of the old one."""
    giver = await _find_giver(event, invitation)
    await end(giver, event, letter="passed_on", who=Who.PERSON, office=office, now=now)
    same_seat = Applicant(
        applicant.name, applicant.address, applicant.language, giver.mode, applicant.needs,
        applicant.consent_version, applicant.answers,
    )  # fmt: skip
    placing = Placing(
        Status.CONFIRMED, confirms_address=False, invitation=invitation, quota_id=giver.quota_id, order=None
    )
    await _enrol(event, same_seat, placing, office=office, now=now)


async def _find_giver(event: Event, invitation: Invitation) -> Registration:
    """Whose place an invitation passes on, while they still have it; `CodeRevoked` otherwise."""
    giver = await Registration.get_or_none(id=invitation.registration_id, event_id=event.id)
    if giver is None or giver.status != Status.CONFIRMED:
        raise rules.CodeRevoked()
    return giver


@one_transaction
async def confirm_address(registration_id: uuid.UUID, *, office: Office, now: datetime) -> Registration:
    """The person opened the letter and said yes: the held seat is theirs (or they wait on, now for good).

    Saying it twice is saying it once. Refuses `AlreadyCancelled` when the hold has lapsed.
    """
    registration, event = await claimed(registration_id)
    if registration.live is None:
        raise rules.AlreadyCancelled()
    if registration.due_for != Due.ADDRESS:
        return registration
    for each in await party_of(registration):
        each.due_at, each.due_for = None, Due.NOTHING
        if each.seated:
            await confirm(each, event, letter="confirmed", who=Who.PERSON, office=office, now=now)
        else:
            await each.save()
            await note(each, "address_confirmed", who=Who.PERSON, now=now)
            await post_about(each.status, each, event, office=office, now=now)
    return registration


@one_transaction
async def cancel(
    registration_id: uuid.UUID,
    *,
    office: Office,
    now: datetime,
    who: Who = Who.ORGANIZER,
    letter: str = "cancelled",
) -> Registration:
    """Give the place back at once: CANCEL to its calendar, and the next in line moves up in the same transaction.

    Who registered a party takes it along. Refuses `NoSuchRegistration`, `AlreadyCancelled`, `EventOver`.
    """
    registration, event = await claimed(registration_id)
    if now >= event.ends_at:
        raise rules.EventOver()
    rules.check_life(Status(registration.status), Status.CANCELLED)
    leads = registration.party == registration.id
    for each in await party_of(registration) if leads else [registration]:
        await end(each, event, letter=letter, who=who, office=office, now=now)
    await registration.refresh_from_db()
    await promote(event, office=office, now=now)
    return registration


@one_transaction
async def leave(registration_id: uuid.UUID, *, office: Office, now: datetime) -> Registration:
    """The person cancels. A seat stays held for `UNDO_LASTS`, so that they can take it back; a wait ends at once.

    Refuses as `cancel` does. Leaving twice is leaving once.
    """
    registration, event = await claimed(registration_id)
    if now >= event.ends_at:
        raise rules.EventOver()
    rules.check_life(Status(registration.status), Status.CANCELLED)
    if registration.due_for == Due.LEAVING:
        return registration
    if registration.status != Status.CONFIRMED:
        return await cancel(registration_id, office=office, now=now, who=Who.PERSON)
    registration.due_at = milliseconds(now + rules.UNDO_LASTS)
    registration.due_for = Due.LEAVING
    await registration.save(update_fields=["due_at", "due_for"])
    await note(registration, "leaving", who=Who.PERSON, now=now)
    return registration


@one_transaction
async def stay(registration_id: uuid.UUID, *, office: Office, now: datetime) -> Registration:
    """Take a cancellation back while the seat is still held. Refuses `NothingToUndo`."""
    registration, _event = await claimed(registration_id)
    if registration.due_for != Due.LEAVING or registration.live is None:
        raise rules.NothingToUndo()
    registration.due_at, registration.due_for = None, Due.NOTHING
    await registration.save(update_fields=["due_at", "due_for"])
    await note(registration, "stayed", who=Who.PERSON, now=now)
    return registration


async def claimed(registration_id: uuid.UUID) -> tuple[Registration, Event]:
    """The registration as it stands under its event's claim. Refuses `NoSuchRegistration`."""
    registration = await Registration.get_or_none(id=registration_id)
    if registration is None:
        raise rules.NoSuchRegistration()
    event = await Event.claim(registration.event_id)
    await registration.refresh_from_db()
    return registration, event


@one_transaction
async def send_link(event_id: uuid.UUID, address: str, *, office: Office, now: datetime) -> None:
    """Mail the personal link to whoever registered with this address; for an unknown address do the same work in vain.

    The claim commits a write in both cases, so that neither the answer nor its time tells whether anybody is there.
    """
    event = await Event.claim(event_id)
    index = office.vault.blind_index(str(event.id), address)
    registration = await Registration.find_living(event.id, index)
    if registration:
        await post_about("link", registration, event, office=office, now=now)


async def follow_event(event: Event, *, was_cancelled: bool, office: Office, now: datetime) -> None:
    """What a change of the event means for its people, inside the organizer's transaction (app.py hands it down).

    A cancelled event cancels everybody with a letter; more seats promote as many as fit.
    """
    if not was_cancelled:
        await promote(event, office=office, now=now)
        return
    for registration in await Registration.filter(event_id=event.id, live=1).order_by("id"):
        await end(registration, event, letter="event_cancelled", who=Who.ORGANIZER, office=office, now=now)
