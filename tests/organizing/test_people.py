"""One person over events: found by opening, in bounds that the page tells, and nothing stored of it."""

from functools import partial
from typing import Any

import pytest

from events_app.events.models.event import Event
from events_app.organizing import reading
from events_app.people.reading import person_or_blank
from events_app.people.search import Lens
from events_app.questions.answers import answer_matches
from events_app.vault import Reader
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio


async def test_a_person_is_found_in_every_event_that_is_held_and_in_none_that_is_forgotten(
    house: House,
) -> None:
    titles = ("First", "Second", "Third")
    events = [await make.event(house.vault, title={"en": title}) for title in titles]
    for event in events:
        await make.registered(event, "Salma", "Nour", office=house.office)
    await Event.filter(id=events[2].id).update(forgotten_on=NOW.date())
    desk = await house.desk()

    said = words_of(await desk.get("/desk/people?q=SALMA"))

    assert "Searched in 2 events." in said
    assert "First" in said
    assert "Second" in said
    assert "Third" not in said
    assert "Nour" not in said


async def test_nobody_is_opened_before_somebody_is_sought(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, "Salma", office=house.office)

    for path in ("/desk/people", "/desk/people?q=S"):
        assert "salma@" not in (await desk.get(path)).text


async def test_what_is_not_looked_at_is_told_and_the_soonest_event_comes_first(house: House) -> None:
    for title, day in (("Later", "2035-06-01"), ("Sooner", "2035-05-01"), ("Never looked at", "2036-01-01")):
        times: Any = {"starts_wall": f"{day}T10:00", "ends_wall": f"{day}T12:00"}
        event = await make.event(house.vault, title={"en": title}, **times)
        await make.registered(event, "Salma", "Nour", office=house.office)
    opens = partial(person_or_blank, vault=house.vault, reader=Reader("organizer", "1"))
    lens = Lens(opens=opens, matches=answer_matches)

    looked = await reading.find_over_events("salma", lens_of=lambda _event: lens, now=NOW, most_people=4)

    assert [each.event.title["en"] for each in looked.found] == ["Sooner", "Later"]
    assert (looked.events, looked.left, looked.is_cut) == (2, 1, False)


async def test_an_event_whose_keys_are_lost_hides_no_other(house: House) -> None:
    events = [await make.event(house.vault, title={"en": title}) for title in ("First", "Second")]
    for event in events:
        await make.registered(event, "Salma", office=house.office)
    house.vault.forget(str(events[0].id))
    desk = await house.desk()

    said = words_of(await desk.get("/desk/people?q=salma"))

    assert "Some events could not be opened" in said
    assert "salma@example.org" in said
