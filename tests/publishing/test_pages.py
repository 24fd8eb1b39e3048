"""What everybody sees: public events in their place, others nowhere; pages that follow; feeds that stay."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from events_app.directory.models import Room, Venue
from events_app.events.models.event import programme_of
from events_app.publishing.pages.conference import grids_of
from events_app.publishing.pages.lists import by_day
from tests import make
from tests.databases import ENGINE, run_sql
from tests.make import House, words_of

pytestmark = pytest.mark.anyio


async def test_the_home_page_shows_what_is_coming_and_public_and_nothing_else(house: House) -> None:
    browser = await house.client()
    await make.event(house.vault, title={"en": "Shown event"})
    await make.draft(house.vault, title={"en": "Draft event"})
    await make.event(house.vault, title={"en": "Unlisted event"}, visibility="unlisted")
    past: dict[str, Any] = {"starts_wall": "2020-05-12T13:00", "ends_wall": "2020-05-12T14:00"}
    await make.event(house.vault, title={"en": "Past event"}, **past)

    home = words_of(await browser.get("/"))

    assert "Shown event" in home
    for hidden in ("Draft event", "Unlisted event", "Past event"):
        assert hidden not in home


async def test_a_conference_shows_its_programme_past_events_too(house: House) -> None:
    browser = await house.client()
    forum, other = await make.conference(), await make.conference("other")
    await make.event(house.vault, title={"en": "Ours"}, conference_id=forum.id)
    past: dict[str, Any] = {"starts_wall": "2020-05-12T13:00", "ends_wall": "2020-05-12T14:00"}
    await make.event(house.vault, title={"en": "Before"}, conference_id=forum.id, **past)
    await make.event(house.vault, title={"en": "Theirs"}, conference_id=other.id)
    await make.event(house.vault, title={"en": "Hidden"}, conference_id=forum.id, visibility="unlisted")

    page = words_of(await browser.get("/conferences/forum"))

    assert ("Ours" in page, "Before" in page, "Theirs" in page, "Hidden" in page) == (
        True,
        True,
        False,
        False,
    )


async def test_a_day_with_several_rooms_can_be_read_room_by_room(house: House) -> None:
    """What lasts longer than the next thing beside it reaches into its row; two at once in a room share a cell."""
    conference = await make.conference()
    for slug, place, starts, ends in (
        ("long", "Hall, Hotel", "11:00", "15:30"),
        ("first", "Library, Hotel", "11:00", "12:30"),
        ("twin", "Library, Hotel", "11:00", "15:00"),
        ("second", "Library, Hotel", "14:00", "15:00"),
    ):
        walls: dict[str, Any] = {"starts_wall": f"2035-05-12T{starts}", "ends_wall": f"2035-05-12T{ends}"}
        await make.event(house.vault, slug=slug, place={"en": place}, conference_id=conference.id, **walls)
    grid = grids_of(by_day(await programme_of(conference)))[0]

    assert list(grid.rooms) == ["Library", "Hall"] or list(grid.rooms) == ["Hall", "Library"]
    assert [
        (f"{start:%H:%M}", sorted(([each.slug for each in cell.events], cell.rows) for cell in cells))
        for start, cells in grid.rows
    ] == [("11:00", [(["first", "twin"], 1), (["long"], 2)]), ("14:00", [(["second"], 1)])]

    titled = {each.id: each.slug for each in await programme_of(conference)}
    assert sorted(titled[each] for each in grid.booked_twice) == ["first", "second", "twin"]

    browser = await house.client()
    by_day_page, by_room = [
        (await browser.get(f"/conferences/forum{query}")).text for query in ("", "?view=rooms")
    ]
    assert ("<table" in by_day_page, "<table" in by_room) == (False, True)
    assert 'aria-current="page">By room' in by_room
    assert by_room.count("Two at once in this room") == 3


async def test_a_list_says_where_without_the_street_and_the_city_in_its_own_language(house: House) -> None:
    browser = await house.client()
    venue = await Venue.create(
        name={"en": "Hotel Linden"}, address={"en": "Rue 12"}, city="Brussels", zone="Europe/Brussels"
    )
    room = await Room.create(venue_id=venue.id, name={"en": "Room A"})
    await make.event(house.vault, place={}, room_id=room.id)

    assert "Room A, Hotel Linden, Brussels" in words_of(await browser.get("/"))
    assert "Room A، Hotel Linden، بروكسل" in words_of(await browser.get("/?lang=ar"))


async def test_the_clock_is_named_once_where_all_share_it_and_beside_each_where_not(house: House) -> None:
    browser = await house.client()
    await make.event(house.vault, slug="here", zone="Europe/Brussels")
    one = words_of(await browser.get("/"))
    await make.event(house.vault, slug="there", zone="Asia/Beirut")
    two = words_of(await browser.get("/"))

    assert (one.count("Brussels time"), one.count("All times")) == (1, 1)
    assert (two.count("Brussels time"), two.count("Beirut time"), two.count("All times")) == (1, 1, 0)


async def test_an_unlisted_event_opens_by_its_link_and_asks_not_to_be_found(house: House) -> None:
    browser = await house.client()
    event = await make.event(house.vault, visibility="unlisted")

    page = await browser.get(f"/events/{event.slug}")

    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    assert "CLASS:PRIVATE" in (await browser.get(f"/events/{event.slug}.ics")).text
    public = await browser.get(f"/events/{(await make.event(house.vault)).slug}")
    assert "noindex" not in public.text


async def test_a_page_says_day_hours_and_city_and_speaks_the_readers_language(house: House) -> None:
    browser = await house.client()
    event = await make.event(house.vault)

    english = words_of(await browser.get(f"/events/{event.slug}?lang=en"))
    arabic = await browser.get(f"/events/{event.slug}?lang=ar")
    kept = await browser.get(f"/events/{event.slug}")

    for said in ("Saturday 12 May 2035", "13:00", "14:30", "Brussels"):
        assert said in english
    for said in ("السبت 12 أيار 2035", "13:00", "بروكسل", "طاولة مستديرة"):
        assert said in words_of(arabic)
    assert '<html lang="ar" dir="rtl">' in kept.text
    assert arabic.headers["content-language"] == "ar"


async def test_a_text_that_is_missing_in_a_language_is_shown_in_the_other_with_its_own_direction(
    house: House,
) -> None:
    browser = await house.client()
    event = await make.event(house.vault, title={"ar": "عنوان"}, summary={"en": "Only English."})

    english = await browser.get(f"/events/{event.slug}?lang=en")
    arabic = await browser.get(f"/events/{event.slug}?lang=ar")

    assert re.search(r'lang="ar"[^>]*>\s*عنوان', english.text)
    assert re.search(r'lang="en"[^>]*dir="ltr"|dir="ltr"[^>]*lang="en"', arabic.text)
    assert "Only English." in arabic.text


async def test_markdown_is_text_with_signs_and_never_a_program(house: House) -> None:
    browser = await house.client()
    evil = "**bold** <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://example.org/p.png)"
    evil += " [ok](https://example.org)"
    event = await make.event(house.vault, description={"en": evil})

    page = (await browser.get(f"/events/{event.slug}")).text
    body = page.partition('<main id="main"')[2]

    assert "<strong>bold</strong>" in body
    assert "<script>alert" not in body
    assert 'href="javascript' not in body
    assert "p.png" not in "".join(re.findall(r"<img[^>]*>", body))
    assert 'href="https://example.org"' in body


async def test_the_join_link_is_on_no_public_page(house: House) -> None:
    browser = await house.client()
    conference = await make.conference()
    secret = "https://meet.example.org/secret-room"
    event = await make.event(house.vault, conference_id=conference.id, offers_online=True, join_link=secret)

    for path in ("", ".ics", "/register", "/mine"):
        assert "secret-room" not in (await browser.get(f"/events/{event.slug}{path}")).text
    for path in ("/", "/conferences/forum", "/conferences/forum.ics"):
        assert "secret-room" not in (await browser.get(path)).text


async def test_a_page_follows_every_change_at_once(house: House) -> None:
    browser = await house.client()
    event = await make.event(house.vault)
    path = f"/events/{event.slug}"
    await browser.get(path)

    await make.change(event, house.office, title={"en": "Another name"})

    assert "Another name" in words_of(await browser.get(path))


async def test_a_page_follows_a_change_by_another_process(
    house: House, migrated: tuple[str, list[str]]
) -> None:
    browser = await house.client()
    event = await make.event(house.vault)
    path = f"/events/{event.slug}"
    assert "Justice" not in words_of(await browser.get(path))

    track = '{"en": "Justice"}'
    await run_sql(migrated[0], f"UPDATE event SET track = '{track}' WHERE id = '{event.id}'")
    if ENGINE == "postgresql":
        await asyncio.sleep(1.1)  # what other processes commit is noticed within a second there

    assert "Justice" in words_of(await browser.get(path))


@pytest.mark.parametrize("language", make.LANGUAGES)
async def test_the_feed_stays_the_same_bytes_until_something_changes(house: House, language: str) -> None:
    browser = await house.client()
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id)
    path = f"/conferences/forum.ics?lang={language}"

    first, second = await browser.get(path), await browser.get(path)
    await make.registered(event, 1, office=house.office)
    third = await browser.get(path)
    asked = {"if-none-match": first.headers["etag"]}
    same = await browser.get(path, headers=asked)
    await make.change(
        event, house.office, starts_wall="2035-05-12T12:00", now=datetime(2035, 1, 5, tzinfo=UTC)
    )
    changed = await browser.get(path, headers=asked)

    assert first.content == second.content == third.content
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert "SEQUENCE:1" in changed.text


@pytest.mark.parametrize(
    ("asked", "status"),
    [('"other"', 200), ("{etag}", 304), ("W/{etag}", 304), ('"other", {etag}', 304), ("", 200), ("*", 304)],
)
async def test_a_client_that_names_its_copy_gets_it_once(house: House, asked: str, status: int) -> None:
    browser = await house.client()
    await make.event(house.vault, conference_id=(await make.conference()).id)
    etag = (await browser.get("/conferences/forum.ics")).headers["etag"]

    answer = await browser.get("/conferences/forum.ics", headers={"if-none-match": asked.format(etag=etag)})

    assert answer.status_code == status


async def test_a_cancelled_event_stays_in_the_feed_as_cancelled(house: House) -> None:
    browser, desk = await house.client(), await house.desk()
    event = await make.event(house.vault, conference_id=(await make.conference()).id)
    assert "STATUS:CONFIRMED" in (await browser.get("/conferences/forum.ics")).text

    await desk.post(f"/desk/events/{event.id}/cancellation")

    feed = (await browser.get("/conferences/forum.ics")).text
    assert "STATUS:CANCELLED" in feed
    assert "SEQUENCE:1" in feed
    assert "STATUS:CANCELLED" in (await browser.get(f"/events/{event.slug}.ics")).text


async def test_a_cancelled_event_never_promises_the_link_to_join(house: House) -> None:
    browser, desk = await house.client(), await house.desk()
    event = await make.event(house.vault, offers_online=True)
    assert "The link to join reaches registered people" in words_of(
        await browser.get(f"/events/{event.slug}")
    )

    await desk.post(f"/desk/events/{event.id}/cancellation")

    assert "The link to join" not in words_of(await browser.get(f"/events/{event.slug}"))


async def test_a_venue_that_is_renamed_is_renamed_in_the_feed(house: House) -> None:
    browser = await house.client()
    venue = await Venue.create(name={"en": "Hotel Linden"}, zone=make.ZONE)
    room = await Room.create(venue_id=venue.id, name={"en": "Room A"})
    conference = await make.conference()
    await make.event(house.vault, conference_id=conference.id, place={}, room_id=room.id)
    assert "Hotel Linden" in (await browser.get("/conferences/forum.ics")).text

    await Venue.filter(id=venue.id).update(name={"en": "Hotel Oak"})

    assert "Hotel Oak" in (await browser.get("/conferences/forum.ics")).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"opens_at": datetime(2034, 1, 2, 9, 0, tzinfo=UTC)},
            "Registration opens: Monday 2 January 2034, 10:00 Brussels time",
        ),
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "Registration is closed"),
        ({"starts_wall": "2020-05-12T13:00", "ends_wall": "2020-05-12T14:00"}, "This event is over"),
    ],
)
async def test_a_shut_door_is_said_on_the_page_and_there_is_no_button(
    house: House, said: dict[str, Any], sentence: str
) -> None:
    browser = await house.client()
    event = await make.event(house.vault, **said)

    page = await browser.get(f"/events/{event.slug}")

    assert sentence in words_of(page)
    assert f"/events/{event.slug}/register" not in page.text


async def test_the_choice_of_a_language_keeps_the_rest_of_the_address(house: House) -> None:
    browser = await house.client()
    await make.conference()
    page = await browser.get("/conferences/forum?unknown=1&view=rooms&lang=en")

    links = re.findall(r'href="(\?[^"]*lang=ar[^"]*)"', page.text)

    assert links == ["?view=rooms&amp;lang=ar"]


async def test_public_pages_set_no_cookie_of_their_own(house: House) -> None:
    browser = await house.client()
    event = await make.event(house.vault)

    claims = await make.claims_of(event.id)

    for path in (
        "/",
        f"/events/{event.slug}",
        f"/events/{event.slug}/register",
        f"/events/{event.slug}/mine",
    ):
        assert "set-cookie" not in (await browser.get(path)).headers
    assert await make.claims_of(event.id) == claims


async def test_an_address_with_a_line_end_is_unknown_also_while_the_one_without_is_kept(house: House) -> None:
    browser, event = await house.client(), await make.event(house.vault)
    assert (await browser.get(f"/events/{event.slug}")).status_code == 200

    assert (await browser.get(f"/events/%0A{event.slug}")).status_code == 404


async def test_when_registration_opens_and_closes_never_stands_without_its_zone(house: House) -> None:
    """The clock of January is not the clock of May; where no script runs the zone is there in words."""
    browser, desk = await house.client(), await house.desk()
    opens, closes = datetime(2034, 1, 2, 9, 0, tzinfo=UTC), datetime(2035, 5, 10, 9, 0, tzinfo=UTC)
    shut = await make.event(house.vault, slug="shut", opens_at=opens, closes_at=closes)
    open_ = await make.event(house.vault, slug="open", closes_at=closes)
    over = await make.event(house.vault, slug="over", closes_at=datetime(2020, 1, 1, tzinfo=UTC))
    opening = "Registration opens: Monday 2 January 2034, 10:00 Brussels time, UTC+1"
    closing = "Registration closes: Thursday 10 May 2035, 11:00 Brussels time, UTC+2"
    closed = "Closed: Wednesday 1 January 2020, 01:00 Brussels time, UTC+1"

    for event, said in ((shut, (opening, closing)), (open_, (closing,)), (over, (closed,))):
        public = await browser.get(f"/events/{event.slug}")
        form = await browser.get(f"/events/{event.slug}/register")
        for page in (public, form):
            assert [each for each in (opening, closing, closed) if each in words_of(page)] == list(said)
            assert 'data-hours="{start}"' in page.text
    overview = words_of(await desk.get(f"/desk/events/{shut.id}"))
    assert opening in overview
    assert closing in overview
