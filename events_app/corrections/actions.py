"""Putting right what is known of somebody: one transaction, by the rules of the person's own changes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.allowances import LONGEST_WAIT
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.errors import Conflict
from events_app.events.models.event import Event
from events_app.i18n import N_
from events_app.linking.actions import settle, take_leave
from events_app.mail.emptying import take_back_from
from events_app.people.actions import letter_again
from events_app.questions.answers import merged
from events_app.questions.models import questions_of
from events_app.questions.rules import Answers
from events_app.registrations.actions.changing import refuse_unless_changeable
from events_app.registrations.actions.leaving import claimed
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration, party_of
from events_app.registrations.posting import (
    note,
    post_about,
    reveal_person,
    seal_person,
    turn_of,
)
from events_app.registrations.rules import AddressTaken, Due, Status
from events_app.registrations.told import hear, may_hear_of_it
from events_app.vault import Json


class NotCorrected(Conflict):
    """Whoever is cancelled was told so, and whoever is erased is nobody any more: nothing of theirs is used again, so
    there is nothing that a correction would put right, and the history says how it was."""

    sentence = N_(
        "This registration is cancelled, not accepted, or deleted. It is kept as it was, so nothing is corrected."
    )


@dataclass(frozen=True)
class Correction:
    """Everything that the form says of somebody. `answers` are those to the questions that were asked on it. `writes`:
    the person hears of another name or address; `again`: and gets the letter of their status once more."""

    name: str
    address: str
    needs: str
    language: str
    answers: Answers
    writes: bool = True
    again: bool = False


@dataclass(frozen=True)
class Corrected:
    """What a correction changed, as history says it, and whether a letter follows."""

    what: Sequence[str]
    wrote: bool


def refuse_unless_correctable(registration: Registration, event: Event, now: datetime) -> None:
    """Refuses `NotCorrected`, and `ChangeNotPossible` as the person's own changes do."""
    if registration.live is None or registration.erased:
        raise NotCorrected()
    refuse_unless_changeable(registration, event, now)


@one_transaction
async def correct(registration_id: uuid.UUID, said: Correction, *, act: Act) -> Corrected:
    """Write down what an organizer put right. Seats, status and place in line stay as they are.

    History says which fields, and nothing of what stood in them: its lines are in the clear, and never hold a name; an
    old value kept sealed would be one more thing to forget, of use to nobody. Refuses `NotCorrected`,
    `ChangeNotPossible`, `AddressTaken`.
    """
    registration, event = await claimed(registration_id, act=act)
    refuse_unless_correctable(registration, event, act.now)
    before = reveal_person(registration, vault=act.vault, reader=act.by)
    questions = await questions_of(event.id, retired=True)
    answers = merged(before.answers, said.answers, questions, mode=registration.mode)
    after = replace(before, name=said.name, needs=said.needs, answers=answers)
    what = _differing(before, after, said, registration.language)
    registration.language = said.language
    if said.address and await _is_elsewhere(registration, said.address, act=act):
        wrote = await _move(registration, event, before, replace(after, address=said.address), said, act=act)
    else:
        seal_person(registration, replace(after, address=said.address or before.address), vault=act.vault)
        await registration.save(update_fields=["person", "language"])
        wrote = await _write_again(registration, event, said, has_new_name="name" in what, act=act)
    for field in what:
        await note(registration, f"{field}_corrected", act=act.of(Who.ORGANIZER))
    return Corrected(what, wrote)


def _differing(before: Person, after: Person, said: Correction, language: str) -> list[str]:
    pairs = {
        "name": (before.name, after.name),
        "address": (before.address, said.address or before.address),
        "language": (language, said.language),
        "needs": (before.needs, after.needs),
        "answers": (dict(before.answers), dict(after.answers)),
    }
    return [field for field, (was, became) in pairs.items() if was != became]


async def _is_elsewhere(registration: Registration, address: str, *, act: Act) -> bool:
    """Whether that is another mailbox, and not the same one written otherwise. Refuses `AddressTaken`."""
    index = act.vault.blind_index(str(registration.event_id), kept(address))
    if index == bytes(registration.address_index):
        return False
    if await Registration.find_living(registration.event_id, index):
        raise AddressTaken()
    return True


async def _move(
    registration: Registration, event: Event, before: Person, after: Person, said: Correction, *, act: Act
) -> bool:
    """The registration uses another address. What still waits for the old one never leaves, and if nothing ever went
    there nobody there is told; nor is an address that was never confirmed to be theirs."""
    old_index, old = bytes(registration.address_index), before.address
    may_have_arrived = bool(old) and await take_back_from(registration.id, old_index)
    await hear(registration, event)
    if may_have_arrived and said.writes and registration.due_for != Due.ADDRESS:
        turn = await _turn(old, event, act=act)
        more: dict[str, Json] = {"corrected": True}
        await take_leave(registration, event, old, more=more, not_before=turn, act=act)
    if registration.due_for == Due.ADDRESS:
        await _give_time(registration, event, now=act.now)
    if not old and said.writes and registration.due_for == Due.NOTHING:
        registration.invited = registration.status == Status.CONFIRMED or event.sends_holds
    await settle(registration, after, act=act)
    if not said.writes or not may_hear_of_it(registration):
        return False
    letter, told = _letter_to(registration, event, had_address=bool(old))
    turn = await _turn(after.address, event, act=act)
    await post_about(letter, registration, event, more=told, not_before=turn, act=act)
    if registration.invited and letter not in WITH_LINK:
        await post_about("own_page", registration, event, not_before=turn, act=act)
    return True


WITH_LINK = frozenset({"link", "confirm_address", "offered"})
"""Letters that hold the personal link themselves."""


def _letter_to(registration: Registration, event: Event, *, had_address: bool) -> tuple[str, dict[str, Json]]:
    """What the new address has to know: how things stand, with what it takes to act on it."""
    if registration.due_for == Due.ADDRESS:
        return "confirm_address", {}
    if registration.due_for == Due.OFFER and registration.party in {None, registration.id}:
        until = datetime.fromtimestamp((registration.due_at or 0) / 1000, event.starts.tzinfo)
        return "offered", {"until": until.isoformat()}
    if registration.due_for != Due.NOTHING:
        return "link", {}
    if had_address and registration.status == Status.CONFIRMED:
        return "moved", {}
    return (registration.status if registration.invited or not had_address else "link"), {}


async def _give_time(registration: Registration, event: Event, *, now: datetime) -> None:
    """The corrected address has as long to answer as a new one, and so have those who came with it."""
    until = milliseconds(now + timedelta(hours=event.confirm_hours))
    for each in await party_of(registration):
        if each.due_for == Due.ADDRESS:
            await Registration.filter(id=each.id).update(due_at=until)
    registration.due_at = until


async def _write_again(
    registration: Registration, event: Event, said: Correction, *, has_new_name: bool, act: Act
) -> bool:
    """The letter of how things stand: with the corrected name where a calendar holds the old one, or because the
    organizer wants it. SEQUENCE stays, since nothing of the event is another for this person (RFC 5546, 2.1.4); the
    new DTSTAMP makes it the newer one."""
    if not (said.again or (said.writes and has_new_name and registration.invited)):
        return False
    letter = await letter_again(registration, event)
    if not letter or not may_hear_of_it(registration):
        return False
    person = reveal_person(registration, vault=act.vault, reader=act.by)
    if not person.address:
        return False
    turn = await _turn(person.address, event, act=act)
    replaces = None if letter == "confirm_address" else "correction"
    await post_about(letter, registration, event, replaces=replaces, not_before=turn, act=act)
    return True


async def _turn(address: str, event: Event, *, act: Act) -> datetime:
    """When a letter may go there: a slip that is put right again and again fills nobody's mailbox."""
    return await turn_of(address, "correction", event, act=act) or act.now + LONGEST_WAIT
