"""An event of many is called off: at once for whoever looks, and with one letter each for those whom it concerns."""

import asyncio

import pytest

from events_app.acts import Office, Who
from events_app.caretaker import STEPS
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.registrations import rules
from events_app.registrations.actions import changing, leaving
from events_app.registrations.models import Registration
from events_app.rounds import actions as rounds
from events_app.rounds.models import Round
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

MANY = 2 * rounds.AT_ONCE + 3


async def called_off(office: Office, people: int = MANY) -> tuple[Event, list[Registration]]:
    event = await make.event(office.vault, capacity_in_person=people)
    registered = await make.registered(event, *range(1, people + 1), office=office)
    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))
    return event, registered


async def carry_on(office: Office) -> int:
    return await rounds.carry_on(STEPS, act=office.at(NOW, Who.APP))


async def told(event: Event, office: Office) -> list[str]:
    return [kind for kind in await make.kinds(event, office) if not kind.startswith("confirmed")]


def everybody(people: int = MANY) -> list[str]:
    return [f"event_cancelled guest{number}@example.org" for number in range(1, people + 1)]


async def test_everybody_of_a_large_event_hears_once_and_in_the_order_of_arrival(office: Office) -> None:
    event, _people = await called_off(office)
    first = await told(event, office)

    await asyncio.gather(*(carry_on(office) for _ in range(3)))

    assert (await Event.get(id=event.id)).status == "cancelled"
    assert first == everybody(rounds.AT_ONCE)
    assert await told(event, office) == everybody()
    assert not await Registration.exists(live=1)
    assert not await Round.exists()


async def test_what_was_left_by_a_killed_server_is_gone_on_with_where_it_stood(office: Office) -> None:
    event, _people = await called_off(office)
    found = await Round.get()
    await leaving.call_off_some(found.number, office.at(NOW))

    assert [await carry_on(office), await carry_on(office)] == [0, 0]
    assert await told(event, office) == everybody()


async def test_a_small_event_is_done_with_in_the_organizers_own_act(office: Office) -> None:
    event, _people = await called_off(office, people=3)

    assert await told(event, office) == everybody(3)
    assert not await Round.exists()


async def test_no_act_on_a_whole_event_grows_with_it(office: Office) -> None:
    asked = []
    for people in (rounds.AT_ONCE + 1, MANY):
        event = await make.event(office.vault, slug=f"of-{people}", capacity_in_person=people)
        await make.registered(event, *range(1, people + 1), office=office)
        with make.Statements() as statements:
            await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_who_was_not_reached_yet_never_does_anything_to_a_cancelled_event(office: Office) -> None:
    event, people = await called_off(office)
    last = people[-1]

    for act in (leaving.leave(last.id, act=office.at(NOW)), leaving.cancel(last.id, act=office.at(NOW))):
        with pytest.raises(rules.AlreadyCancelled):
            await act
    with pytest.raises(rules.ChangeNotPossible):
        await changing.switch_mode(last.id, "online", act=office.at(NOW))
    await changing.change_language(last.id, "ar", act=office.at(NOW))
    await carry_on(office)

    assert sorted(await told(event, office)) == sorted(everybody())


async def test_an_event_is_not_held_after_all_before_everybody_knows_that_it_was_not(office: Office) -> None:
    event, _people = await called_off(office)

    with pytest.raises(rules.StillBeingTold):
        await life.publish_event(event.id, follow=make.follower(office), act=office.at(NOW))
    await carry_on(office)
    await life.publish_event(event.id, follow=make.follower(office), act=office.at(NOW))

    assert (await Event.get(id=event.id)).status == "published"
    assert await told(event, office) == everybody()


async def test_a_row_that_cannot_be_opened_never_keeps_the_others_from_hearing(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=MANY)
    people = await make.registered(event, *range(1, MANY + 1), office=office)
    spoiled = bytes(people[0].person)[::-1]
    await Registration.filter(id=people[0].id).update(person=spoiled)

    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))
    await carry_on(office)

    assert not await Registration.exists(live=1)
    assert len(await told(event, office)) == MANY - 1
