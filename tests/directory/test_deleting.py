"""Organizations, conferences and venues that nothing names can be deleted; what events name stays."""

import pytest

from events_app import clock
from events_app.conferences.models import Conference
from events_app.directory.models import Organization, Room, Venue
from events_app.events.models.event import Event
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

REFUSED = "Events name it, perhaps past ones, so it cannot be deleted."


async def venue() -> tuple[Venue, Room]:
    made = await Venue.create(
        name={"en": "Hotel Linden"},
        address={},
        city="Brussels",
        country="BE",
        zone=make.ZONE,
        accessibility={},
    )
    return made, await Room.create(venue_id=made.id, name={"en": "Library"})


async def test_what_nothing_names_can_be_deleted(house: House) -> None:
    place, _room = await venue()
    forum, other = await make.conference(), await make.organization("Other")
    desk = await house.desk()

    for path in (f"venues/{place.id}", f"conferences/{forum.id}", f"organizations/{other.id}"):
        assert "is deleted permanently" in words_of(await desk.get(f"/desk/{path}"))
        assert (await desk.post(f"/desk/{path}/deletion")).status_code == 303, path

    assert [await table.all().count() for table in (Venue, Room, Conference, Organization)] == [0, 0, 0, 0]


async def test_what_an_event_names_is_never_deleted_under_it(house: House) -> None:
    place, room = await venue()
    forum = await make.conference()
    await make.event(house.vault, now=clock.now(), conference_id=forum.id, room_id=room.id)
    (ours,) = await Organization.all()
    desk = await house.desk()

    for path in (f"venues/{place.id}", f"conferences/{forum.id}", f"organizations/{ours.id}"):
        answer = await desk.post(f"/desk/{path}/deletion")
        assert (answer.status_code, REFUSED in words_of(answer)) == (409, True), path

    assert await Event.filter(conference_id=forum.id, room_id=room.id).count() == 1
