"""What looks like a slip is named to the organizer, with a link and a way on, and never refused."""

from datetime import date
from typing import Any

import pytest

from events_app.clashes.reading import clashes_of
from events_app.directory.models import Room, Venue
from events_app.events.actions import life, saving
from events_app.events.models.event import Event
from events_app.events.rules import ProgrammeFacts, SpeakerFacts
from tests import make

pytestmark = pytest.mark.anyio


async def hall(seats: int | None = 40) -> Room:
    venue = await Venue.create(name={"en": "Linden"}, zone=make.ZONE)
    return await Room.create(venue_id=venue.id, name={"en": "Hall"}, seats=seats)


async def sentences(event: Event) -> list[str]:
    return [each.sentence for each in await clashes_of(event.id, now=make.NOW) if each.is_strong]


async def speak(event: Event, house: make.House, name: str) -> None:
    fresh = await Event.get(id=event.id)
    facts = ProgrammeFacts([], [SpeakerFacts({"en": name}, {}, "speaker", confirmed=True)], [])
    await saving.save_programme(event.id, facts, revision=fresh.revision, act=house.office.at(make.NOW))


async def test_an_event_that_fits_is_never_doubted(house: make.House) -> None:
    room, conference = await hall(), await make.conference()
    event = await make.event(house.vault, room_id=room.id, place={}, conference_id=conference.id)
    later: dict[str, Any] = {"starts_wall": make.ENDS, "ends_wall": "2035-05-12T16:00"}
    await make.event(house.vault, slug="later", room_id=room.id, place={}, **later)
    await speak(event, house, "Rima")

    assert await sentences(event) == []


async def test_two_events_in_one_room_are_never_published_without_a_word(house: make.House) -> None:
    room = await hall()
    first = await make.event(house.vault, room_id=room.id, place={})
    second = await make.event(house.vault, slug="second", room_id=room.id, place={}, title={"en": "Second"})
    desk = await house.desk()

    page = await desk.get(f"/desk/events/{first.id}")
    await life.cancel_event(second.id, follow=make.follower(house.office), act=house.office.at(make.NOW))
    after = await desk.get(f"/desk/events/{first.id}")

    assert "Something else is in this room at the same time" in page.text
    assert f'href="/desk/events/{second.id}"' in page.text
    assert f'href="/desk/events/{first.id}/edit#room"' in page.text
    assert "in this room" not in after.text


async def test_two_events_at_one_written_place_are_named_too(house: make.House) -> None:
    first = await make.event(house.vault)
    await make.event(house.vault, slug="second")
    await make.event(house.vault, slug="online", offers_in_person=False, offers_online=True)

    assert await sentences(first) == ["Something else is in this room at the same time:"]


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (40, []),
        (41, ["The room has 40 seats, and the event offers more seats (41)."]),
        (None, ["The room has 40 seats, and seats are given without limit."]),
    ],
)
async def test_more_places_than_seats_are_never_offered_without_a_word(
    house: make.House, places: int | None, said: list[str]
) -> None:
    room = await hall()
    event = await make.event(house.vault, room_id=room.id, place={}, capacity_in_person=places)

    assert await sentences(event) == said


async def test_a_room_without_a_number_of_seats_is_large_enough(house: make.House) -> None:
    room = await hall(seats=None)
    event = await make.event(house.vault, room_id=room.id, place={}, capacity_in_person=500)

    assert await sentences(event) == []


async def test_nobody_speaks_twice_at_one_time_without_a_word(house: make.House) -> None:
    first = await make.event(house.vault)
    second = await make.event(house.vault, slug="second", place={"en": "Elsewhere"})
    await speak(first, house, "Rima Haddad")
    await speak(second, house, "RIMA HADDAD")

    assert await sentences(first) == [
        "Rima Haddad, or somebody of that name, speaks elsewhere at the same time:"
    ]


async def test_a_date_outside_the_conference_is_never_published_without_a_word(house: make.House) -> None:
    conference = await make.conference(starts_on=date(2035, 5, 13))
    event = await make.event(house.vault, conference_id=conference.id)

    (said,) = await sentences(event)

    assert said.startswith("It is outside the days of Brussels Forum")


async def test_what_is_doubtful_can_be_published_all_the_same(house: make.House) -> None:
    room = await hall()
    await make.event(house.vault, room_id=room.id, place={})
    ours = await make.organization("Ours")
    draft = await make.draft(house.vault, hosts=[ours], slug="second", room_id=room.id, place={})
    desk = await house.desk()

    page = await desk.get(f"/desk/events/{draft.id}")
    await desk.post(f"/desk/events/{draft.id}/publication")

    assert "Something above may be a mistake." in page.text
    assert (await Event.get(id=draft.id)).status == "published"
