"""Titles: whoever hears only the title of a page knows that it says no."""

import re

import pytest

from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio


def title_of(text: str) -> str:
    found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert found
    return found[1]


async def test_a_page_that_says_no_says_so_in_its_title(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    nothing = await client.get("/events/nothing")
    refused = await client.post(f"/events/{event.slug}/register", data={"name": ""})
    fine = await client.get(f"/events/{event.slug}")

    assert (nothing.status_code, refused.status_code, fine.status_code) == (404, 422, 200)
    assert title_of(nothing.text).startswith("Error: Page not found")
    assert title_of(refused.text).startswith("Error: ")
    assert not title_of(fine.text).startswith("Error")


async def test_a_link_that_was_cut_leads_to_a_new_one_and_tells_nothing(house: House) -> None:
    """By its address alone: every wrong link gets the same page."""
    client = await house.client()

    cut = await client.get("/registrations/abcdefgh")
    other = await client.get("/registrations/bcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz")

    assert (cut.status_code, other.status_code) == (404, 404)
    assert cut.text == other.text
    assert "You can ask for a new link on the event's page" in words_of(cut)
