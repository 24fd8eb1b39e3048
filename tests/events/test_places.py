"""Venues and rooms under events: a place that changes is told, and a row never takes its neighbour's name."""

import uuid
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from events_app.database import is_taken
from events_app.directory.models import Organization, Room, Venue
from events_app.events.actions import editing
from events_app.events.models.event import Event
from events_app.events.models.where import place_of
from events_app.events.rules import GoneMeanwhile, HostFacts
from events_app.mailings.actions import announcing
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

VENUE = {"name_en": "Hotel Linden", "city": "Brussels", "zone": make.ZONE}


async def hotel() -> Venue:
    return await Venue.create(
        name={"en": "Hotel Linden"}, address={"en": "Rue Belliard 10"}, city="Brussels", zone=make.ZONE
    )


async def event_in(room: Room, house: House, **changes: Any) -> Event:
    return await make.event(house.vault, place={}, room_id=room.id, **changes)


def row(number: int, room: Room, **changes: str) -> dict[str, str]:
    """What the form says of a room that was there when it was opened."""
    said = {"row": str(room.id), "name_en": room.name["en"], **changes}
    return {f"rooms-{number}-{name}": value for name, value in said.items()}


async def test_a_street_that_is_corrected_reaches_everybody_who_holds_the_old_one(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    room = await Room.create(venue_id=venue.id, name={"en": "Room 2"})
    event = await event_in(room, house, offers_online=True)
    await make.registered(event, 1, office=house.office)
    await make.registered(event, 2, office=house.office, mode="online")

    answer = await desk.post(f"/desk/venues/{venue.id}", **VENUE, **row(0, room), address_en="Rue Royale 1")

    assert answer.headers["location"] == f"/desk/venues/{venue.id}#events"
    assert await make.how_many_hold_an_old_time(event.id) == 1
    page = await desk.get(f"/desk/venues/{venue.id}")
    assert f"/desk/events/{event.id}/changes" in page.text
    assert "1 person has not been told the new time or place" in words_of(
        await desk.get(f"/desk/events/{event.id}")
    )
    changes = words_of(await desk.get(f"/desk/events/{event.id}/changes"))
    assert "Room 2, Hotel Linden, Rue Belliard 10, Brussels" in changes
    assert "Room 2, Hotel Linden, Rue Royale 1, Brussels" in changes
    await announcing.announce(event.id, act=house.office.at(make.NOW))
    letter = (await make.posted(event, house.office))[-1]
    assert (letter.kind, letter.to) == ("changed", "guest1@example.org")
    assert "Place before: Room 2, Hotel Linden, Rue Belliard 10, Brussels" in letter.draft.text
    feed = (await desk.get(f"/events/{event.slug}.ics")).text
    assert "SEQUENCE:1" in feed


@pytest.mark.parametrize(
    ("street", "said"),
    [
        ("Rue Belliard 10, Brussels", "Room 2, Hotel Linden, Rue Belliard 10, Brussels"),
        ("Rue Belliard 10, bruxelles", "Room 2, Hotel Linden, Rue Belliard 10, bruxelles, Brussels"),
        ("Rue de Brussels", "Room 2, Hotel Linden, Rue de Brussels, Brussels"),
    ],
)
async def test_a_city_behind_the_street_is_never_said_twice(house: House, street: str, said: str) -> None:
    venue = await hotel()
    await Venue.filter(id=venue.id).update(address={"en": street})
    event = await event_in(await Room.create(venue_id=venue.id, name={"en": "Room 2"}), house)

    assert place_of(await Event.find(event.id), "en") == said


async def test_another_room_is_said_on_the_overview_too(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    room = await Room.create(venue_id=venue.id, name={"en": "Room 2"})
    event = await event_in(room, house)
    await make.registered(event, 1, office=house.office)

    await desk.post(
        f"/desk/venues/{venue.id}", **VENUE, address_en="Rue Belliard 10", **row(0, room, name_en="Hall")
    )

    overview = await desk.get(f"/desk/events/{event.id}")
    assert "1 person has the right time, but an older text or a previous room" in words_of(overview)
    assert f"/desk/events/{event.id}/changes" in overview.text


async def test_a_venues_page_costs_the_same_questions_for_one_event_and_for_three(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    room = await Room.create(venue_id=venue.id, name={"en": "Room 2"})
    costs = []
    for number in range(3):
        await make.registered(await event_in(room, house, slug=f"event-{number}"), 1, office=house.office)
        with make.Statements() as asked:
            await desk.get(f"/desk/venues/{venue.id}")
        costs.append(asked.number)

    assert costs[0] == costs[2]


async def test_what_is_typed_of_a_buildings_access_is_shown_to_whom_it_concerns(house: House) -> None:
    venue, visitor = await hotel(), await house.client()
    await Venue.filter(id=venue.id).update(accessibility={"en": "A lift to every floor."})
    room = await Room.create(venue_id=venue.id, name={"en": "Room 2"}, step_free=True, seats=40)
    event = await event_in(room, house)
    online = await make.event(
        house.vault, slug="online", place={}, room_id=room.id, offers_in_person=False, offers_online=True
    )

    shown = words_of(await visitor.get(f"/events/{event.slug}"))
    unshown = words_of(await visitor.get(f"/events/{online.slug}"))

    await make.registered(event, 1, office=house.office)
    await make.registered(online, 2, office=house.office, mode="online")
    assert [
        "Step-free" in (await make.posted(each, house.office))[0].draft.text for each in (event, online)
    ] == [
        True,
        False,
    ]
    for words in ("A lift to every floor.", "Step-free", "40 seats"):
        assert words in shown
        assert words not in unshown


async def test_nobodys_open_form_of_an_event_is_overtaken_by_its_venue(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    room = await Room.create(venue_id=venue.id, name={"en": "Room 2"})
    event = await event_in(room, house)

    await desk.post(f"/desk/venues/{venue.id}", **VENUE, **row(0, room, name_en="Room 3"))

    changed = await Event.find(event.id)
    assert (changed.revision, changed.changed_at != event.changed_at) == (event.revision, True)


async def test_a_cleared_row_never_renames_another_room(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    unused, used = [await Room.create(venue_id=venue.id, name={"en": name}) for name in ("Attic", "Hall")]
    event = await event_in(used, house)

    await desk.post(f"/desk/venues/{venue.id}", **VENUE, **row(0, unused, name_en=""), **row(1, used))

    assert [(room.id, room.name) for room in await Room.all()] == [(used.id, {"en": "Hall"})]
    assert (await Event.find(event.id)).room_id == used.id


async def test_a_room_that_somebody_else_added_never_renames_another(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    here = await Room.create(id=uuid.UUID(int=2**127), venue_id=venue.id, name={"en": "Hall"})
    theirs = await Room.create(id=uuid.UUID(int=1), venue_id=venue.id, name={"en": "Attic"})

    await desk.post(f"/desk/venues/{venue.id}", **VENUE, **row(0, here, name_en="Great hall"))

    assert {room.id: room.name["en"] for room in await Room.all()} == {
        here.id: "Great hall",
        theirs.id: "Attic",
    }


async def test_a_room_that_an_event_names_is_not_deleted_and_nothing_else_is_saved(house: House) -> None:
    venue, desk = await hotel(), await house.desk()
    used = await Room.create(venue_id=venue.id, name={"en": "Hall"})
    await event_in(used, house)

    answer = await desk.post(
        f"/desk/venues/{venue.id}", **{**VENUE, "city": "Ghent"}, **row(0, used, name_en="")
    )

    assert answer.status_code == 409
    assert "An event takes place in “Hall”." in words_of(answer)
    assert ((await Room.get()).name, (await Venue.get()).city) == ({"en": "Hall"}, "Brussels")


async def test_a_renamed_host_moves_what_feeds_say_of_its_events(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    ours = await Organization.get()

    await desk.post(f"/desk/organizations/{ours.id}", name_en="Cedar Trust", ours="y")

    assert (await Event.find(event.id)).changed_at != event.changed_at


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"room_id": uuid.uuid4()}, "Room"), ({"conference_id": uuid.uuid4()}, "Part of")],
)
async def test_what_was_deleted_meanwhile_is_never_called_a_taken_address(
    house: House, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(GoneMeanwhile) as refused:
        await make.draft(house.vault, **changes)

    assert refused.value.values == {"what": named}


async def test_a_host_that_was_deleted_meanwhile_is_named(house: House) -> None:
    gone = [HostFacts(str(uuid.uuid4()), "host")]

    with pytest.raises(GoneMeanwhile):
        await editing.create_event(make.facts(), hosts=gone, act=house.office.at(make.NOW))

    assert not await Event.exists()


async def test_only_a_value_that_is_anothers_counts_as_taken(house: House) -> None:
    await Organization.create(slug="cedar", name={"en": "Cedar"})

    with pytest.raises(IntegrityError) as taken:
        await Organization.create(slug="cedar", name={"en": "Other"})
    with pytest.raises(IntegrityError) as dangling:
        await Room.create(venue_id=uuid.uuid4(), name={"en": "Hall"})

    assert is_taken(taken.value, "organization", "slug")
    assert not is_taken(taken.value, "organization", "name")
    assert not is_taken(dangling.value, "room", "venue_id")
