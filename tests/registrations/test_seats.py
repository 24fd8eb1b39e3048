"""The event's own page says how its places stand, as exactly as the organizer wants it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from events_app.database import data_version
from events_app.events.forms.event import Choices, event_form
from events_app.health.actions.guarding import Guard
from events_app.people import counts
from events_app.registrations.actions import leaving
from events_app.shown import ShownPlaces
from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import House, words_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(database: DatabaseUnderTest, tmp_path: Path) -> AsyncIterator[House]:
    async with make.house(database.url, tmp_path / "var") as house:
        yield house


async def page(house: House) -> str:
    return words_of(await (await house.client()).get("/events/round-table"))


async def form(house: House) -> str:
    return words_of(await (await house.client()).get("/events/round-table/register"))


@pytest.mark.parametrize("read", [page, form])
async def test_the_number_of_places_never_follows_a_single_registration(house: House, read: Any) -> None:
    event = await make.event(house.vault)
    young = await read(house)
    await make.places_counted(house.office)
    before = await read(house)
    await make.registered(event, 1, 2, office=house.office)
    after = await read(house)
    await make.places_counted(house.office)

    assert "left" not in young
    assert "3 seats left" in before
    assert "3 seats left" in after
    assert "1 seat left" in await read(house)


@pytest.mark.parametrize("read", [page, form])
async def test_nobody_is_ever_sent_into_a_waiting_line_unasked(house: House, read: Any) -> None:
    event = await make.event(house.vault)
    await make.places_counted(house.office)
    await make.registered(event, 1, 2, 3, office=house.office)

    said = await read(house)
    assert "All seats are taken" in said
    assert "left" not in said.partition("All seats are taken")[2].partition("waiting list")[0]


@pytest.mark.parametrize("read", [page, form])
async def test_a_place_that_is_free_again_is_never_hidden_and_never_counted(house: House, read: Any) -> None:
    event = await make.event(house.vault)
    first, *_others = await make.registered(event, 1, 2, 3, office=house.office)
    await make.places_counted(house.office)
    full = await read(house)
    await leaving.cancel(first.id, act=house.office.at(make.NOW))

    assert "All seats are taken" in full
    said = await read(house)
    assert "All seats are taken" not in said
    assert "Few seats left" in said


async def test_more_places_show_at_once_whoever_has_come_since_the_count(house: House) -> None:
    event = await make.event(house.vault)
    await make.places_counted(house.office)
    await make.registered(event, 1, office=house.office)

    await make.change(event, house.office, capacity_in_person=50)

    assert "50 seats left" in await page(house)


async def test_counting_that_finds_nothing_new_writes_nothing(house: House) -> None:
    event = await make.event(house.vault)
    await make.event(house.vault, slug="without-limit", capacity_in_person=None)
    await make.places_counted(house.office)
    before = await ShownPlaces.all().values("event_id", "mode", "taken")
    version = await data_version()

    await make.places_counted(house.office)
    found = await counts.count_first_shown(guard=Guard(), act=house.office.at(make.NOW))

    assert before == [{"event_id": event.id, "mode": "in_person", "taken": 0}]
    assert (found, await data_version()) == (0, version)


async def test_a_new_event_is_counted_once_and_then_by_the_clock(house: House) -> None:
    event = await make.event(house.vault)
    act = house.office.at(make.NOW)
    first = await counts.count_first_shown(guard=Guard(), act=act)
    await make.registered(event, 1, office=house.office)

    again = await counts.count_first_shown(guard=Guard(), act=act)

    assert (first, again) == (1, 0)
    assert "3 seats left" in await page(house)


async def test_a_full_event_offers_its_waiting_list(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, 2, 3, office=house.office)

    said = await page(house)
    assert "All seats are taken" in said
    assert "Join the waiting list" in said


async def test_a_full_event_without_a_list_says_so_and_offers_no_form(house: House) -> None:
    event = await make.event(house.vault, keeps_waitlist=False)
    await make.registered(event, 1, 2, 3, office=house.office)

    said = await page(house)
    assert "This event has no waiting list." in said
    assert "Join the waiting list" not in said


async def test_an_organizer_may_keep_the_number_private(house: House) -> None:
    await make.event(house.vault, shows_places="hidden")
    await make.places_counted(house.office)

    assert "seats left" not in await page(house)


@pytest.mark.parametrize(("places", "said"), [(6, ""), (5, "Few seats left"), (1, "Few seats left")])
async def test_few_places_never_tell_how_many(house: House, places: int, said: str) -> None:
    await make.event(house.vault, shows_places="few", capacity_in_person=places)
    await make.places_counted(house.office)

    words = await page(house)
    assert ("Few seats left" in words) == bool(said)
    assert f"{places} place" not in words


async def test_a_new_event_shows_no_number_of_places_by_itself(house: House) -> None:
    form = event_form(choices=Choices([], []))

    assert form.shows_places.data == "few"


async def test_the_preview_of_a_draft_counts_nothing(house: House) -> None:
    draft = await make.draft(house.vault)
    await make.places_counted(house.office)

    preview = await (await house.desk()).get(f"/desk/events/{draft.id}/preview")
    assert preview.status_code == 200
    assert "seats left" not in words_of(preview)
