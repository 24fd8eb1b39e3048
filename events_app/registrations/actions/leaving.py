"""Confirming one's address, cancelling, coming back; and what becomes of people when an event changes."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from events_app import shadows
from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES, Mode
from events_app.events.rules import Status as EventStatus
from events_app.mail.emptying import take_back_unheard
from events_app.registrations import rules
from events_app.registrations.models import Registration, next_arrival, next_of, party_of
from events_app.registrations.places import confirm, promote
from events_app.registrations.posting import (
    forget_offers,
    note,
    openable,
    post_about,
    post_own_page,
    post_sparingly,
    seal_person,
    turn_of,
)
from events_app.registrations.rules import Due, Status
from events_app.registrations.told import hear, may_hear_of_it
from events_app.rounds import actions as rounds
from events_app.rounds.models import CALLED_OFF, Round
from events_app.vault import Json


@one_transaction
async def confirm_address(registration_id: uuid.UUID, *, act: Act) -> Registration:
    """The person opened the letter and said yes: the held seat is theirs (or they wait on, now for good).

    Saying it twice is saying it once. Refuses `AlreadyCancelled` when the hold has lapsed.
    """
    registration, event = await claimed(registration_id, act=act)
    if registration.live is None:
        raise rules.AlreadyCancelled()
    if registration.due_for != Due.ADDRESS:
        return registration
    for each in await party_of(registration):
        each.due_at, each.due_for = None, Due.NOTHING
        if each.seated:
            await confirm(each, event, letter="confirmed", act=act.of(Who.PERSON))
            if (
                each.id != registration.id and each.invited
            ):  # whoever registered them had the link in the letter before
                await post_own_page(each, event, act=act)
        else:
            await each.save()
            await note(each, "address_confirmed", act=act.of(Who.PERSON))
            await post_about(each.status, each, event, act=act)
    return registration


@one_transaction
async def cancel(
    registration_id: uuid.UUID, *, letter: str = "cancelled", is_erased: bool = False, act: Act
) -> Registration:
    """Give the place back at once: CANCEL to its calendar, and the next in line moves up in the same transaction.

    Who registered a party takes it along. `is_erased`: they are forgotten next, and their letter says so. Refuses
    `NoSuchRegistration`, `AlreadyCancelled`, `EventOver`.
    """
    registration, event = await claimed(registration_id, act=act)
    if act.now >= event.ends_at:
        raise rules.EventOver()
    rules.check_life(Status(registration.status), Status.CANCELLED)
    leads = registration.party == registration.id
    for each in await party_of(registration) if leads else [registration]:
        more: dict[str, Json] = {"erased": True} if is_erased and each.id == registration.id else {}
        await end(each, event, letter=letter, more=more, act=act)
    await registration.refresh_from_db()
    await promote(event, act=act)
    return registration


@one_transaction
async def take_out(leader_id: uuid.UUID, colleague_id: uuid.UUID, *, act: Act) -> None:
    """Cancel one of those whom somebody registered; the others stay. Refuses `NoSuchRegistration` for whoever does not
    come with them, and as `cancel` does.
    """
    leader, _event = await claimed(leader_id, act=act)
    company = await party_of(leader) if leader.party == leader.id else []
    if colleague_id == leader.id or colleague_id not in {each.id for each in company}:
        raise rules.NoSuchRegistration()
    await cancel(colleague_id, act=act.of(Who.PERSON))


@one_transaction
async def let_company_stay(leader_id: uuid.UUID, addresses: Mapping[uuid.UUID, str], *, act: Act) -> None:
    """Before somebody goes, those whom they registered become their own, each by the link in an email to their
    address, or to the one that is given here. Whoever has none, or one that is registered already, stays with the
    leader, and goes with them.
    """
    leader, event = await claimed(leader_id, act=act)
    if leader.party != leader.id or leader.live is None:
        return
    for each in await party_of(leader):
        if each.id != leader.id and each.due_for not in {Due.ADDRESS, Due.OFFER}:
            await _make_their_own(each, event, addresses.get(each.id, ""), act=act)
    if leader.seated:  # else the free seat would be theirs, who are about to go, and their going promotes
        await promote(event, act=act)


async def leave_company_to(taker: Registration, giver: Registration, *, act: Act) -> None:
    """Who came with the giver and has an address goes on alone; whoever has none comes with the taker from now on."""
    for each in await Registration.filter(party=giver.id, live=1):
        person = await openable(each, act=act)
        is_their_own = bool(person and person.address)
        each.party = None if is_their_own else taker.id
        await each.save(update_fields=["party"])
        if not is_their_own:
            taker.party = taker.id
    await Registration.filter(id=taker.id).update(party=taker.party)


async def _make_their_own(colleague: Registration, event: Event, address: str, *, act: Act) -> None:
    person = await openable(colleague, act=act)
    if person is None:
        return
    if person.address:
        colleague.party = None
        await colleague.save(update_fields=["party"])
        await post_about("link", colleague, event, act=act)
        return
    index = act.vault.blind_index(str(event.id), kept(address))
    if not address:
        return
    if known := await Registration.find_living(event.id, index):
        await post_sparingly(["already"], known, event, act=act)
        return
    if (turn := await turn_of(address, "colleague", event, act=act)) is None:
        return
    seal_person(colleague, replace(person, address=address), vault=act.vault)
    colleague.party, colleague.address_index = None, index
    colleague.invited = colleague.status == Status.CONFIRMED or event.sends_holds
    await hear(colleague, event)
    await colleague.save()
    for letter in [colleague.status, *(["own_page"] if colleague.invited else [])]:
        await post_about(letter, colleague, event, not_before=turn, act=act)


@one_transaction
async def leave(registration_id: uuid.UUID, *, act: Act) -> Registration:
    """The person cancels. A seat stays held for `UNDO_LASTS`, so that they can take it back; a wait ends at once.

    Refuses as `cancel` does. Leaving twice is leaving once.
    """
    registration, event = await claimed(registration_id, act=act)
    if act.now >= event.ends_at:
        raise rules.EventOver()
    rules.check_life(Status(registration.status), Status.CANCELLED)
    if registration.due_for == Due.LEAVING:
        return registration
    if registration.status != Status.CONFIRMED:
        return await cancel(registration_id, act=act.of(Who.PERSON))
    registration.due_at = milliseconds(act.now + rules.UNDO_LASTS)
    registration.due_for = Due.LEAVING
    await registration.save(update_fields=["due_at", "due_for"])
    await note(registration, "leaving", act=act.of(Who.PERSON))
    return registration


async def hold_as_new(
    event: Event, known: Registration | None, index: bytes, *, mode: str, people: int, act: Act
) -> uuid.UUID | None:
    """Where addresses are confirmed, one that is known holds so many seats (0: it waits) for as long as a new one
    would, unless it is as new itself; by which id they are given back. The same work, whoever it is (`shadows`)."""
    mark = act.vault.code_index(str(event.id), f"letters shadow {index.hex()}")
    is_as_new = known is None or known.due_for == Due.ADDRESS
    was_taken_back = known is not None and known.due_for == Due.LEAVING and not known.seated
    if is_as_new or was_taken_back or not people:
        await shadows.end(mark)
        return None
    until = milliseconds(act.now + timedelta(hours=event.confirm_hours))
    return await shadows.cast(event.id, mark, mode=mode, people=people, until=until)


@one_transaction
async def stay(registration_id: uuid.UUID, *, answer: str = "", act: Act) -> Registration:
    """Take a cancellation back while the seat is still held. Refuses `NothingToUndo`.

    Where the no was pressed in a calendar, that has taken the entry out: a new REQUEST puts it in again. `answer` is
    what the calendar says by now, if it was it that said yes.
    """
    registration, event = await claimed(registration_id, act=act)
    said_no = registration.status == Status.CONFIRMED and registration.answer == "DECLINED"
    leaving = registration.due_for == Due.LEAVING and registration.seated  # not, where it was retracted
    if registration.live is None or not (leaving or said_no):
        raise rules.NothingToUndo()
    registration.due_at, registration.due_for = None, Due.NOTHING
    if said_no:
        await hear(registration, event)
        registration.answer = answer or rules.ANSWER_OF[Status.CONFIRMED]
        registration.sequence += 0 if answer else 1
    await registration.save()
    await note(registration, "stayed", act=act.of(Who.PERSON))
    if said_no:
        await post_about("stayed", registration, event, act=act)
    return registration


async def claimed(registration_id: uuid.UUID, *, act: Act) -> tuple[Registration, Event]:
    """The registration as it stands under its event's claim. Refuses `NoSuchRegistration`."""
    seen = await Registration.get_or_none(id=registration_id)
    if seen is None:
        raise rules.NoSuchRegistration()
    event = await Event.claim(seen.event_id)
    registration = await Registration.get_or_none(
        id=registration_id
    )  # an import may have been undone meanwhile
    if registration is None:
        raise rules.NoSuchRegistration()
    await call_off_if_due(registration, event, act=act)
    return registration, event


async def call_off_if_due(registration: Registration, event: Event, *, act: Act) -> None:
    """A cancelled event has nobody who comes: whom its round has not reached yet is cancelled before anything else is
    done to them, so that nobody is told anything that is over. Under the event's claim."""
    if event.status == EventStatus.CANCELLED and registration.live is not None:
        await end(registration, event, letter="event_cancelled", act=act.of(Who.ORGANIZER))


async def follow_event(
    event_id: uuid.UUID, *, was_cancelled: bool, gone: Sequence[str] = (), act: Act
) -> None:
    """What a change of the event means for its people, inside the organizer's transaction (app.py hands it down).

    A cancelled event cancels everybody with a letter: the first of them now, the others in a round that goes on after
    it. More seats promote as many as fit. Refuses `ModeInUse` when a way of taking part goes in which somebody has a
    place or waits, and `StillBeingTold` when an event is to be held after all before everybody knows that it was not.
    """
    for mode in gone:
        if people := await Registration.filter(event_id=event_id, live=1, mode=mode).count():
            raise rules.ModeInUse(people=people, mode=MODE_NAMES[Mode(mode)])
    event = await Event.find(event_id)
    if was_cancelled:
        found = await rounds.begin(event.id, CALLED_OFF, until=await next_arrival(event.id) - 1)
        await call_off_some(found.number, act)
        return
    if event.status == EventStatus.PUBLISHED and await Round.exists(event_id=event_id, what=CALLED_OFF):
        raise rules.StillBeingTold()
    await promote(event, act=act)


@one_transaction
async def call_off_some(number: int, act: Act) -> bool:
    """The next people of a cancelled event are cancelled, with a letter each (`rounds.actions.Step`)."""
    if not (taken := await rounds.claim(number)):
        return False
    found, event = taken
    people = await next_of(found, most=rounds.AT_ONCE)
    for registration in people:
        await end(registration, event, letter="event_cancelled", act=act.of(Who.ORGANIZER))
    return await rounds.went(found, [each.arrival for each in people])


async def end(
    registration: Registration, event: Event, *, letter: str, more: Mapping[str, Json] = {}, act: Act
) -> None:
    """The registration is over: the seat is free, the letter says so (and `more`), a calendar gets CANCEL."""
    rules.check_life(Status(registration.status), Status.CANCELLED)
    may_hear = may_hear_of_it(registration)
    if may_hear and act.who == Who.PERSON:
        may_hear = not await _has_heard_nothing(registration, act.now)
    await close(registration, Status.CANCELLED, now=act.now)
    await forget_offers(registration, act=act)
    await note(registration, letter, act=act)
    if may_hear:
        await post_about(letter, registration, event, more=more, act=act)


async def _has_heard_nothing(registration: Registration, now: datetime) -> bool:
    """Whether the first letters still waited for their turn (`turn_of`); then none of them goes, nor one that says that
    it is over: else whoever comes and goes has letter after letter sent to an address that may not be theirs."""
    is_young = (now.date() - registration.registered_on).days <= 1
    return is_young and await take_back_unheard(registration.id, now=now)


async def close(registration: Registration, status: Status, *, now: datetime) -> None:
    """Write the end into the row; letters and history are the caller's."""
    registration.status = status
    registration.answer = rules.ANSWER_OF[status]
    registration.seated = False
    registration.live = None
    registration.waitlist_order = None
    registration.due_at = None
    registration.due_for = Due.NOTHING
    if registration.invited:
        registration.sequence += 1
    await registration.save()
