"""A letter to many that waited while the mail was down is looked at again when it leaves."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.database import one_transaction
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.mail.courier import Courier
from events_app.mail.leases import Leased
from events_app.mail.models import Letter
from events_app.mail.outcomes import looking_again
from events_app.mailings.actions import audience, reminding, writing
from events_app.mailings.actions.audience import audience_of
from events_app.mailings.emails import Content
from events_app.mailings.rules import ReminderFacts
from events_app.optouts.actions import opt_out
from events_app.registrations.actions import changing, forgetting, leaving
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.posting import COURIER, reveal_guest
from events_app.rounds.actions import AT_ONCE
from events_app.settings import Mail
from events_app.work import COMPOSERS
from tests import make
from tests.mail.office import QUICK, until
from tests.make import NOW, House
from tests.rows import RowsRead, needs_sqlite

TO_MANY = [
    *("mailings.follow_up", "mailings.mailing", "mailings.reminder"),
    *("invitations.invitation", "registrations.handed"),
]

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def mailing(event: Event, office: Office, query: str = "") -> None:
    words = Content({"en": "News"}, {"en": "The room is open."}, query)
    found = await audience_of(event.id, query, act=office.at(NOW))
    draft = await writing.save_draft(event.id, words, act=office.at(NOW))
    await writing.start(event.id, draft.id, mark=writing.mark_of(found, words), act=office.at(NOW))
    await writing.carry_on(act=office.at(clock.now()))


async def carried(office: Office) -> dict[str, str]:
    """Every letter is tried once; of letters to many, their state and why, by address."""
    await carry(office)
    found = {}
    for letter in await Letter.filter(kind__in=TO_MANY):
        to = "nobody"
        if letter.facts:
            facts = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, COURIER)
            to = str(facts["to_address"])
        found[to.partition("@")[0]] = f"{letter.state} {letter.last_error}".strip()
    return found


async def carry(office: Office) -> None:
    """Every letter is tried once, without a server."""
    await Letter.filter(due_at__not_isnull=True).update(due_at=0)
    looks = {**audience.second_looks(office), **inviting.second_looks(office)}
    courier = Courier(
        Mail(sender_address="e@example.org"),
        office.vault,
        COMPOSERS,
        reader=COURIER,
        pace=QUICK,
        look_again=looking_again(looks, office.vault, COURIER),
    )
    run = asyncio.create_task(courier.run())
    await until(_none_waits)
    await courier.stop()
    await run


async def _none_waits() -> bool:
    return not await Letter.filter(due_at__not_isnull=True).exists()


async def test_who_left_was_erased_opted_out_or_bounced_meanwhile_gets_nothing(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=9)
    rows = await make.registered(event, 1, 2, 3, 4, 5, office=office)
    await mailing(event, office)

    await leaving.cancel(rows[0].id, act=office.at(NOW))
    await opt_out(event, "guest2@example.org", act=office.at(NOW))
    await Registration.filter(id=rows[2].id).update(undeliverable=True)
    await forgetting.erase(rows[3].id, act=office.at(NOW))

    became = await carried(office)
    assert {name: became[name] for name in ("guest1", "guest2", "guest3", "guest5")} == {
        "guest1": "withheld not wanted: out",
        "guest2": "withheld not wanted: opted out",
        "guest3": "withheld not wanted: out",
        "guest5": "kept",
    }
    assert "guest4" not in became


@needs_sqlite
async def test_a_second_look_never_reads_whoever_else_opted_out(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await mailing(event, office)
    look = one_transaction(audience.second_looks(office)["mailings.mailing"])
    (letter,) = await Letter.filter(thread=row.id, kind="mailings.mailing")
    facts, read = {"to_address": "guest1@example.org"}, []

    for number in range(2):
        with RowsRead() as counted:
            assert await look(leased(letter), facts) == ""
        read.append(counted.number)
        for each in range(30 if not number else 0):
            await opt_out(event, f"other{each}@example.org", act=office.at(NOW))

    assert 0 < read[0] == read[1]


def leased(letter: Letter) -> Leased:
    whose = (letter.number, letter.id, letter.scope, letter.thread, letter.kind)
    return Leased(*whose, b"", None, None, 0, None, 0, "again")


async def test_nobody_who_wanted_no_letters_is_written_to_by_who_offers_a_place(office: Office) -> None:
    event = await make.event(office.vault)
    givers = await make.registered(event, 1, 2, office=office)
    await opt_out(event, "c0@example.org", act=office.at(NOW))
    for n, giver in enumerate(givers):
        await changing.pass_on(
            giver.id, name="C", address=f"c{n}@example.org", language="en", act=office.at(NOW)
        )

    became = await carried(office)

    assert became == {"c0": "withheld not wanted: opted out", "c1": "kept"}


async def test_who_does_not_fit_the_choice_any_more_gets_nothing(office: Office) -> None:
    event = await make.event(office.vault, offers_online=True)
    rows = await make.registered(event, 1, 2, office=office)
    await mailing(event, office, "mode=in_person")

    await changing.switch_mode(rows[0].id, "online", act=office.at(NOW))

    assert await carried(office) == {"guest1": "withheld not wanted: not chosen", "guest2": "kept"}


async def test_a_choice_by_name_is_asked_again_of_each_alone(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, "Amal", "Nour", office=office)
    await mailing(event, office, "q=amal")

    assert await carried(office) == {"amal": "kept"}


async def test_a_reminder_that_waited_past_the_start_is_not_sent(office: Office) -> None:
    soon = clock.now() + timedelta(minutes=30)
    wall: Any = {
        "starts_wall": f"{soon:%Y-%m-%dT%H:%M}",
        "ends_wall": f"{soon + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    event = await make.event(office.vault, zone="UTC", now=soon - timedelta(days=2), **wall)
    act = office.at(soon - timedelta(days=2))
    await reminding.save_reminders(event.id, [ReminderFacts(60, False, {})], act=act)
    await make.registered(event, 1, office=office, now=soon - timedelta(days=2))
    await reminding.remind(act=office.at(soon - timedelta(minutes=50)))
    await Event.filter(id=event.id).update(starts_at=clock.now() - timedelta(minutes=1))

    assert await carried(office) == {"guest1": "withheld not wanted: begun"}


async def test_a_reminder_of_an_event_that_was_called_off_is_not_sent(office: Office) -> None:
    event = await make.event(office.vault)
    act = office.at(NOW)
    await reminding.save_reminders(event.id, [ReminderFacts(1440, False, {})], act=act)
    await make.registered(event, 1, office=office)
    await reminding.remind(act=office.at(event.starts_at - timedelta(hours=24)))
    await life.cancel_event(event.id, follow=make.follower(office), act=act)

    assert await carried(office) == {"guest1": "withheld not wanted: out"}


async def test_nobody_hears_of_a_seat_after_the_event_was_called_off(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=40)
    other = await make.event(office.vault, slug="other")
    people = range(1, AT_ONCE + 3)
    await make.registered(event, *people, office=office)
    await make.registered(other, 99, office=office)

    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))
    await carry(office)

    ended = Letter.filter(event_id=event.id).exclude(last_error="not wanted: begun", state="withheld")
    assert {(each.kind, each.state) for each in await ended} == {("registrations.event_cancelled", "kept")}
    assert {each.state for each in await Letter.filter(event_id=other.id)} == {"kept"}
    assert await Letter.filter(event_id=event.id, kind="registrations.confirmed").count() == len(people)


async def test_a_letter_that_cannot_be_opened_is_never_looked_at_again_for_ever(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, 2, office=office)
    await mailing(event, office)
    broken = await Letter.filter(kind="mailings.mailing").order_by("number").first()
    assert broken is not None
    await Letter.filter(id=broken.id).update(facts=bytes(40))

    await carry(office)

    assert (await Letter.get(id=broken.id)).state == "withheld"
    assert await Letter.filter(kind="mailings.mailing", state="kept").count() == 1


async def test_an_invitation_that_was_withdrawn_or_stopped_is_not_sent(office: Office) -> None:
    event = await make.event(office.vault)
    guests = [Invitee("", f"guest{number}@example.org", "en") for number in (1, 2, 3)]
    act = office.at(NOW)
    await inviting.invite(event.id, guests, batch="b", purpose="open", quota_id=None, is_bound=True, act=act)
    await inviting.send_invitations(event.id, "b", act=act)
    named = {reveal_guest(each, act=act)["address"]: each for each in await Invitation.all()}
    await Invitation.filter(id=named["guest1@example.org"].id).update(state="revoked")
    await opt_out(event, "guest2@example.org", act=act)

    assert await carried(office) == {
        "guest1": "withheld not wanted: withdrawn",
        "guest2": "withheld not wanted: opted out",
        "guest3": "kept",
    }


@pytest.mark.parametrize("by", ["all together", "one letter"])
async def test_a_letter_sent_again_by_hand_is_never_held_back_because_mail_came_back_before(
    house: House, by: str
) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    await mailing(event, house.office)
    await Letter.all().update(state="sent", due_at=None)
    await Letter.filter(kind="mailings.mailing").update(state="refused")
    await Registration.filter(id=row.id).update(undeliverable=True)
    letter = await Letter.get(kind="mailings.mailing")

    path = (
        f"/desk/events/{event.id}/letters/again"
        if by == "all together"
        else f"/desk/letters/{letter.id}/sending"
    )
    answer = await desk.post(path)

    assert answer.status_code == 303
    assert "not wanted" not in (await carried(house.office))["guest1"]
    assert not (await Registration.get(id=row.id)).undeliverable
