"""The page cache is true: it notices every commit, also another process's, and the clock."""

import asyncio
import gzip
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from events_app.database import is_sqlite
from events_app.directory.models import Organization
from events_app.kept.page_cache import MOST_BYTES, MOST_PAGES, SECONDS, PageCache
from tests import make
from tests.databases import DatabaseUnderTest, run_sql

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

KEY = ("/", "", "en")


class Kitchen:
    """Makes a new page each time it is asked: 'page 1', 'page 2'."""

    def __init__(self, *, status: int = 200, cookie: bool = False, length: int = 0) -> None:
        self.made = 0
        self.status, self.cookie, self.length = status, cookie, length
        self.pages = PageCache()

    async def render(self) -> Response:
        self.made += 1
        response = HTMLResponse(f"page {self.made}" + " " * self.length, status_code=self.status)
        if self.cookie:
            response.set_cookie("a", "b")
        return response

    async def get(self, *, now: float = 0.0, key: tuple[str, ...] = KEY, encoding: str = "") -> Response:
        scope = {"type": "http", "headers": [(b"accept-encoding", encoding.encode())]}
        return await self.pages.get(Request(scope), key, self.render, now=now)

    async def text(self, *, now: float = 0.0, key: tuple[str, ...] = KEY) -> str:
        return bytes((await self.get(now=now, key=key)).body).decode().strip()


async def commit(url: str) -> None:
    """Another process commits something."""
    column = '"id", "slug", "name", "link", "ours", "colour", "second_colour", "logo_type", "languages"'
    values = "'11111111-1111-4111-8111-111111111111', 'a', '{}', '', false, '', '', '', '[]'"
    await run_sql(url, f'INSERT INTO "organization" ({column}) VALUES ({values})')


async def test_a_page_is_made_once_as_long_as_nothing_happens() -> None:
    kitchen = Kitchen()

    assert [await kitchen.text() for _ in range(3)] == ["page 1"] * 3


async def test_a_commit_of_this_process_is_noticed_at_once() -> None:
    kitchen = Kitchen()
    for number in range(1, 4):
        assert await kitchen.text() == f"page {number}"
        await make.organization(slug=f"slug-{number}")


async def test_a_commit_of_another_process_is_noticed(database: DatabaseUnderTest) -> None:
    kitchen = Kitchen()
    await kitchen.text()

    await commit(database.url)
    if not is_sqlite():
        await asyncio.sleep(1.1)  # what other processes commit is noticed within a second there

    assert await kitchen.text() == "page 2"


async def test_a_page_grows_old_by_the_clock() -> None:
    kitchen = Kitchen()
    await kitchen.text(now=100.0)

    assert await kitchen.text(now=100.0 + SECONDS - 0.1) == "page 1"
    assert await kitchen.text(now=100.0 + SECONDS) == "page 2"


async def test_languages_and_addresses_are_kept_apart() -> None:
    kitchen = Kitchen()

    assert await kitchen.text(key=("/", "", "en")) == "page 1"
    assert await kitchen.text(key=("/", "", "ar")) == "page 2"
    assert await kitchen.text(key=("/", "", "en")) == "page 1"


@pytest.mark.parametrize("kitchen", [Kitchen(status=404), Kitchen(cookie=True)])
async def test_what_is_no_page_or_carries_a_cookie_is_not_kept(kitchen: Kitchen) -> None:
    await kitchen.get()
    await kitchen.get()

    assert kitchen.made == 2


async def test_there_is_an_end_to_what_is_kept() -> None:
    kitchen = Kitchen()
    for number in range(MOST_PAGES + 1):
        await kitchen.get(key=(f"/{number}",))

    assert len(kitchen.pages._pages) <= MOST_PAGES


async def test_a_kept_page_is_whole_for_who_reads_gzip_and_for_who_does_not(
    house: make.House, tmp_path: Path
) -> None:
    await make.event(house.vault)
    asked = [{"accept-encoding": encoding} for encoding in ("gzip", "identity", "gzip", "identity", "br")]
    client = await house.client()

    answers = [await client.get("/", headers=headers) for headers in asked]

    assert len({answer.text for answer in answers}) == 1
    assert [answer.headers.get("content-encoding") for answer in answers] == [
        "gzip",
        None,
        "gzip",
        None,
        None,
    ]
    for answer in answers:
        assert answer.headers.get_list("content-length")
        assert answer.headers.get_list("vary") == [answer.headers["vary"]]


async def test_sending_a_kept_page_does_not_change_it() -> None:
    kitchen = Kitchen(length=5000)
    first = await kitchen.get(encoding="gzip")
    before = list(first.raw_headers), bytes(first.body)

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if "headers" in message:
            message["headers"].append((b"x-added", b"1"))  # type: ignore[attr-defined]

    await first({"type": "http"}, receive, send)  # type: ignore[arg-type]

    again = await kitchen.get(encoding="gzip")
    assert (list(again.raw_headers), bytes(again.body)) == before
    assert gzip.decompress(bytes(again.body)).startswith(b"page 1")
    assert Headers(raw=again.raw_headers)["content-encoding"] == "gzip"


class ReadingKitchen(Kitchen):
    """Makes pages of what it reads."""

    async def render(self) -> Response:
        await Organization.filter(slug="read").order_by("id")
        return await super().render()


async def test_a_commit_that_changes_nothing_of_a_page_leaves_it_kept() -> None:
    kitchen = ReadingKitchen()
    for slug, page in (("other", "page 1"), ("another", "page 1"), ("read", "page 2")):
        await kitchen.text()
        await make.organization(slug=slug)
        assert await kitchen.text() == page


async def test_a_page_that_is_found_true_again_grows_no_younger() -> None:
    kitchen = ReadingKitchen()
    await kitchen.text(now=100.0)
    await make.organization(slug="other")

    assert await kitchen.text(now=100.0 + SECONDS - 0.1) == "page 1"
    assert await kitchen.text(now=100.0 + SECONDS) == "page 2"


async def test_of_many_who_come_after_a_commit_one_asks_and_one_renders() -> None:
    kitchen = ReadingKitchen()
    await kitchen.text()
    await make.organization(slug="read")

    assert await asyncio.gather(*(kitchen.text() for _ in range(5))) == ["page 2"] * 5


async def test_the_bytes_that_are_kept_have_an_end() -> None:
    kitchen = Kitchen(length=MOST_BYTES // 3)
    for number in range(4):
        await kitchen.get(key=(f"/{number}",))

    assert 0 < len(kitchen.pages._pages) < 4


async def test_a_registration_never_makes_a_page_anew_but_the_last_seat_does(house: make.House) -> None:
    here = await make.event(house.vault, slug="here", capacity_in_person=2)
    elsewhere = await make.event(house.vault, slug="elsewhere")
    await make.places_counted(house.office)
    client = await house.client()
    assert "2 seats left" in (await client.get("/events/here")).text
    (page,) = house.app.state.house.page_cache._pages.values()

    await make.registered(elsewhere, 1, office=house.office)
    await make.registered(here, 1, office=house.office)
    await client.get("/events/here")
    assert list(house.app.state.house.page_cache._pages.values()) == [page]

    await make.registered(here, 2, office=house.office)
    assert "All seats are taken" in (await client.get("/events/here")).text


async def test_a_sentence_for_one_reader_is_in_no_kept_page(house: make.House) -> None:
    await make.event(house.vault, slug="here", title={"en": "Launch"})
    client = await house.client()
    before = (await client.get("/events/here")).text

    greeted = await client.get("/events/here", headers={"cookie": "flash=success%7CGone%20%3Cb%3E"})

    assert "Gone &lt;b&gt;" in greeted.text
    assert greeted.text.index("<main") < greeted.text.index("Gone") < greeted.text.index("Launch</span></h1>")
    assert greeted.headers["cache-control"] == "no-store"
    assert greeted.headers["content-language"] == "en"
    assert greeted.headers["set-cookie"].startswith('flash=""')
    assert (await client.get("/events/here")).text == before


async def test_a_sentence_for_one_reader_is_said_where_nothing_was_kept_before(house: make.House) -> None:
    await make.event(house.vault, slug="here")
    client = await house.client()

    for path, status in (("/events/here", 200), ("/events/nothing", 404), ("/desk/sign-in", 200)):
        greeted = await client.get(path, headers={"cookie": "flash=info%7CThank%20you"})
        assert (greeted.status_code, greeted.text.count("Thank you")) == (status, 1)
    assert "Thank you" not in (await client.get("/events/here")).text


async def test_a_script_that_looks_again_leaves_the_sentence_for_the_reader(house: make.House) -> None:
    await make.event(house.vault, slug="here")
    client, flash = await house.client(), {"cookie": "flash=info%7CThank%20you"}

    for path in ("/events/here", "/events/nothing"):
        answer = await client.get(path, headers={**flash, "sec-fetch-dest": "empty"})
        assert "set-cookie" not in answer.headers
        assert "Thank you" not in answer.text


async def test_an_organization_changes_and_its_pages_follow(house: make.House) -> None:
    await make.event(house.vault, summary={"en": "First words."})
    client = await house.client()
    assert "First words." in (await client.get("/")).text

    await Organization.all().update(name={"en": "Another Archive"})

    assert "Another Archive" in (await client.get("/")).text
