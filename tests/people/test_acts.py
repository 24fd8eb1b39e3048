"""Acts on many at the desk: they ask first, do only what was shown, and say why not."""

import re
import uuid
from html import unescape
from pathlib import Path

import httpx2
import pytest

from events_app.events.actions import editing
from events_app.events.models.event import Event
from events_app.people.desk import acts as desk_acts
from events_app.personal.models import place_in_line
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from events_app.registrations.rules import Guest, Status
from tests import make
from tests.make import Desk, House
from tests.people.test_person import path, reads, statuses

pytestmark = [pytest.mark.anyio]


async def ask(desk: Desk, event: Event, verb: str, *rows: Registration, search: str = "") -> httpx2.Response:
    """Tick these rows, or everybody that `search` finds, and press the button."""
    chosen = "&".join(f"id={row.id}" for row in rows) or f"which=all&{search}"
    return await desk.get(f"{path(event, 'acts')}?{chosen}&verb={verb}")


async def act(desk: Desk, event: Event, asked: httpx2.Response, **typed: str) -> httpx2.Response:
    """Confirm what the page asks."""
    form = asked.text.partition(f'<form method="post" action="{path(event, "acts")}"')[2].partition(
        "</form>"
    )[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    fields = {name: unescape(value) for name, value in hidden}
    return await desk.post(path(event, "acts"), **{**fields, **typed})


async def test_an_act_on_many_asks_with_number_and_names_and_changes_nothing(house: House) -> None:
    event, desk = await make.event(house.vault, needs_approval=True), await house.desk()
    rows = await make.registered(event, "Amal", "Basel", "Celine", office=house.office)

    asked = await ask(desk, event, "approve", *rows[:2])

    assert reads(asked, "Approve 2 registrations?")
    assert [reads(asked, name) for name in ("Amal", "Basel", "Celine")] == [True, True, False]
    assert await statuses(*rows) == ["pending"] * 3


async def test_the_ticked_are_approved_and_nobody_else(house: House) -> None:
    event, desk = await make.event(house.vault, needs_approval=True), await house.desk()
    rows = await make.registered(event, "Amal", "Basel", "Celine", office=house.office)

    done = await act(desk, event, await ask(desk, event, "approve", *rows[:2]))

    assert reads(done, "2 registrations are approved.")
    assert await statuses(*rows) == ["confirmed", "confirmed", "pending"]


async def test_all_that_a_search_finds_are_declined_with_a_reason_in_their_language(house: House) -> None:
    event, desk = await make.event(house.vault, needs_approval=True), await house.desk()
    await make.registered(event, "Amal", office=house.office, language="ar")
    await make.registered(event, "Amalia", "Basel", office=house.office)

    asked = await ask(desk, event, "decline", search="q=amal&status=pending")
    done = await act(desk, event, asked, reason_en="We chose by lot.", reason_ar="اخترنا بالقرعة.")

    assert reads(done, "2 registrations are rejected.")
    said = {
        post.to: post.facts["reason"]
        for post in await make.posted(event, house.office)
        if post.kind == "declined"
    }
    assert said == {"amal@example.org": "اخترنا بالقرعة.", "amalia@example.org": "We chose by lot."}
    assert await Registration.filter(event_id=event.id, status=Status.PENDING).count() == 1


async def test_what_cannot_be_done_is_left_out_and_said_before(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    confirmed, waiting = await make.registered(event, "Amal", "Basel", office=house.office)

    asked = await ask(desk, event, "promote", confirmed, waiting)

    assert reads(asked, "Give a seat to 1 person?")
    assert reads(asked, "1 of those you selected is skipped. Only people on the waiting list")


async def test_the_others_are_told_why_not_in_words(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1, needs_approval=True), await house.desk()
    await make.change(event, house.office, keeps_waitlist=False)
    rows = await make.registered(event, 1, 2, 3, office=house.office)

    done = await act(desk, event, await ask(desk, event, "approve", *rows))

    assert reads(done, "1 registration is approved.")
    assert reads(done, "2 people: All seats are taken, and this event has no waiting list.")
    assert sorted(await statuses(*rows)) == ["confirmed", "pending", "pending"]


async def test_nobody_is_acted_on_whom_the_organizer_was_not_shown(house: House) -> None:
    event, desk = await make.event(house.vault, needs_approval=True), await house.desk()
    rows = await make.registered(event, 1, 2, office=house.office)
    asked = await ask(desk, event, "approve", search="status=pending")
    rows += await make.registered(event, 3, office=house.office)

    again = await act(desk, event, asked)
    assert (again.status_code, reads(again, "The list changed meanwhile")) == (409, True)
    assert await statuses(*rows) == ["pending"] * 3

    assert reads(again, "Approve 3 registrations?")
    await act(desk, event, again)
    assert await statuses(*rows) == ["confirmed"] * 3


async def test_ticking_nobody_does_nothing(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    answer = await desk.get(f"{path(event, 'acts')}?which=ticked&verb=cancel")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path(event)}?")


async def test_a_party_is_approved_once_and_counted_whole(house: House) -> None:
    event = await make.event(house.vault, needs_approval=True, most_guests=2, capacity_in_person=9)
    desk = await house.desk()
    await make.registered(event, 1, office=house.office, guests=[Guest("Nour"), Guest("Omar")])

    asked = await ask(desk, event, "approve", search="")
    assert reads(asked, "Approve 3 registrations?")
    done = await act(desk, event, asked)

    assert reads(done, "3 registrations are approved.")
    assert not reads(done, "did not work")


async def test_a_colleague_is_cancelled_alone_and_the_host_with_everybody(house: House) -> None:
    ids = [uuid.UUID(int=number) for number in range(1, 5)]
    party = [desk_acts.Row(each, ids[0], True, None, each.int) for each in ids]
    alone = [desk_acts.Row(each, None, False, None, each.int) for each in ids[2:0:-1]]

    assert desk_acts.heads_of(party, "cancel") == {ids[0]: 4}
    assert desk_acts.heads_of(party[1:], "cancel") == {ids[1]: 1, ids[2]: 1, ids[3]: 1}
    assert desk_acts.heads_of(party[1:], "approve") == {ids[1]: 3}
    assert list(desk_acts.heads_of(alone, "decline").items()) == [(ids[1], 1), (ids[2], 1)]


async def test_a_long_list_goes_on_where_it_stopped(house: House) -> None:
    """The form that the page shows when time was over: `after` names the last one who had their turn."""
    event, desk = await make.event(house.vault, needs_approval=True, capacity_in_person=9), await house.desk()
    rows = await make.registered(event, 1, 2, 3, office=house.office)
    left = desk_acts.Chosen({row.id: 1 for row in rows[1:]}, 0)

    done = await desk.post(
        path(event, "acts"),
        verb="approve",
        query="status=pending",
        mark=left.mark,
        after=f"0,0,{rows[0].arrival}",
    )

    assert reads(done, "2 registrations are approved.")
    assert await statuses(*rows) == ["pending", "confirmed", "confirmed"]


async def test_writing_takes_the_search_along(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    answer = await ask(desk, event, "write", search="status=confirmed&language=ar")

    assert answer.headers["location"] == f"/desk/events/{event.id}/write?status=confirmed&language=ar"


@pytest.mark.parametrize("method", ["get", "post"])
async def test_an_act_that_is_none_is_no_page(method: str, house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    address = path(event, "acts")

    answer = (
        await desk.get(f"{address}?which=all&verb=erase")
        if method == "get"
        else await desk.post(address, verb="erase", query="")
    )

    assert answer.status_code == 404


def test_what_the_desk_says_that_letters_say_is_what_they_say() -> None:
    """The steps before an act quote the letters that go out; a letter that changes its words changes the quotation."""
    root = Path(__file__).resolve().parents[2] / "templates"
    letters = "".join(path.read_text() for path in root.glob("mail/*/*/body.html"))
    for name in ("acts", "person"):
        quoted = re.findall(r'<q>\{\{ (_\(".+?"\)) \}\}</q>', (root / f"people/{name}.html").read_text())
        assert quoted, name
        assert [words for words in quoted if words not in letters] == []


async def test_a_bulk_approval_never_gives_the_seats_to_anybody_but_the_first_who_came(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=4, needs_approval=True)
    desk = await house.desk()
    rows = await make.registered(event, *range(10), office=house.office)

    asked = await ask(desk, event, "approve", search="status=pending")
    done = await act(desk, event, asked)

    assert reads(asked, "4 people get a seat.")
    assert reads(asked, "For 6 people no seat is free: they go on the waiting list.")
    assert reads(done, "10 registrations are approved.")
    assert reads(done, "4 people have a seat now.")
    assert reads(done, "6 people are on the waiting list.")
    assert await statuses(*rows) == ["confirmed"] * 4 + ["waitlisted"] * 6
    line = [await place_in_line(await Registration.get(id=row.id)) for row in rows[4:]]
    assert line == [1, 2, 3, 4, 5, 6]


async def test_without_a_waiting_list_the_step_before_never_promises_one(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=1, needs_approval=True, keeps_waitlist=False)
    desk = await house.desk()
    await make.registered(event, 1, 2, 3, office=house.office)

    asked = await ask(desk, event, "approve", search="")

    assert reads(asked, "1 person gets a seat.")
    assert reads(asked, "For 2 people no seat is free: nothing changes for them.")
    assert not reads(asked, "they go on the waiting list")


@pytest.mark.parametrize("verb", ["approve", "promote"])
async def test_more_people_than_places_are_seated_only_on_purpose(house: House, verb: str) -> None:
    event = await make.event(house.vault, capacity_in_person=1, needs_approval=verb == "approve")
    desk = await house.desk()
    rows = await make.registered(event, 1, 2, 3, office=house.office)

    asked = await ask(
        desk, event, verb, search="status=pending" if verb == "approve" else "status=waitlisted"
    )
    assert reads(asked, "Give a seat to all of them, 2 more than there are seats")
    done = await act(desk, event, asked, beyond="yes")

    assert reads(done, "3 registrations are approved." if verb == "approve" else "2 people have a seat now.")
    assert await statuses(*rows) == ["confirmed"] * 3


async def test_one_person_is_given_a_place_beyond_the_last_one_only_when_asked_for(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    _first, waiting = await make.registered(event, 1, 2, office=house.office)
    address = path(event, f"{waiting.id}/promotion")

    refused = await desk.post(address)
    assert (refused.status_code, reads(refused, "Give a seat anyway")) == (409, True)
    assert await statuses(waiting) == ["waitlisted"]

    await desk.post(address, beyond="yes")
    assert await statuses(waiting) == ["confirmed"]


@pytest.mark.parametrize("asks_first", [False, True])
async def test_who_waits_and_is_cancelled_with_others_never_gets_a_place_a_moment_before(
    house: House, asks_first: bool
) -> None:
    event = await make.event(house.vault, capacity_in_person=2, offers_places=asks_first)
    desk = await house.desk()
    rows = await make.registered(event, 1, 2, 3, 4, 5, office=house.office)
    if asks_first:
        await leaving.cancel(rows[0].id, act=house.office.at(make.NOW))
    before = len(await make.posted(event, house.office))

    await act(desk, event, await ask(desk, event, "cancel", *rows[:4]))

    letters = [f"{post.kind} {post.to}" for post in (await make.posted(event, house.office))[before:]]
    told = {letter for letter in letters if letter.startswith(("promoted", "offered"))}
    assert told == {f"{'offered' if asks_first else 'promoted'} guest5@example.org"}


async def test_places_given_by_hand_to_many_never_ignore_the_line(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    rows = await make.registered(event, *range(1, 7), office=house.office)
    await make.change(event, house.office, capacity_in_person=3, follow=editing.nobody_follows)

    asked = await ask(desk, event, "promote", *rows[:1:-1])
    done = await act(desk, event, asked)

    assert reads(asked, "2 people get a seat.")
    assert reads(done, "2 people have a seat now.")
    assert await statuses(*rows) == [
        "confirmed",
        "waitlisted",
        "confirmed",
        "confirmed",
        "waitlisted",
        "waitlisted",
    ]
