"""A new event in a minute: little is asked, nothing that the long form can say is lost, and every proposal is said."""

from typing import Any

import httpx2
import pytest

from events_app.conferences.models import Conference
from events_app.directory.models import Room, Venue
from events_app.events.models.event import Event, EventHost
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

NEW = "/desk/events/new"
SHORT = {
    "short": "y", "title_en": "Reading circle", "starts_on": "2035-05-12", "starts_time": "1 pm", "ends_time": "2:30pm",
    "zone": "Brussels", "zone_given": "Brussels", "modes": "in_person", "place_en": "Library, Brussels",
}  # fmt: skip


@pytest.fixture
async def desk(house: House) -> make.Desk:
    await make.organization()
    return await house.desk()


async def made(desk: make.Desk, **said: Any) -> Event:
    answer = await desk.post(NEW, **{**SHORT, **said})
    assert answer.status_code == 303, words_of(answer)
    event = await Event.all().order_by("-created_at").first()
    assert event is not None
    assert answer.headers["location"] == f"/desk/events/{event.id}"
    return event


async def room_in_geneva(seats: int | None = 40) -> Room:
    venue = await Venue.create(name={"en": "Palais"}, city="Geneva", zone="Europe/Zurich")
    return await Room.create(venue=venue, name={"en": "Room XX"}, seats=seats)


def page_has(answer: httpx2.Response, *parts: str) -> bool:
    return all(part in answer.text for part in parts)


async def test_four_things_make_an_event_that_can_be_published(desk: make.Desk) -> None:
    event = await made(desk)

    assert (event.title, event.place) == ({"en": "Reading circle"}, {"en": "Library, Brussels"})
    assert (event.starts_wall, event.ends_wall) == ("2035-05-12T13:00", "2035-05-12T14:30")
    assert event.zone == "Europe/Brussels"
    overview = await desk.get(f"/desk/events/{event.id}")
    assert f'action="/desk/events/{event.id}/publication"' in overview.text
    published = await desk.post(f"/desk/events/{event.id}/publication")
    assert published.status_code == 303
    assert (await Event.get()).status == "published"


async def test_what_is_not_asked_is_as_the_long_form_proposes_it(desk: make.Desk) -> None:
    event = await made(desk)

    assert (event.keeps_waitlist, event.needs_approval, event.invitation_only) == (True, False, False)
    assert (event.visibility, event.shows_places, event.deletion_days) == ("public", "few", 30)
    assert (event.most_guests, event.capacity_in_person, event.offers_online) == (0, None, False)


async def test_the_only_organization_is_the_host_though_it_is_not_called_ours(house: House) -> None:
    desk = await house.desk()
    only = await make.organization("Open Table", ours=False)

    event = await made(desk)

    assert [host.organization_id for host in await EventHost.filter(event_id=event.id)] == [only.id]


async def test_of_several_organizations_ours_is_proposed_and_another_may_be_chosen(desk: make.Desk) -> None:
    other = await make.organization("A Table", slug="a-table", ours=False)

    page = await desk.get(NEW)
    event = await made(desk, host=str(other.id))

    assert page.text.index("Cedar Archive") < page.text.index("A Table")
    assert [host.organization_id for host in await EventHost.filter(event_id=event.id)] == [other.id]


async def test_the_zone_is_that_of_the_last_event_and_is_said_to_be(desk: make.Desk) -> None:
    await made(desk, zone="بيروت", zone_given="")

    page = await desk.get(NEW)

    assert page_has(page, 'name="zone"', 'value="Beirut"')
    assert "From your last event." in words_of(page)


async def test_a_conference_proposes_its_first_day_and_its_zone(desk: make.Desk) -> None:
    conference = await make.conference()

    page = await desk.get(f"{NEW}?conference={conference.id}")

    assert page_has(page, 'value="2035-05-12"', 'value="Brussels"', f'selected value="{conference.id}"')
    assert "From the conference." in words_of(page)
    assert "The first day of the conference, unless you choose another." in words_of(page)


@pytest.mark.parametrize("wanted", ["", "x", "00000000-0000-0000-0000-000000000000", "²"])
async def test_an_unknown_conference_in_the_address_breaks_nothing(desk: make.Desk, wanted: str) -> None:
    assert (await desk.get(f"{NEW}?conference={wanted}")).status_code == 200


async def test_a_day_that_nobody_typed_is_filled_in_and_asked_about(desk: make.Desk) -> None:
    conference = await make.conference()

    answer = await desk.post(NEW, **{**SHORT, "starts_on": "", "conference": str(conference.id)})

    assert answer.status_code == 422
    assert 'value="2035-05-12"' in answer.text
    assert "If it is the right one, save again." in words_of(answer)
    assert await Event.all().count() == 0


async def test_a_room_gives_its_seats_and_its_zone_and_both_are_said(desk: make.Desk) -> None:
    room = await room_in_geneva()

    event = await made(desk, room=str(room.id), place_en="")
    said = words_of(await desk.get(f"/desk/events/{event.id}"))

    assert (event.zone, event.capacity_in_person) == ("Europe/Zurich", 40)
    assert "Its hours are the time of Zurich." in said
    assert "Seats: 40, as many as the room has." in said


async def test_what_was_typed_goes_before_what_a_room_proposes(desk: make.Desk) -> None:
    room = await room_in_geneva()

    event = await made(desk, room=str(room.id), zone="Beirut", capacity_in_person="12")

    assert (event.zone, event.capacity_in_person) == ("Asia/Beirut", 12)


async def test_a_room_of_unknown_size_limits_nothing(desk: make.Desk) -> None:
    room = await room_in_geneva(seats=None)

    assert (await made(desk, room=str(room.id))).capacity_in_person is None


async def test_a_chosen_conference_brings_its_zone(desk: make.Desk) -> None:
    conference = await make.conference(zone="Asia/Amman")

    event = await made(desk, conference=str(conference.id))

    assert (event.zone, event.conference_id) == ("Asia/Amman", conference.id)
    assert await Conference.all().count() == 1


async def test_every_error_is_said_and_all_that_was_typed_stays(desk: make.Desk) -> None:
    wrong = {
        "starts_time": "soon",
        "ends_time": "1",
        "zone": "Jeneva",
        "title_en": "",
        "place_en": "Typed <by hand>",
    }

    answer = await desk.post(NEW, **{**SHORT, **wrong})
    said = words_of(answer)

    assert answer.status_code == 422
    for sentence in (
        "is not a time of day",
        "may be 01:00 or 13:00",
        "Did you mean: Geneva?",
        "title in at least one",
    ):
        assert sentence in said
    assert page_has(answer, 'value="soon"', 'value="Jeneva"', "Typed &lt;by hand&gt;", 'name="short"')
    assert await Event.all().count() == 0


async def test_an_hour_that_comes_twice_is_asked_about(desk: make.Desk) -> None:
    when = {"starts_on": "2035-10-28", "starts_time": "02:30", "ends_time": "04:00"}

    asked = await desk.post(NEW, **{**SHORT, **when})
    event = await made(desk, **when, starts_fold="1")

    assert page_has(asked, 'name="starts_fold" value="1"')
    assert event.starts_fold == 1


async def test_an_event_online_needs_no_place(desk: make.Desk) -> None:
    event = await made(desk, modes="online", place_en="", join_link="https://meet.example.org/x")

    assert (event.offers_in_person, event.offers_online) == (False, True)
    assert (await desk.post(f"/desk/events/{event.id}/publication")).status_code == 303


async def test_nothing_typed_is_lost_on_the_way_to_all_details(desk: make.Desk) -> None:
    other = await make.organization("A Table", slug="a-table", ours=False)

    answer = await desk.post(NEW, **{**SHORT, "all": "y", "host": str(other.id)})

    assert answer.status_code == 200
    assert page_has(
        answer, 'value="Reading circle"', 'value="Brussels"', "Library, Brussels", 'name="deletion_days"',
        f'name="host" value="{other.id}"',
    )  # fmt: skip
    assert 'name="short"' not in answer.text
    assert await Event.all().count() == 0


async def test_the_page_stays_light(desk: make.Desk) -> None:
    for path in (NEW, "/desk/conferences/new", "/desk/venues/new"):
        assert len((await desk.get(path)).content) < 60_000
