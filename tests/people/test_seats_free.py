"""How many seats are free stands beside what gives them: the true number, by pool, at the same cost for any list."""

import pytest

from events_app.registrations.models import Quota, Registration
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio


async def test_the_true_number_of_free_seats_stands_beside_approve(house: House) -> None:
    event = await make.event(house.vault, needs_approval=True, capacity_in_person=40, offers_online=True)
    seated, pending, remote = await make.registered(event, 1, 2, 3, office=house.office)
    await Registration.filter(id=seated.id).update(status="confirmed", seated=True)
    await Registration.filter(id=remote.id).update(mode="online")
    desk = await house.desk()
    base = f"/desk/events/{event.id}/registrations"

    person, elsewhere = await desk.get(f"{base}/{pending.id}"), await desk.get(f"{base}/{seated.id}")
    waiting, everybody = await desk.get(f"{base}?status=pending"), await desk.get(base)
    asked = await desk.get(f"{base}/acts?verb=approve&which=all")
    declining = await desk.get(f"{base}/acts?verb=decline&which=all")

    for page in (person, waiting, asked):
        assert "In person: 39 of 40 seats free" in words_of(page)
    for page in (waiting, asked):
        assert "Online: seats without limit" in words_of(page)
    for page in (elsewhere, everybody, declining):
        assert "seats free" not in words_of(page)


async def test_reserved_seats_are_counted_apart(house: House) -> None:
    event = await make.event(house.vault, needs_approval=True, capacity_in_person=40)
    quota = await Quota.create(event_id=event.id, name="Partner", mode="in_person", places=5)
    everybodys, reserved = await make.registered(event, 1, 2, office=house.office)
    await Registration.filter(id=reserved.id).update(quota_id=quota.id)
    desk = await house.desk()
    base = f"/desk/events/{event.id}/registrations"

    asked = words_of(await desk.get(f"{base}/acts?verb=approve&which=all"))

    assert "In person: 35 of 35 seats free" in asked
    assert "In person (Partner): 5 of 5 seats free" in asked
    assert "5 of 5 seats free" in words_of(await desk.get(f"{base}/{reserved.id}"))
    assert "35 of 35 seats free" in words_of(await desk.get(f"{base}/{everybodys.id}"))


@pytest.mark.parametrize("end", ["?status=pending", "/acts?verb=approve&which=all"])
async def test_counting_free_seats_costs_the_same_for_one_who_waits_and_for_many(
    house: House, end: str
) -> None:
    event = await make.event(house.vault, needs_approval=True, capacity_in_person=40)
    desk = await house.desk()
    asked = []
    for who in ([1], [2, 3], range(4, 12)):
        await make.registered(event, *who, office=house.office)
        await desk.get(f"/desk/events/{event.id}/registrations{end}")
        with make.Statements() as counted:
            page = await desk.get(f"/desk/events/{event.id}/registrations{end}")
        assert "of 40 seats free" in words_of(page)
        asked.append(counted.number)
    assert len(set(asked)) == 1
