"""Whoever is registered, or anybody at all, cannot have letter after letter sent to an address that is another's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.addresses import kept
from events_app.clock import milliseconds
from events_app.events.models.event import Event
from events_app.linking import actions as linking
from events_app.mail.models import Letter
from events_app.registrations.actions import changing, deciding, leaving, registering
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER, reveal_person
from events_app.registrations.rules import Guest
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
VICTIM = "victim@example.org"
MINUTE = timedelta(minutes=1)


@dataclass
class Mailbox:
    """What has come to the victim at one event, minute by minute; the courier is always there."""

    event: Event
    office: Office
    kinds: list[str] = field(default_factory=list)

    async def look(self, minute: float) -> None:
        """What may leave by then has left."""
        until = milliseconds(NOW + MINUTE * minute)
        theirs = {self.office.vault.blind_index(str(self.event.id), kept(each)) for each in spellings()}
        due = Letter.filter(event_id=self.event.id, state="queued", due_at__lte=until)
        for letter in await due.order_by("number"):
            if bytes(letter.address_index or b"") in theirs:
                self.kinds.append(letter.kind.partition(".")[2])
        await due.update(state="sent", due_at=None, attempts=1)


def spellings() -> Sequence[str]:
    return [VICTIM, *(f"victim+{number}@example.org" for number in range(1, 41))]


async def opened(office: Office, **said: Any) -> tuple[Event, Mailbox]:
    event = await make.event(office.vault, **{"capacity_in_person": 100, "most_guests": 3, **said})
    return event, Mailbox(event, office)


async def test_no_stranger_is_offered_a_place_again_and_again_by_whoever_has_one(office: Office) -> None:
    event, mailbox = await opened(office)
    rows = await make.registered(event, 1, 2, 3, 4, office=office)

    for minute in range(40):
        giver = rows[minute % 4]
        to = spellings()[minute]
        act = office.at(NOW + MINUTE * minute)
        await changing.pass_on(giver.id, name="You", address=to, language="en", act=act)
        await mailbox.look(minute)

    assert mailbox.kinds == ["handed"]


async def test_no_stranger_is_offered_more_than_six_places_a_day(office: Office) -> None:
    event, mailbox = await opened(office)
    (row,) = await make.registered(event, 1, office=office)

    for minute in range(0, 600, 20):
        act = office.at(NOW + MINUTE * minute)
        await changing.pass_on(row.id, name="You", address=VICTIM, language="en", act=act)
        await mailbox.look(minute)

    assert mailbox.kinds == ["handed"] * 6


async def test_no_stranger_is_brought_along_and_left_at_home_again_and_again(office: Office) -> None:
    event, mailbox = await opened(office)
    (row,) = await make.registered(event, 1, office=office)

    for minute in range(30):
        act = office.at(NOW + MINUTE * minute)
        colleague = await changing.bring(row.id, Guest("You", VICTIM), act=act)
        await mailbox.look(minute)
        await leaving.take_out(row.id, colleague.id, act=act)
        await mailbox.look(minute)

    assert mailbox.kinds == ["confirmed", "own_page", "cancelled"]


async def test_a_colleague_who_was_written_to_too_often_comes_along_all_the_same(office: Office) -> None:
    event, _mailbox = await opened(office, most_guests=10)
    (row,) = await make.registered(event, 1, office=office)
    found = []

    for address in spellings()[:6]:
        colleague = await changing.bring(row.id, Guest("You", address), act=office.at(NOW))
        fresh = await Registration.get(id=colleague.id)
        told = reveal_person(fresh, vault=office.vault, reader=COURIER).address
        found.append((fresh.status, fresh.seated, bool(told)))

    assert found == [("confirmed", True, True)] * 4 + [("confirmed", True, False)] * 2


async def test_no_stranger_is_registered_and_taken_back_again_and_again(office: Office) -> None:
    event, mailbox = await opened(office)
    typed = make.applicant(1, address=VICTIM, guests=[Guest("Your friend", "victim+1@example.org")])

    for minute in range(14):
        act = office.at(NOW + MINUTE * minute)
        receipt = await registering.register(event.id, typed, act=act)
        await mailbox.look(minute)
        assert receipt.registration_id is not None
        await linking.retract(event.id, receipt.registration_id, is_new=receipt.is_new, act=act)
        for each in await deciding.due_now(act.now):
            await deciding.lapse(each, act=act)
        await mailbox.look(minute)

    once = ["confirmed", "own_page"]
    assert sorted(mailbox.kinds) == sorted([*once, *once, "cancelled", "cancelled"])


async def test_many_spellings_of_one_mailbox_never_get_letter_after_letter(office: Office) -> None:
    event, mailbox = await opened(office)

    for address in spellings()[:20]:
        await registering.register(event.id, make.applicant(1, address=address), act=office.at(NOW))
    await mailbox.look(14)

    assert mailbox.kinds == ["confirmed", "own_page"]


async def test_whoever_comes_back_is_written_to_though_later(office: Office) -> None:
    event, mailbox = await opened(office)
    (row,) = await make.registered(event, 1, office=office)
    await mailbox.look(1)
    await leaving.cancel(row.id, act=office.at(NOW + MINUTE))
    await make.registered(event, 1, office=office, now=NOW + 2 * MINUTE)

    waiting = await Letter.filter(event_id=event.id, state="queued", kind="registrations.confirmed")

    assert [each.due_at for each in waiting] == [milliseconds(NOW + 15 * MINUTE)]


async def test_a_colleague_who_waits_never_gets_a_letter_each_time_their_leader_changes_their_mind(
    office: Office,
) -> None:
    event, mailbox = await opened(
        office, capacity_in_person=3, offers_online=True, capacity_online=3, keeps_waitlist=True
    )
    for number, mode in ((1, "in_person"), (2, "online")):
        await make.registered(event, number, office=office, mode=mode)
    guests = [Guest("You", VICTIM), Guest("Another")]
    (leader,) = await make.registered(event, 5, office=office, guests=guests)

    for minute in range(20, 34):
        mode = "online" if minute % 2 == 0 else "in_person"
        await changing.switch_mode(leader.id, mode, act=office.at(NOW + MINUTE * minute))
        await mailbox.look(minute)

    assert mailbox.kinds.count("switched") == 1
