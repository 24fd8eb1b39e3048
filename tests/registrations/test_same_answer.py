"""What a stranger's browser gets is the same, byte for byte, whether the address they typed is registered or not."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import House

pytestmark = pytest.mark.anyio
KNOWN, UNKNOWN = "guest1@example.org", "guest7@example.org"


@pytest.fixture
async def house(database: DatabaseUnderTest, tmp_path: Path) -> AsyncIterator[House]:
    async with make.house(database.url, tmp_path / "var") as house:
        yield house


async def browser(house: House) -> httpx2.AsyncClient:
    """One that compresses nothing: the length of that is chance, where something drawn by chance is in it."""
    return await house.client(**{"accept-encoding": "identity"})


@dataclass(frozen=True)
class Seen:
    """An answer without what is drawn by chance: of that only its length."""

    status: int
    headers: list[tuple[str, str]]
    body: str
    size: int


def seen(answer: httpx2.Response, address: str) -> Seen:
    headers = [(name, _without_chance(text)) for name, text in answer.headers.multi_items()]
    body = _without_chance(answer.text.replace(address, "the address"))
    return Seen(answer.status_code, headers, body, len(answer.content))


def _without_chance(text: str) -> str:
    """Sealed pieces of an address are as long as they are; so are a page's nonces and tokens."""
    return re.sub(r"[\w-]{22,}", lambda found: f"<{len(found[0])}>", text)


async def asked(client: httpx2.AsyncClient, path: str, address: str, typed: Mapping[str, str]) -> list[Seen]:
    """The answer to the form, and the page that it leads to."""
    answer = await client.post(path, data={**typed, "address": address})
    page = await client.get(answer.headers["location"])
    return [seen(answer, address), seen(page, address)]


REGISTERING = {"name": "Nour Khalil", "mode": "in_person", "language": "en", "needs": ""}


@pytest.mark.parametrize(
    ("path", "typed"),
    [("/events/round-table/mine", {}), ("/events/round-table/register", REGISTERING)],
    ids=["link", "registration"],
)
@pytest.mark.parametrize("confirms", [False, True])
async def test_no_answer_to_a_stranger_ever_tells_who_is_registered(
    house: House, path: str, typed: Mapping[str, str], confirms: bool
) -> None:
    event = await make.event(house.vault, capacity_in_person=50, confirms_address=confirms)
    await make.registered(event, 1, office=house.office)

    known = await asked(await browser(house), path, KNOWN, typed)
    unknown = await asked(await browser(house), path, UNKNOWN, typed)

    assert known[0].status == 303
    assert known == unknown


async def test_no_answer_to_somebody_registered_ever_tells_who_else_is(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=50)
    await make.registered(event, 1, 2, office=house.office)
    own = (await make.posted(event, house.office))[1].facts["own_url"].removeprefix(make.BASE)
    found = []

    for address in (KNOWN, UNKNOWN):
        client = await browser(house)
        found.append(await asked(client, f"{own}/address", address, {}))

    assert found[0][0].status == 303
    assert found[0] == found[1]


@pytest.mark.parametrize("path", ["/events/round-table", "/events/round-table/register"])
async def test_no_page_that_others_see_ever_tells_who_has_just_registered(house: House, path: str) -> None:
    event = await make.event(house.vault, capacity_in_person=50)
    await make.registered(event, 1, office=house.office)
    await make.places_counted(house.office)
    pages = []

    for address in (KNOWN, UNKNOWN):
        client = await browser(house)
        await client.post("/events/round-table/register", data={**REGISTERING, "address": address})
        pages.append(seen(await client.get(path), address))

    assert "49 seats left" in pages[0].body
    assert pages[0] == pages[1]
