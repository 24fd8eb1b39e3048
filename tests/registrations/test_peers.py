"""What has happened to others and must not happen here (each was somebody's bug, somewhere)."""

import asyncio

import pytest

from events_app.i18n import use_language
from events_app.mailings.actions import announcing
from events_app.registrations.actions import deciding, forgetting, leaving
from events_app.registrations.models import Registration
from tests import make

pytestmark = pytest.mark.anyio


async def test_a_waitlist_is_not_stuck_behind_somebody_whose_registration_was_erased(
    house: make.House,
) -> None:
    event = await make.event(house.vault, capacity_in_person=1)
    first, second, third = await make.registered(event, 1, 2, 3, office=house.office)

    await forgetting.erase(second.id, act=house.office.at(make.NOW))
    await leaving.cancel(first.id, act=house.office.at(make.NOW))

    confirmed = await Registration.filter(event_id=event.id, status="confirmed")
    assert [row.id for row in confirmed] == [third.id]


async def test_a_waitlist_is_not_stuck_behind_an_offer_that_nobody_answers(house: make.House) -> None:
    event = await make.event(house.vault, capacity_in_person=1, offers_places=True, offer_hours=1)
    first, second, third = await make.registered(event, 1, 2, 3, office=house.office)
    await leaving.cancel(first.id, act=house.office.at(make.NOW))
    await second.refresh_from_db()
    assert (second.due_for, second.seated) == ("offer", True)

    lapsed = make.NOW + (event.ends_at - make.NOW) / 2
    for due in await deciding.due_now(lapsed):
        await deciding.lapse(due, act=house.office.at(lapsed))

    await third.refresh_from_db()
    assert (third.due_for, third.seated) == ("offer", True)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_pending_page_does_not_look_like_success(house: make.House, language: str) -> None:
    event = await make.event(house.vault, needs_approval=True)
    browser = await house.client(**{"accept-language": language})

    answer = await browser.post(
        f"/events/{event.slug}/register",
        data={"name": "Amal", "address": "amal@example.org", "language": language},
        follow_redirects=True,
    )

    with use_language(language):
        assert answer.status_code == 200
        assert "notice-success" not in answer.text
        assert "notice-info" in answer.text


async def test_a_double_click_registers_once(house: make.House) -> None:
    event = await make.event(house.vault)
    browser = await house.client()
    form = {"name": "Amal", "address": "amal@example.org", "language": "en"}

    answers = await asyncio.gather(
        *(browser.post(f"/events/{event.slug}/register", data=form) for _click in range(5))
    )

    assert {answer.status_code for answer in answers} == {303}
    assert await Registration.filter(event_id=event.id).count() == 1


async def test_a_refusal_carries_no_invitation(house: make.House) -> None:
    event = await make.event(house.vault, needs_approval=True)
    (row,) = await make.registered(event, 1, office=house.office)

    await deciding.decline(row.id, reason={"en": "No more room"}, act=house.office.at(make.NOW))

    last = (await make.posted(event, house.office))[-1]
    assert (last.kind, last.calendar, "No more room" in last.draft.text) == ("declined", "", True)


async def test_a_moved_event_says_who_is_elsewhere_then_and_who_was_reached(house: make.House) -> None:
    event = await make.event(house.vault, slug="one")
    other = await make.event(
        house.vault, slug="two", starts_wall="2035-05-12T18:00", ends_wall="2035-05-12T19:00"
    )
    await make.registered(event, 1, 2, office=house.office)
    await make.registered(other, 2, 3, office=house.office)
    moved = await make.change(
        event, house.office, starts_wall="2035-05-12T18:30", ends_wall="2035-05-12T19:30"
    )

    clashes = await announcing.clashes_of(moved, act=house.office.at(make.NOW))
    concerned = await announcing.concerned_by(moved)
    await announcing.announce(event.id, act=house.office.at(make.NOW))
    reached = await announcing.reached_by(moved, act=house.office.at(make.NOW))

    assert [(clash.name, clash.event.id) for clash in clashes] == [("Guest 2", other.id)]
    assert (concerned.material, concerned.minor, dict(concerned.languages)) == (2, 0, {"en": 2})
    assert sorted((row.name, row.state) for row in reached) == [("Guest 1", "queued"), ("Guest 2", "queued")]
