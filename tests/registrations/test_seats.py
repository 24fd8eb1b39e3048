"""The event's own page says how its places stand, as exactly as the organizer wants it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events_app.events.forms.event import Choices, event_form
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


async def test_places_left_are_counted_down(house: House) -> None:
    event = await make.event(house.vault)
    before = await page(house)
    await make.registered(event, 1, 2, office=house.office)
    after = await page(house)

    assert "3 seats left" in before
    assert "1 seat left" in after


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

    assert "seats left" not in await page(house)


@pytest.mark.parametrize(("places", "said"), [(6, ""), (5, "Few seats left"), (1, "Few seats left")])
async def test_few_places_never_tell_how_many(house: House, places: int, said: str) -> None:
    await make.event(house.vault, shows_places="few", capacity_in_person=places)

    words = await page(house)
    assert ("Few seats left" in words) == bool(said)
    assert f"{places} place" not in words


async def test_a_new_event_shows_no_number_of_places_by_itself(house: House) -> None:
    form = event_form(choices=Choices([], []))

    assert form.shows_places.data == "few"


async def test_the_preview_of_a_draft_counts_nothing(house: House) -> None:
    draft = await make.draft(house.vault)

    preview = await (await house.desk()).get(f"/desk/events/{draft.id}/preview")
    assert preview.status_code == 200
    assert "seats left" not in words_of(preview)
