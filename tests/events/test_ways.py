"""A way of taking part that people hold is not taken away under them, and fewer places than are taken is no slip."""

from typing import Any

import pytest

from events_app.events.models.event import Event
from events_app.registrations.actions import deciding
from events_app.registrations.models import Registration
from events_app.registrations.rules import ModeInUse, ModeNotOffered
from tests import make
from tests.make import House, words_of
from tests.web.test_seen import fields_in

pytestmark = pytest.mark.anyio


async def hybrid(house: House, **changes: Any) -> Event:
    """One person online has a place, one waits."""
    event = await make.event(house.vault, offers_online=True, capacity_online=1, **changes)
    await make.registered(event, 1, 2, office=house.office, mode="online")
    return event


async def test_a_way_of_taking_part_that_people_hold_stays_and_they_are_counted(house: House) -> None:
    event, desk = await hybrid(house), await house.desk()
    path = f"/desk/events/{event.id}/edit"

    answer = await desk.post(path, **{**fields_in(await desk.get(path)), "modes": "in_person"})

    assert answer.status_code == 409
    assert "(Online: 2), so it stays" in words_of(answer)
    assert (await Event.find(event.id)).offers_online
    with pytest.raises(ModeInUse):
        await make.change(event, house.office, offers_online=False)


async def test_a_way_of_taking_part_that_nobody_holds_may_go(house: House) -> None:
    event = await make.event(house.vault, offers_online=True)
    await make.registered(event, 1, office=house.office)

    changed = await make.change(event, house.office, offers_online=False)

    assert changed.modes == ("in_person",)


async def test_nobody_is_given_a_place_where_nothing_is_held(house: House) -> None:
    event, desk = await hybrid(house), await house.desk()
    waiting = await Registration.get(status="waitlisted")
    await Event.filter(id=event.id).update(offers_online=False)  # as an older version let it be saved

    for act in (deciding.promote_by_hand, deciding.approve):
        await Registration.filter(id=waiting.id).update(
            status="pending" if act is deciding.approve else "waitlisted", waitlist_order=1
        )
        with pytest.raises(ModeNotOffered):
            await act(waiting.id, beyond=True, act=house.office.at(make.NOW))

    overview = words_of(await desk.get(f"/desk/events/{event.id}"))
    assert "Registered for a way of taking part that is not offered" in overview
    assert "Online: 2" in overview


async def test_fewer_places_than_are_taken_are_saved_only_on_purpose(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, 2, 3, office=house.office)
    path = f"/desk/events/{event.id}/edit"
    typed = {**fields_in(await desk.get(path)), "modes": "in_person", "capacity_in_person": "1"}

    first = await desk.post(path, **typed)
    on_purpose = await desk.post(path, **typed, beyond="yes")
    overview = await desk.get(f"/desk/events/{event.id}")
    other = await desk.post(path, **{**fields_in(await desk.get(path)), "modes": "in_person"})

    assert (first.status_code, on_purpose.status_code, other.status_code) == (409, 303, 303)
    assert "In person: 3 taken, 1 allowed" in words_of(first)
    assert "In person: 3 taken, 1 allowed" in words_of(overview)
