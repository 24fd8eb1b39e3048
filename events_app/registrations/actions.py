"""What is done with registrations: each verb is one transaction that begins with the event's claim."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events_app.database import one_transaction
from events_app.events.models import Event, hosts_of
from events_app.events.rules import Door
from events_app.mail import outbox
from events_app.registrations import rules
from events_app.registrations.emails import Facts, Person, event_facts, letter_facts, person_of
from events_app.registrations.models import Registration, head_of_waitlist, next_in_line, room_of
from events_app.registrations.rules import ANSWER_OF, Applicant, Status
from events_app.tokens import digest, new_token
from events_app.vault import Reader, Vault
from events_app.web.site import Site

REFUSAL_AT = {
    Door.DRAFT: rules.RegistrationNotOpenYet,
    Door.NOT_YET: rules.RegistrationNotOpenYet,
    Door.CLOSED: rules.RegistrationClosed,
    Door.PAST: rules.EventOver,
    Door.CANCELLED: rules.EventCalledOff,
}


@dataclass(frozen=True)
class Office:
    """What acts need besides their subject: who opens personal data, and what the site says of itself."""

    vault: Vault
    site: Site


@dataclass(frozen=True)
class Receipt:
    """What the page after the form says. It is the same for a new address and for one that was here before."""

    event_id: uuid.UUID
    status: Status
    mode: str
    address: str


@one_transaction
async def register(event_id: uuid.UUID, applicant: Applicant, *, office: Office, now: datetime) -> Receipt:
    """Give the applicant a place, or one in line, and post the letter that says so.

    A repeated address changes nothing; it gets the receipt a new address would get, and the truth in a letter.
    Refuses `RegistrationNotOpenYet`, `RegistrationClosed`, `EventOver`, `EventCalledOff`, `ModeNotOffered`,
    `EventFull`; a refusal leaves nothing behind.
    """
    event = await Event.claim(event_id)
    refuse_unless_open(event, now)
    if applicant.mode not in event.modes:
        raise rules.ModeNotOffered()
    room = await room_of(event, applicant.mode)
    status = rules.decide_place(room, keeps_waitlist=event.keeps_waitlist)
    receipt = Receipt(event.id, status, applicant.mode, applicant.address)

    index = office.vault.blind_index(str(event.id), applicant.address)
    known = await Registration.find_living(event.id, index)
    if known:
        await _post_about("already", known, event, office=office, now=now)
    else:
        await _enrol(event, applicant, status, office=office, now=now)
    return receipt


def refuse_unless_open(event: Event, now: datetime) -> None:
    door = event.door(now)
    if door != Door.OPEN:
        raise REFUSAL_AT[door]()


async def _enrol(
    event: Event, applicant: Applicant, status: Status, *, office: Office, now: datetime
) -> Registration:
    registration_id, token = uuid.uuid4(), new_token()
    person = Person(applicant.name, applicant.address, applicant.needs, token)
    registration = await Registration.create(
        id=registration_id,
        event_id=event.id,
        status=status,
        mode=applicant.mode,
        language=applicant.language,
        address_index=office.vault.blind_index(str(event.id), applicant.address),
        live=1,
        waitlist_order=await next_in_line(event.id) if status == Status.WAITLISTED else None,
        registered_on=now.date(),
        token_digest=digest(token),
        person=office.vault.seal(str(event.id), person_context(registration_id), person.as_json()),
        consent_version=applicant.consent_version,
        answer=ANSWER_OF[status],
        invited=status == Status.CONFIRMED,
        organizer_address=office.site.sender,
        told=event.told if status == Status.CONFIRMED else "",
    )
    await _post(status.value, registration, person, event, office=office, now=now)
    return registration


@one_transaction
async def cancel(registration_id: uuid.UUID, *, office: Office, now: datetime) -> Registration:
    """Give the place back: CANCEL to its calendar, and the next in line moves up in the same transaction.

    Refuses `NoSuchRegistration`, `AlreadyCancelled`, `EventOver`.
    """
    registration = await Registration.get_or_none(id=registration_id)
    if registration is None:
        raise rules.NoSuchRegistration()
    event = await Event.claim(registration.event_id)
    await registration.refresh_from_db()
    if now >= event.ends_at:
        raise rules.EventOver()
    await _end(registration, event, "cancelled", office=office, now=now)
    await promote(event, office=office, now=now)
    return registration


async def _end(
    registration: Registration, event: Event, letter: str, *, office: Office, now: datetime
) -> None:
    rules.check_life(Status(registration.status), Status.CANCELLED)
    registration.status = Status.CANCELLED
    registration.answer = ANSWER_OF[Status.CANCELLED]
    registration.live = None
    registration.waitlist_order = None
    if registration.invited:
        registration.sequence += 1
    await registration.save()
    await _post_about(letter, registration, event, office=office, now=now)


async def promote(event: Event, *, office: Office, now: datetime) -> int:
    """Give free seats to the heads of the waitlists; says how many moved up. Call it only under the event's claim."""
    if event.door(now) in {Door.PAST, Door.CANCELLED, Door.DRAFT}:
        return 0
    promoted = 0
    for mode in event.modes:
        room = await room_of(event, mode)
        for registration in await head_of_waitlist(event.id, mode, most=rules.how_many_to_promote(room)):
            registration.status = Status.CONFIRMED
            registration.answer = ANSWER_OF[Status.CONFIRMED]
            registration.waitlist_order = None
            registration.invited = True
            registration.told = event.told
            await registration.save()
            await _post_about("promoted", registration, event, office=office, now=now)
            promoted += 1
    return promoted


@one_transaction
async def send_link(event_id: uuid.UUID, address: str, *, office: Office, now: datetime) -> None:
    """Mail the personal link to whoever registered with this address; for an unknown address do the same work in vain.

    The claim commits a write in both cases, so that neither the answer nor its time tells whether anybody is there.
    """
    event = await Event.claim(event_id)
    index = office.vault.blind_index(str(event.id), address)
    registration = await Registration.find_living(event.id, index)
    if registration:
        await _post_about("link", registration, event, office=office, now=now)


@one_transaction
async def send_update(event_id: uuid.UUID, *, office: Office, now: datetime) -> int:
    """Tell everyone who holds an old time or place: SEQUENCE+1 and the changed letter. Says how many were written to.

    Nobody is told twice: who already holds the present times is left alone.
    """
    event = await Event.claim(event_id)
    behind = Registration.filter(event_id=event.id, status=Status.CONFIRMED).exclude(told=event.told)
    registrations: Sequence[Registration] = await behind.order_by("id")
    for registration in registrations:
        registration.sequence += 1
        registration.answer = "NEEDS-ACTION"
        registration.told = event.told
        await registration.save(update_fields=["sequence", "answer", "told"])
        await _post_about("changed", registration, event, office=office, now=now)
    return len(registrations)


async def follow_event(event: Event, *, was_cancelled: bool, office: Office, now: datetime) -> None:
    """What a change of the event means for its people, inside the organizer's transaction (app.py hands it down).

    A cancelled event cancels everybody with a letter; more seats promote as many as fit.
    """
    if not was_cancelled:
        await promote(event, office=office, now=now)
        return
    for registration in await Registration.filter(event_id=event.id, live=1).order_by("id"):
        await _end(registration, event, "event_cancelled", office=office, now=now)


def person_context(registration_id: uuid.UUID) -> str:
    """What a sealed person is bound to: a blob moved to another row does not open."""
    return f"person:{registration_id}"


def reveal_person(registration: Registration, *, vault: Vault, reader: Reader) -> Person:
    """The one way to read who a registration is; the vault is told who asks."""
    context = person_context(registration.id)
    return person_of(vault.reveal(str(registration.event_id), context, registration.person, reader))


async def _post_about(
    letter: str, registration: Registration, event: Event, *, office: Office, now: datetime
) -> None:
    person = reveal_person(registration, vault=office.vault, reader=Reader("courier"))
    await _post(letter, registration, person, event, office=office, now=now)


_REPLACES = {"already": "link", "link": "link", "changed": "changed"}
"""Letters of which only the newest is worth sending: a younger one supersedes it while it is unsent."""


async def _post(
    letter: str, registration: Registration, person: Person, event: Event, *, office: Office, now: datetime
) -> None:
    about: Facts = event_facts(
        event, await hosts_of(event.id), language=registration.language, site=office.site
    )
    await outbox.post(
        f"registrations.{letter}",
        vault=office.vault,
        scope=str(event.id),
        about=outbox.About(event_id=event.id, thread=registration.id, replaces=_REPLACES.get(letter)),
        facts=letter_facts(registration, person, about, site=office.site, now=now),
        now=now,
    )
