"""The list of events: what is asked for is found, and 1,200 events cost no more questions than one."""

from datetime import timedelta

import pytest

from events_app.directory.models import Room, Venue
from events_app.events.models.event import Event
from events_app.organizing import search
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio


async def titles(now_in: int = 0, **asked: str) -> list[str]:
    found = await search.find(search.read(asked), now=NOW + timedelta(days=now_in), number=1)
    return sorted(event.title["en"] for event in found.events)


async def some_events(house: House) -> dict[str, Event]:
    forum, other = await make.conference(), await make.organization("Olive Grove", ours=False)
    return {
        "first": await make.event(
            house.vault, title={"en": "Archives", "ar": "الذاكرة"}, conference_id=forum.id
        ),
        "draft": await make.draft(house.vault, title={"en": "Notes"}, hosts=[other]),
        "later": await make.event(
            house.vault, title={"en": "Later"}, starts_wall="2035-06-01T10:00", ends_wall="2035-06-02T12:00"
        ),
    }


async def test_an_event_is_found_by_title_state_day_conference_and_host(house: House) -> None:
    events = await some_events(house)
    forum = str(events["first"].conference_id)
    host = str((await events["draft"].hosts())[0].organization_id)

    assert await titles() == ["Archives", "Later", "Notes"]
    assert await titles(q="ذاكره") == await titles(q="ARCH") == ["Archives"]
    assert await titles(state="draft") == ["Notes"]
    assert await titles(day="2035-06-02") == ["Later"]
    assert await titles(conference=forum) == ["Archives"]
    assert await titles(host=host) == ["Notes"]
    assert await titles(state="draft", host=host, q="archives") == []


async def test_what_is_over_is_found_only_where_it_is_asked_for(house: House) -> None:
    await some_events(house)
    far = 40_000

    assert await titles(far) == []
    assert await titles(far, state="over") == await titles(far, state="all") == ["Archives", "Later", "Notes"]


async def test_an_address_that_makes_no_sense_asks_for_nothing(house: House) -> None:
    desk = await house.desk()

    answer = await desk.get("/desk/events?state=x&day=soon&conference=1&host=%00&page=-3")

    assert answer.status_code in (200, 404)
    assert search.read({"state": "x", "day": "soon", "conference": "1"}) == search.Asked()


async def test_the_totals_count_everything_that_was_found_and_not_only_the_page(house: House) -> None:
    events = [
        await make.event(house.vault, title={"en": f"Number {number:03}"}, capacity_in_person=2)
        for number in range(search.A_PAGE + 2)
    ]
    await make.registered(events[-1], 1, 2, 3, office=house.office)

    found = await search.find(search.read({}), now=NOW, number=2)

    assert (len(found.events), found.number, found.pages, found.total) == (2, 2, 2, search.A_PAGE + 2)
    assert (found.registered, found.waiting, found.seats) == (2, 1, 2 * (search.A_PAGE + 2))


@pytest.mark.parametrize("path", ["/desk/events", "/desk/events?q=number&state=all"])
async def test_the_list_costs_the_same_for_one_event_and_for_sixty(house: House, path: str) -> None:
    desk = await house.desk()
    asked = []
    for more in (1, 59):
        for number in range(more):
            event = await make.event(house.vault, title={"en": f"Number {number}"})
        await make.registered(event, more, office=house.office)
        with make.Statements() as statements:
            assert (await desk.get(path)).status_code == 200
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_home_lists_what_is_to_do_the_nearest_deadline_first(house: House) -> None:
    later = await make.event(
        house.vault, title={"en": "Later"}, needs_approval=True,
        starts_wall="2035-06-01T10:00", ends_wall="2035-06-01T12:00",
    )  # fmt: skip
    await make.event(house.vault, title={"en": "Sooner"}, offers_online=True)
    await make.registered(later, 1, office=house.office)
    desk = await house.desk()

    said = words_of(await desk.get("/desk"))

    todo = said[said.index("To do") : said.index("Today and soon")]
    assert 0 < todo.index("There is no link to join yet") < todo.index("1 person waits for approval")


async def test_home_is_there_for_an_event_in_a_room(house: House) -> None:
    venue = await Venue.create(name={"en": "Hotel Linden"}, zone=make.ZONE)
    room = await Room.create(venue_id=venue.id, name={"en": "Room 2"})
    event = await make.event(house.vault, title={"en": "Inside"}, room_id=room.id)
    await make.registered(event, 1, office=house.office)
    desk = await house.desk()

    for path in ("/desk", "/desk/events", f"/desk/events/{event.id}/day", "/desk/people?q=guest"):
        answer = await desk.get(path)
        assert answer.status_code == 200
        assert path.endswith("/day") or "Inside" in words_of(answer)


async def test_a_page_inside_an_event_marks_the_main_entry_the_tab_and_the_section(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    base = f"/desk/events/{event.id}"

    text = (await desk.get(f"{base}/registrations/new")).text

    assert (
        text.count('href="/desk/events" aria-current="true"') == 2
    )  # in the bar, and in the menu of a phone
    assert f'href="{base}/registrations" aria-current="true">People' in text
    assert f'href="{base}/registrations/new" aria-current="page">Add a person' in text


async def test_an_event_whose_people_are_deleted_shows_no_dead_tab(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await Event.filter(id=event.id).update(forgotten_on=NOW.date())
    base = f"/desk/events/{event.id}"

    text = (await desk.get(f"{base}/data")).text

    assert f'href="{base}/data" aria-current="page"' in text
    assert f'href="{base}/registrations"' not in text
    assert f'href="{base}/day"' not in text
