"""An online event without a link to join: its organizers are warned, and nobody is promised what is not there."""

from datetime import timedelta
from typing import Any

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.registrations.actions import leaving
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

ONLINE: Any = {"offers_online": True, "offers_in_person": False}
PROMISE = "The link to join appears on your own page"


async def test_publishing_online_without_a_link_is_warned_of_with_the_way_to_put_it_in(house: House) -> None:
    await make.organization()
    desk, bare = await house.desk(), await make.draft(house.vault, **ONLINE)
    ready = await make.draft(house.vault, slug="ready", join_link="https://meet.example.org/a", **ONLINE)

    warned, quiet = [await desk.get(f"/desk/events/{each.id}") for each in (bare, ready)]

    assert "There is no link to join yet" in words_of(warned)
    assert f"/desk/events/{bare.id}/edit#join_link" in warned.text
    assert "There is no link to join" not in words_of(quiet)


async def test_in_the_last_day_the_desk_says_it_louder(house: House) -> None:
    soon = clock.now() + timedelta(hours=20)
    wall: Any = {
        "starts_wall": f"{soon:%Y-%m-%dT%H:%M}",
        "ends_wall": f"{soon + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    desk, event = await house.desk(), await make.event(house.vault, zone="UTC", **wall, **ONLINE)

    assert "People online cannot join" in words_of(await desk.get(f"/desk/events/{event.id}"))
    assert "No link to join" in words_of(await desk.get("/desk"))


async def test_a_door_without_a_link_promises_none(house: House) -> None:
    client = await house.client()
    bare = await make.event(house.vault, **ONLINE)
    ready = await make.event(house.vault, slug="ready", join_link="https://meet.example.org/a", **ONLINE)
    pages = []
    for event in (bare, ready):
        await make.registered(event, 1, office=house.office, mode="online")
        (post,) = await make.posted(event, house.office)
        pages.append(words_of(await client.get(f"{post.facts['own_url'].removeprefix(make.BASE)}/join")))

    assert "have not put in the link yet" in pages[0]
    assert "the link appears here" in pages[1]


async def test_no_letter_after_the_end_or_to_who_is_out_promises_the_link(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault, **ONLINE)
    first, _second = await make.registered(event, 1, 2, office=office, mode="online")
    await leaving.cancel(first.id, act=office.at(make.NOW))
    confirmed, _other, cancelled = await make.posted(event, office)
    over = make.composed("mailings.follow_up", {**confirmed.facts, "is_over": True, "body": ""})

    assert PROMISE in confirmed.draft.text
    assert PROMISE not in cancelled.everything
    assert PROMISE not in over.text + over.html
