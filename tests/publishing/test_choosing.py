"""What links choose from a programme, what lists say of seats, and what of an address is kept."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from events_app.events.models.event import Event
from events_app.kept.response_cache import ResponseCache
from events_app.people.counts import full_of
from events_app.registrations.places import is_full
from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

FORUM = "/conferences/forum"


@pytest.fixture
async def house(database: DatabaseUnderTest, tmp_path: Path) -> AsyncIterator[House]:
    async with make.house(database.url, tmp_path / "var") as house:
        yield house


async def programme(house: House) -> dict[str, Event]:
    """Four events: two themes, two days, two languages, and one that is held online too."""
    forum = await make.conference()
    said: dict[str, dict[str, Any]] = {
        "clinic": {"track": {"en": "Justice", "ar": "العدالة"}, "languages": ["en"]},
        "film": {"track": {"en": "Culture", "ar": "الثقافة"}, "languages": ["ar"], "offers_online": True},
        "song": {"track": {"ar": "الثقافة", "en": "Culture"}, "languages": ["en", "ar"]},
        "talk": {
            "track": {"en": "Justice", "ar": "العدالة"},
            "languages": ["en", "ar"],
            "starts_wall": "2035-05-13T13:00",
            "ends_wall": "2035-05-13T14:00",
        },
    }
    return {
        slug: await make.event(house.vault, slug=slug, title={"en": slug}, conference_id=forum.id, **more)
        for slug, more in said.items()
    }


def chips(page: httpx2.Response) -> dict[str, tuple[str, int]]:
    found = re.findall(
        r'<a class="chip" href="([^"]*)" rel="nofollow"[^>]*><bdi>([^<]*)</bdi><span class="chip-number">(\d+)<',
        page.text,
    )
    return {words: (url.replace("&amp;", "&"), int(number)) for url, words, number in found}


def listed(page: httpx2.Response) -> list[str]:
    return re.findall(r'<h3><a href="/events/([a-z-]+)">', page.text)


async def test_a_choice_never_leaves_another_number_than_its_link_had_said(house: House) -> None:
    await programme(house)
    browser = await house.client()

    for words, (url, number) in chips(await browser.get(FORUM)).items():
        one = await browser.get(url)
        assert (one.status_code, len(listed(one))) == (200, number), words
        for more, (further, left) in chips(one).items():
            assert more == words or len(listed(await browser.get(further))) == left, (words, more)


async def test_choices_are_combined_taken_back_and_never_indexed(house: House) -> None:
    await programme(house)
    browser = await house.client()

    plain = await browser.get(FORUM)
    both = await browser.get(f"{FORUM}?theme=culture&way=online")

    assert (listed(both), "1 event of 4" in words_of(both)) == (["film"], True)
    assert chips(both)["Culture"][0] == f"{FORUM}?way=online"
    assert chips(both)["Online"][0] == f"{FORUM}?theme=culture"
    assert len(re.findall(r'class="chip"[^>]* aria-current="true"', both.text)) == 2
    assert ('content="noindex"' in both.text, 'content="noindex"' in plain.text) == (True, False)
    assert f'<link rel="canonical" href="{make.BASE}{FORUM}">' in both.text


async def test_a_theme_has_one_address_in_every_language_whatever_letters_it_has(house: House) -> None:
    await programme(house)
    browser = await house.client()

    english, arabic = [chips(await browser.get(f"{FORUM}?lang={code}")) for code in ("en", "ar")]

    assert english["Culture"] == arabic["الثقافة"] == (f"{FORUM}?theme=culture", 2)
    rooms = await browser.get(f"{FORUM}?theme=culture&view=rooms&lang=en")
    assert chips(rooms)["Justice"][0] == f"{FORUM}?theme=justice&view=rooms"


@pytest.mark.parametrize("unknown", ["theme=none", "day=2031-01-01", "language=xx", "way=by-post"])
async def test_an_invented_value_leads_to_the_whole_programme(house: House, unknown: str) -> None:
    await programme(house)
    browser = await house.client()

    answer = await browser.get(f"{FORUM}?{unknown}")

    assert (answer.status_code, answer.headers["location"]) == (303, FORUM)


async def test_no_invented_address_is_ever_kept(house: House) -> None:
    await programme(house)
    browser = await house.client()
    await browser.get(FORUM)
    await browser.get(f"{FORUM}?theme=culture")
    pages, answers = house.app.state.house.page_cache._pages, cache_of(house)._answers
    before = len(pages), len(answers)

    for number in range(5):
        for query in (
            f"x={number}",
            f"theme=culture&x={number}",
            f"seats={number}",
            f"theme=no-{number}",
            f"day={number}",
        ):
            assert (await browser.get(f"{FORUM}?{query}")).status_code in {200, 303}
        await browser.get(f"{FORUM}?theme=culture&way=online&x={number}")
        await browser.get(f"/?x={number}")
        await browser.get(f"/events/film?x={number}")

    assert len(pages) == before[0] + 2  # the home page and the event's, once
    assert len(answers) == before[1]


async def test_a_programme_costs_as_many_questions_for_one_event_as_for_many(house: House) -> None:
    forum = await make.conference()
    asked = []
    for number in range(4):
        more: dict[str, Any] = {"capacity_in_person": 2, "track": {"en": f"Theme {number}"}}
        await make.event(house.vault, slug=f"event-{number}", conference_id=forum.id, **more)
        for path in (f"{FORUM}?view=rooms&seats=free", "/"):
            house.app.state.house.page_cache._pages.clear()
            with make.Statements() as statements:
                assert (await (await house.client()).get(path)).status_code == 200
            asked.append(statements.number)

    assert asked[0::2] == [asked[0]] * 4
    assert asked[1::2] == [asked[1]] * 4


@pytest.mark.parametrize(
    ("keeps", "said"), [(True, "Full, waiting list open"), (False, "Full")], ids=["waiting list", "none"]
)
async def test_a_list_never_hides_that_an_event_is_full(house: House, keeps: bool, said: str) -> None:
    forum, browser = await make.conference(), await house.client()
    event = await make.event(
        house.vault, slug="small", conference_id=forum.id, capacity_in_person=1, keeps_waitlist=keeps
    )
    await make.event(house.vault, slug="large", conference_id=forum.id)
    pages = ("/", FORUM, f"{FORUM}?view=rooms")
    assert ["Full" in words_of(await browser.get(path)) for path in pages] == [False] * 3

    await make.registered(event, 1, office=house.office)

    assert [words_of(await browser.get(path)).count(said) for path in pages] == [1, 1, 1]
    free = await browser.get(f"{FORUM}?seats=free")
    assert listed(free) == ["large"]


async def test_an_event_that_hides_its_seats_never_comes_or_goes_by_them(house: House) -> None:
    forum, browser = await make.conference(), await house.client()
    hidden: dict[str, Any] = {"capacity_in_person": 1, "shows_places": "hidden", "conference_id": forum.id}
    event = await make.event(house.vault, slug="quiet", **hidden)
    before = [await browser.get(path) for path in ("/", FORUM, f"{FORUM}?seats=free")]

    await make.registered(event, 1, office=house.office)

    after = [await browser.get(path) for path in ("/", FORUM, f"{FORUM}?seats=free")]
    assert [page.text for page in after] == [page.text for page in before]
    assert listed(after[2]) == ["quiet"]


async def test_a_list_never_says_otherwise_than_the_page_of_each(house: House) -> None:
    """Of all events at once and of each alone: two statements, one meaning."""
    events = list[Event]()
    for capacity, people, online in ((1, 1, None), (2, 1, 1), (None, 2, 0), (1, 0, None)):
        event = await make.event(
            house.vault,
            slug=f"e-{len(events)}",
            capacity_in_person=capacity,
            offers_online=online is not None,
            capacity_online=online or None,
        )
        for who in range(people):
            await make.registered(event, who, office=house.office)
        events.append(await Event.find_public(event.slug))

    full = await full_of(events)

    alone = {event.id: [str(mode) for mode in event.modes if await is_full(event, mode)] for event in events}
    assert full == {event_id: modes for event_id, modes in alone.items() if modes}
    assert len(full) == 1


def cache_of(house: House) -> ResponseCache:
    inside = house.app.middleware_stack
    while not isinstance(inside, ResponseCache):
        inside = inside.app  # type: ignore[union-attr]
    return inside
