"""The page of the example: shown by one button, taken away by another, and nobody's registration unasked."""

import pytest

from events_app import clock
from events_app.events.models.event import Event
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

HERE = "/desk/example"


async def test_a_newcomer_sees_it_and_takes_it_away(house: House) -> None:
    desk = await house.desk()
    assert "Show me an example" in words_of(await desk.get("/desk"))

    shown = await desk.post(HERE)
    assert (shown.status_code, shown.headers["location"]) == (303, "/desk")
    assert "Remove the example" in words_of(await desk.get("/desk"))
    removed = await desk.post(f"{HERE}/removal")

    assert removed.status_code == 303
    assert "The example has been removed." in words_of(await desk.get("/desk"))
    assert await Event.all().count() == 0


async def test_it_is_refused_in_words_where_there_are_events(house: House) -> None:
    await make.event(house.vault, now=clock.now())
    desk = await house.desk()

    refused = await desk.post(HERE)

    assert refused.status_code == 409
    assert "There are events here already." in words_of(refused)


async def test_people_who_registered_since_never_go_unasked(house: House) -> None:
    desk = await house.desk()
    await desk.post(HERE)
    event = await Event.get(slug="youth-assembly")
    await make.registered(event, 1, office=house.office, now=clock.now())

    assert "with 1 person who registered since" in words_of(await desk.get(HERE))
    refused = await desk.post(f"{HERE}/removal")
    assert refused.status_code == 409
    assert await Event.filter(slug="youth-assembly").exists()

    removed = await desk.post(f"{HERE}/removal", sure="yes")
    assert removed.status_code == 303
    assert await Event.all().count() == 0


async def test_it_is_no_strangers_button(house: House) -> None:
    visitor = await house.client()

    answer = await visitor.post(HERE, data={})

    assert answer.status_code in {303, 401, 403}
    assert await Event.all().count() == 0
