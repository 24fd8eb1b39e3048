"""Feeds and schedules: one permanent id in all of them, and the same bytes while nothing changes."""

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from events_app.events.models.event import Event
from tests import make

pytestmark = pytest.mark.anyio
ATOM = "{http://www.w3.org/2005/Atom}"


async def programme(house: make.House) -> list[str]:
    """Two side events of one conference; their ids."""
    conference = await make.conference()
    first = await make.event(
        house.vault, conference_id=conference.id, slug="first", track={"en": "Justice", "ar": "العدالة"}
    )
    second = await make.event(
        house.vault,
        conference_id=conference.id,
        slug="second",
        track={"en": "Culture"},
        title={"en": "Films & <talk>"},
    )
    return [first.id.hex, second.id.hex]


async def test_one_id_is_the_uid_the_guid_and_atoms_id(house: make.House) -> None:
    ids = await programme(house)
    browser = await house.client()

    calendar = (await browser.get("/conferences/forum.ics")).text
    schedule = (await browser.get("/conferences/forum/schedule.json")).json()["schedule"]
    xml = ET.fromstring((await browser.get("/conferences/forum/schedule.xml")).content)
    atom = ET.fromstring((await browser.get("/conferences/forum.atom")).content)

    in_json = [
        item["guid"]
        for day in schedule["conference"]["days"]
        for listed in day["rooms"].values()
        for item in listed
    ]
    in_xml = [event.get("guid", "") for event in xml.iter("event")]
    in_atom = [
        (entry.findtext(f"{ATOM}id") or "").removeprefix("urn:uuid:") for entry in atom.iter(f"{ATOM}entry")
    ]
    for found in (in_json, in_xml, in_atom):
        assert sorted(guid.replace("-", "") for guid in found) == sorted(ids)
    assert all(f"UID:evt-{each}@" in calendar for each in ids)


async def test_a_track_and_a_host_narrow_the_calendar(house: make.House) -> None:
    ids = await programme(house)
    browser = await house.client()

    justice = (await browser.get("/conferences/forum.ics?track=Justice")).text
    nobody = (await browser.get("/conferences/forum.ics?host=nobody")).text

    assert (ids[0] in justice, ids[1] in justice) == (True, False)
    assert "BEGIN:VEVENT" not in nobody


async def test_a_track_is_known_by_its_text_in_any_language_and_said_in_the_readers(
    house: make.House,
) -> None:
    ids = await programme(house)
    browser = await house.client()

    feed = (await browser.get("/conferences/forum.ics", params={"track": "العدالة", "lang": "en"})).text
    in_arabic = (await browser.get("/conferences/forum.ics?track=Justice&lang=ar")).text
    first = await Event.get(slug="first")
    later = make.NOW + timedelta(minutes=1)
    await make.change(first, house.office, now=later, track={"en": "Justice", "ar": "الإنصاف"})
    renamed = (await browser.get("/conferences/forum.ics?track=Justice&lang=ar")).text

    feed, in_arabic, renamed = (each.replace("\r\n ", "") for each in (feed, in_arabic, renamed))
    assert "CATEGORIES:Justice" in feed
    assert "X-WR-CALNAME:Brussels Forum · Justice" in feed
    assert "lang=en&track=%D8%A7%D9%84%D8%B9%D8%AF%D8%A7%D9%84%D8%A9" in feed
    assert "CATEGORIES:العدالة" in in_arabic
    assert (ids[0] in renamed, ids[1] in renamed, "CATEGORIES:الإنصاف" in renamed) == (True, False, True)


@pytest.mark.parametrize(
    ("language", "tracks"), [("en", ["Culture", "Justice"]), ("ar", ["Culture", "العدالة"])]
)
async def test_schedules_atom_and_pages_say_the_track_in_the_readers_language(
    house: make.House, language: str, tracks: list[str]
) -> None:
    await programme(house)
    browser = await house.client()
    await browser.get(f"/?lang={language}")

    schedule = (await browser.get("/conferences/forum/schedule.json")).json()["schedule"]["conference"]
    xml = ET.fromstring((await browser.get("/conferences/forum/schedule.xml")).content)
    atom = ET.fromstring((await browser.get("/conferences/forum.atom")).content)
    pages = [make.words_of(await browser.get(path)) for path in ("/conferences/forum", "/events/first")]

    listed = [item for day in schedule["days"] for room in day["rooms"].values() for item in room]
    assert [each["name"] for each in schedule["tracks"]] == tracks
    assert sorted(item["track"] for item in listed) == tracks
    assert sorted(node.text or "" for node in xml.iter("track")) == tracks
    assert sorted(node.get("term", "") for node in atom.iter(f"{ATOM}category")) == tracks
    assert all(tracks[1] in page for page in pages)


@pytest.mark.parametrize(
    "path",
    ["/conferences/forum.ics", "/conferences/forum/schedule.json", "/conferences/forum.atom", "/events.atom"],
)
async def test_an_unchanged_feed_costs_a_client_nothing(house: make.House, path: str) -> None:
    await programme(house)
    browser = await house.client()
    first = await browser.get(path)

    again = await browser.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_schedules_say_what_conference_apps_ask_for(house: make.House) -> None:
    await programme(house)
    browser = await house.client()

    schedule = json.loads((await browser.get("/conferences/forum/schedule.json")).content)["schedule"]
    xml = ET.fromstring((await browser.get("/conferences/forum/schedule.xml")).content)

    conference = schedule["conference"]
    assert {
        "acronym",
        "title",
        "start",
        "end",
        "daysCount",
        "timeslot_duration",
        "time_zone_name",
        "days",
    } <= set(conference)
    item = next(iter(conference["days"][0]["rooms"].values()))[0]
    assert {"guid", "id", "date", "start", "duration", "room", "slug", "title", "persons", "links"} <= set(
        item
    )
    assert (item["duration"], isinstance(item["id"], int)) == ("01:30", True)
    assert [child.tag for child in xml][:2] == ["version", "conference"]
    assert [event.findtext("title") for event in xml.iter("event")].count("Films & <talk>") == 1


async def test_an_unlisted_event_and_a_draft_are_in_no_feed(house: make.House) -> None:
    conference = await make.conference()
    hidden = await make.event(house.vault, conference_id=conference.id, slug="hidden", visibility="unlisted")
    browser = await house.client()

    for path in (
        "/conferences/forum.ics",
        "/conferences/forum/schedule.json",
        "/conferences/forum.atom",
        "/events.atom",
    ):
        assert hidden.id.hex not in (await browser.get(path)).text.replace("-", "")


async def test_no_character_that_xml_forbids_breaks_a_feed(house: make.House) -> None:
    """An older version kept them."""
    conference = await make.conference()
    event = await make.event(
        house.vault, conference_id=conference.id, title={"en": "Films\uffff\ufffe & \x0btalk"}
    )
    assert "\uffff" in event.title["en"]
    browser = await house.client()

    for path in ("/conferences/forum/schedule.xml", "/conferences/forum.atom", "/events.atom"):
        assert "Films" in "".join(ET.fromstring((await browser.get(path)).text).itertext())


FEEDS = [
    "/conferences/forum.ics", "/conferences/forum/schedule.json", "/conferences/forum/schedule.xml",
    "/conferences/forum.atom", "/events.atom",
]  # fmt: skip


@pytest.mark.parametrize("path", FEEDS)
async def test_a_date_that_was_given_is_taken_back(house: make.House, path: str) -> None:
    await programme(house)
    browser = await house.client()
    first = await browser.get(path)
    since = first.headers["last-modified"]

    again = await browser.get(path, headers={"if-modified-since": since})
    earlier = await browser.get(path, headers={"if-modified-since": "Thu, 01 Jan 2020 00:00:00 GMT"})
    nonsense = await browser.get(path, headers={"if-modified-since": "yesterday"})
    other_mark = await browser.get(path, headers={"if-modified-since": since, "if-none-match": '"other"'})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert [each.status_code for each in (earlier, nonsense, other_mark)] == [200, 200, 200]
    assert again.headers["last-modified"] == since


async def test_a_withdrawn_event_is_never_kept_by_who_asks_for_what_is_newer(house: make.House) -> None:
    ids = await programme(house)
    browser = await house.client()
    since = (await browser.get("/conferences/forum.ics")).headers["last-modified"]
    await Event.filter(slug="second").update(status="draft")

    again = await browser.get("/conferences/forum.ics", headers={"if-modified-since": since})

    assert (again.status_code, ids[1] in again.text) == (200, False)


@pytest.mark.parametrize("path", [*FEEDS, "/events/first.ics", "/events/first/card.png"])
async def test_a_feed_in_a_language_never_sets_a_cookie(house: make.House, path: str) -> None:
    await programme(house)
    browser = await house.client()

    feed = await browser.get(f"{path}?lang=ar")
    unchanged = await browser.get(f"{path}?lang=ar", headers={"if-none-match": feed.headers.get("etag", "x")})
    page = await browser.get("/events/first?lang=ar")

    assert (feed.status_code, "set-cookie" in feed.headers, "set-cookie" in unchanged.headers) == (
        200, False, False,
    )  # fmt: skip
    assert "language=ar" in page.headers["set-cookie"]
