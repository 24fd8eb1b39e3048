"""Many hold something old of an event: they hear of it in batches, each once, and what is true by then."""

import asyncio
from datetime import timedelta

import pytest

from events_app.acts import Office, Who
from events_app.caretaker import STEPS
from events_app.deletion import telling
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.mailings.actions import announcing
from events_app.registrations.models import Registration
from events_app.rounds import actions as rounds
from events_app.rounds.models import Round
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio

MANY = 2 * rounds.AT_ONCE + 3


async def moved(office: Office, people: int = MANY) -> Event:
    event = await make.event(office.vault, capacity_in_person=people)
    await make.registered(event, *range(1, people + 1), office=office)
    return await make.change(event, office, starts_wall="2035-05-12T15:00", ends_wall="2035-05-12T16:30")


async def carry_on(office: Office) -> int:
    return await rounds.carry_on(STEPS, act=office.at(NOW, Who.APP))


async def told(event: Event, office: Office) -> list[str]:
    return [kind for kind in await make.kinds(event, office) if not kind.startswith("confirmed")]


def everybody(letter: str, people: int = MANY) -> list[str]:
    return [f"{letter} guest{number}@example.org" for number in range(1, people + 1)]


@pytest.mark.usefixtures("database")
async def test_everybody_hears_of_a_change_once_however_often_it_is_announced(office: Office) -> None:
    event = await moved(office)

    first = await announcing.announce(event.id, act=office.at(NOW))
    again = await announcing.announce(event.id, act=office.at(NOW))
    await asyncio.gather(*(carry_on(office) for _ in range(3)))
    at_last = await announcing.announce(event.id, act=office.at(NOW))

    assert (first, again, at_last) == (MANY, MANY - rounds.AT_ONCE, 0)
    assert await told(event, office) == everybody("changed")
    assert not await Round.exists()


@pytest.mark.usefixtures("database")
async def test_who_hears_later_never_reads_what_is_no_longer_true(office: Office) -> None:
    event = await moved(office)
    await announcing.announce(event.id, act=office.at(NOW))
    await make.change(event, office, starts_wall="2035-05-12T17:00", ends_wall="2035-05-12T18:30")

    await carry_on(office)

    posts = [post for post in await make.posted(event, office) if post.kind == "changed"]
    assert [post.facts["event"]["starts_wall"][11:] for post in posts] == ["15:00"] * rounds.AT_ONCE + [
        "17:00"
    ] * (MANY - rounds.AT_ONCE)


@pytest.mark.usefixtures("database")
async def test_of_an_event_that_is_cancelled_meanwhile_nobody_hears_that_it_moved(office: Office) -> None:
    event = await moved(office)
    await announcing.announce(event.id, act=office.at(NOW))
    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))

    await carry_on(office)

    assert await told(event, office) == everybody("changed", rounds.AT_ONCE) + everybody("event_cancelled")
    assert not await Registration.exists(live=1)


@pytest.mark.usefixtures("database")
async def test_that_data_stays_longer_is_told_to_everybody_in_batches(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=MANY)
    await make.registered(event, *range(1, MANY + 1), office=office)

    await telling.put_off(event.id, NOW.date() + timedelta(days=9), office.at(NOW), tells=True)
    first = await told(event, office)
    await carry_on(office)

    assert first == everybody("put_off", rounds.AT_ONCE)
    assert await told(event, office) == everybody("put_off")


async def test_the_desk_says_how_many_are_still_to_be_written_to(house: House) -> None:
    event = await moved(house.office)
    desk = await house.desk()
    await announcing.announce(event.id, act=house.office.at(NOW))

    said = [words_of(await desk.get(f"/desk/events/{event.id}{page}")) for page in ("", "/changes")]
    await carry_on(house.office)
    done = words_of(await desk.get(f"/desk/events/{event.id}"))

    sentence = f"{MANY - rounds.AT_ONCE} people have not been notified yet. It continues automatically."
    assert [sentence in each for each in said] == [True, True]
    assert "not been notified yet" not in done


async def test_the_page_of_who_was_not_reached_yet_says_that_the_event_is_cancelled(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=MANY)
    people = await make.registered(event, *range(1, MANY + 1), office=house.office)
    await life.cancel_event(event.id, follow=make.follower(house.office), act=house.office.at(NOW))
    posts = await make.posted(event, house.office, own_pages=True)
    url = next(post.facts["own_url"] for post in posts if post.letter.thread == people[-1].id)

    said = words_of(await (await house.client()).get(url))

    assert "This event has been cancelled" in said
    assert "An email and a calendar update are on their way to you." in said
    assert "You have a seat" not in said
