"""The response cache gives a kept page again before any guard is asked: the same answer, and only while true."""

import asyncio
import uuid
from collections.abc import Mapping

import httpx2
import pytest

from events_app.events.models.event import Event
from events_app.events.models.panel import AgendaItem, agenda_of
from events_app.kept.reads import Reads
from events_app.kept.response_cache import ResponseCache, key_of
from events_app.publishing.pages import event as pages
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

CHANGING = {"date"}


def cache_of(house: make.House) -> ResponseCache:
    """The response cache of this house, once it has answered somebody."""
    inside = house.app.middleware_stack
    while not isinstance(inside, ResponseCache):
        inside = inside.app  # type: ignore[union-attr]
    return inside


def said(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    return answer.status_code, sorted(answer.headers.multi_items()), answer.content


def asked(
    path: str = "/", headers: Mapping[str, str] | None = None, method: str = "GET"
) -> dict[str, object]:
    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs}


@pytest.mark.parametrize("encoding", ["gzip", "identity", "br"])
async def test_the_second_answer_is_the_first_in_every_byte_and_header(
    house: make.House, encoding: str
) -> None:
    event = await make.event(house.vault)
    client, path = await house.client(**{"accept-encoding": encoding}), f"/events/{event.slug}"

    answers = [await client.get(path) for _ in range(3)]

    assert said(answers[0]) == said(answers[1]) == said(answers[2])
    assert "content-security-policy" in answers[2].headers
    assert len(cache_of(house)._answers) == 1


async def test_a_remembered_answer_asks_nobody_inside(house: make.House) -> None:
    event = await make.event(house.vault)
    client, path = await house.client(), f"/events/{event.slug}"
    first = await client.get(path)

    async def nobody(*_arguments: object) -> None:
        raise AssertionError("somebody inside was asked")

    cache_of(house).app = nobody

    assert said(await client.get(path)) == said(first)


async def test_a_change_is_seen_at_once(house: make.House) -> None:
    event = await make.event(house.vault, title={"en": "First title"})
    client, path = await house.client(), f"/events/{event.slug}"
    assert "First title" in (await client.get(path)).text

    await Event.filter(id=event.id).update(title={"en": "Second title"})

    assert "Second title" in (await client.get(path)).text
    await Event.filter(id=event.id).update(status="draft")
    assert (await client.get(path)).status_code == 404


async def test_each_reader_gets_their_own_language(house: make.House) -> None:
    event = await make.event(house.vault, title={"en": "Launch", "ar": "إطلاق"})
    client, path = await house.client(), f"/events/{event.slug}"
    wishes = [
        {"accept-language": "en"},
        {"accept-language": "ar"},
        {"cookie": "language=ar"},
        {"cookie": "language=en"},
    ]

    for _ in range(2):
        spoken = [(await client.get(path, headers=wish)).headers["content-language"] for wish in wishes]
        assert spoken == ["en", "ar", "ar", "en"]


async def test_a_language_that_is_wished_is_still_remembered_in_a_cookie(house: make.House) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    for _ in range(2):
        answer = await client.get(f"/events/{event.slug}?lang=ar")
        assert "language=ar" in answer.headers["set-cookie"]
    assert not cache_of(house)._answers


async def test_many_who_come_at_once_when_the_page_has_changed_are_all_answered(
    house: make.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await make.event(house.vault)
    client, path = await house.client(), f"/events/{event.slug}"
    await client.get(path)
    are_still_true = Reads.are_still_true

    async def asked_of_a_slow_database(reads: Reads) -> bool:
        await asyncio.sleep(0.01)
        return await are_still_true(reads)

    async def slow_agenda_of(event_id: uuid.UUID) -> list[AgendaItem]:
        await asyncio.sleep(0.01)
        return await agenda_of(event_id)

    monkeypatch.setattr(Reads, "are_still_true", asked_of_a_slow_database)
    monkeypatch.setattr(pages, "agenda_of", slow_agenda_of)
    await Event.filter(id=event.id).update(summary={"en": "Changed words."})
    answers = await asyncio.gather(*(client.get(path) for _ in range(5)))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert all("Changed words." in answer.text for answer in answers)


async def test_what_is_not_kept_is_not_remembered(house: make.House) -> None:
    client = await house.client()

    for path in ("/healthz", "/events/nothing", "/desk/sign-in"):
        await client.get(path)

    assert not cache_of(house)._answers


@pytest.mark.engine_free
@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "session=abc"},
        {"cookie": "flash=info%7Chello"},
        {"cookie": "language=en; session=abc"},
        {"cookie": "language=" + "x" * 500},
        {"accept-language": "x" * 500},
        {"if-none-match": '"abc"'},
        {"range": "bytes=0-1"},
    ],
)
async def test_whoever_brings_more_than_a_language_is_let_through(headers: dict[str, str]) -> None:
    assert key_of(asked(headers=headers)) is None


@pytest.mark.engine_free
@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS"])
async def test_only_a_get_is_answered_from_the_cache(method: str) -> None:
    assert key_of(asked(method=method)) is None
    assert key_of(asked()) == key_of(asked(headers={"user-agent": "any"}))
    assert key_of(asked("/a")) != key_of(asked("/b"))
