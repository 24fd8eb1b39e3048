"""What a shared link shows: only public events, in words, a picture and data that nothing can break out of."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from events_app.events.actions import editing, life
from events_app.events.models.event import Event
from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import House

NASTY = """</script><script>alert("x")</script><!-- & 'quoted' \u2028"""

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(database: DatabaseUnderTest, tmp_path: Path) -> AsyncIterator[House]:
    async with make.house(database.url, tmp_path / "var") as house:
        yield house


def data_in(page: httpx2.Response) -> Any:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


async def test_a_public_event_tells_machines_what_it_is(house: House) -> None:
    ours = await make.organization(link="https://cedar.example.org")
    made = await make.draft(house.vault, hosts=[ours], offers_online=True, track={"en": "Justice"})
    await life.publish_event(made.id, follow=editing.nobody_follows, act=house.office.at(make.NOW))

    client = await house.client()
    assert data_in(await client.get("/events/round-table")) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Round table",
        "url": f"{make.BASE}/events/round-table",
        "startDate": "2035-05-12T13:00:00+02:00",
        "endDate": "2035-05-12T14:30:00+02:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "name": "Library, Hotel Linden, Brussels",
                "address": "Library, Hotel Linden, Brussels",
            },
            {"@type": "VirtualLocation", "url": f"{make.BASE}/events/round-table"},
        ],
        "organizer": [{"@type": "Organization", "name": "Cedar Archive", "url": "https://cedar.example.org"}],
        "description": "A working conversation.",
        "inLanguage": ["en", "ar"],
        "image": [f"{make.BASE}/events/round-table/card.png?lang=en"],
    }


async def test_the_data_speaks_the_language_of_the_page(house: House) -> None:
    await make.event(house.vault)

    client = await house.client(**{"accept-language": "ar"})
    said = data_in(await client.get("/events/round-table"))
    assert said["name"] == "طاولة مستديرة"
    assert said["image"] == [f"{make.BASE}/events/round-table/card.png?lang=ar"]


async def test_a_cancelled_event_says_so_and_has_no_picture(house: House) -> None:
    event = await make.event(house.vault)
    await life.cancel_event(event.id, follow=make.follower(house.office), act=house.office.at(make.NOW))

    client = await house.client()
    page = await client.get("/events/round-table")
    assert data_in(page)["eventStatus"] == "https://schema.org/EventCancelled"
    assert "image" not in data_in(page)
    assert "og:image" not in page.text
    assert (await client.get("/events/round-table/card.png")).status_code == 404


async def test_no_text_of_an_organizer_breaks_out(house: House) -> None:
    texts = {"en": NASTY}
    await make.event(house.vault, title=texts, summary=texts, place=texts, track=texts)

    client = await house.client()
    page = await client.get("/events/round-table")
    said = data_in(page)
    assert (said["name"], said["description"], said["location"][0]["name"]) == (NASTY, NASTY, NASTY)
    assert "<script>alert" not in page.text
    for name in ("og:title", "og:description"):
        (content,) = re.findall(f'<meta property="{name}" content="([^"]*)">', page.text)
        assert "<" not in content


@pytest.mark.parametrize("hidden", ["draft", "unlisted"])
async def test_what_is_not_public_has_neither_picture_nor_data(house: House, hidden: str) -> None:
    ours = await make.organization()
    if hidden == "draft":
        await make.draft(house.vault, hosts=[ours])
    else:
        await make.event(house.vault, visibility="unlisted")

    client = await house.client()
    page, card = await client.get("/events/round-table"), await client.get("/events/round-table/card.png")
    assert page.status_code == (404 if hidden == "draft" else 200)
    assert "ld+json" not in page.text
    assert "og:" not in page.text
    assert card.status_code == 404


async def test_a_preview_at_the_desk_is_not_shared(house: House) -> None:
    event = await make.event(house.vault)

    desk = await house.desk()
    preview = await desk.get(f"/desk/events/{event.id}/preview")
    assert preview.status_code == 200
    assert "ld+json" not in preview.text


async def test_the_picture_is_asked_for_again_only_when_it_changed(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    first = await client.get("/events/round-table/card.png?lang=en")
    known = {"if-none-match": first.headers["etag"]}
    again = await client.get("/events/round-table/card.png?lang=en", headers=known)
    arabic = await client.get("/events/round-table/card.png?lang=ar", headers=known)
    await make.change(event, house.office, title={"en": "Another title"})
    changed = await client.get("/events/round-table/card.png?lang=en", headers=known)

    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert (again.status_code, again.content) == (304, b"")
    assert (arabic.status_code, changed.status_code) == (200, 200)
    assert len({first.content, arabic.content, changed.content}) == 3


async def test_the_link_to_join_is_nowhere(house: House) -> None:
    await make.event(house.vault, offers_online=True, join_link="https://meet.example.org/secret")

    page = await (await house.client()).get("/events/round-table")
    assert "meet.example.org" not in page.text
    assert await Event.all().count() == 1


def links_to_share(page: httpx2.Response) -> dict[str, dict[str, list[str]]]:
    """What each program would be given, by its address."""
    found = re.findall(
        r'href="((?:https://(?:wa|t)\.me/|mailto:)[^"]*)" rel="noopener noreferrer" referrerpolicy="no-referrer"',
        page.text,
    )
    parts = [urlsplit(link.replace("&amp;", "&")) for link in found]
    return {f"{each.scheme}:{each.netloc}{each.path}": parse_qs(each.query) for each in parts}


async def test_a_link_to_share_never_loses_a_word_nor_lets_one_break_out(house: House) -> None:
    title = {"en": 'Q&A: 100% "ours"?\nBcc: x@example.org', "ar": "سؤال وجواب: «لنا» 100%"}
    await make.event(house.vault, title=title)
    address = f"{make.BASE}/events/round-table"
    client = await house.client()

    english = links_to_share(await client.get("/events/round-table?lang=en"))
    arabic = links_to_share(await client.get("/events/round-table?lang=ar"))

    said = 'Q&A: 100% "ours"? Bcc: x@example.org'
    when = "Saturday 12 May 2035, 13:00–14:30 (Brussels time)"
    where = "Library, Hotel Linden, Brussels"
    assert english == {
        "https:wa.me/": {"text": [f"{said}\n{when}\n{where}\n{address}"]},
        "https:t.me/share/url": {"url": [address], "text": [f"{said}\n{when}\n{where}"]},
        "mailto:": {"subject": [said], "body": [f"{when}\r\n{where}\r\n\r\n{address}"]},
    }
    words = arabic["https:wa.me/"]["text"][0].splitlines()
    assert words[:2] == [title["ar"], "السبت 12 أيار 2035، من\xa013:00 إلى\xa014:30 (بتوقيت بروكسل)"]
    assert words[-1] == address
    assert arabic["mailto:"]["subject"] == [title["ar"]]


async def test_an_unlisted_event_offers_nobody_else_its_link_but_its_organizers(house: House) -> None:
    event = await make.event(house.vault, visibility="unlisted")

    page = await (await house.client()).get(f"/events/{event.slug}")
    desk = await (await house.desk()).get(f"/desk/events/{event.id}")

    assert links_to_share(page) == {}
    assert len(links_to_share(desk)) == 3
