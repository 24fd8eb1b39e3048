"""Codes for many people: whoever was named gets one, or it is said why not."""

import pytest

from events_app.events.models.event import Event
from events_app.invitations.rules import MOST_IN_A_BATCH
from events_app.registrations.models import Invitation, Quota
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio


def batch(people: str, **more: str) -> dict[str, str]:
    said = {"batch": "Partners", "purpose": "open", "quota": "", "language": "en", "is_bound": "y"}
    return {**said, "people": people, **more}


def path(event: Event) -> str:
    return f"/desk/events/{event.id}/invitations"


async def test_more_people_than_a_batch_holds_are_never_cut_off_without_a_word(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    lines = [f"guest{number}@example.org" for number in range(MOST_IN_A_BATCH + 20)]

    refused = await desk.post(path(event), **batch("\n".join(lines)))

    assert refused.status_code == 422
    said = (
        "520 people are named, and one group of codes has room for 500. Nothing was created: please remove 20"
    )
    assert said in words_of(refused)
    assert lines[-1] in refused.text
    assert await Invitation.all().count() == 0


async def test_somebody_named_three_times_never_gets_three_codes(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    people = "Salma <salma@example.org>\nSALMA@Example.org\nomar@example.org\nSalma H. <Salma@example.org>"

    await desk.post(path(event), **batch(people))
    page = words_of(await desk.get(path(event)))

    assert await Invitation.all().count() == 2
    assert "2 codes are created." in page
    assert "Named more than once, and given one code:" in page
    await desk.post(f"{path(event)}/letters", batch="Partners")
    assert sorted(await make.kinds(event, house.office)) == [
        "invitation omar@example.org",
        "invitation salma@example.org",
    ]


async def test_two_people_on_one_line_never_become_one(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    refused = await desk.post(path(event), **batch("salma@example.org, omar@example.org"))

    assert refused.status_code == 422
    assert "do not name one person" in words_of(refused)


async def test_places_for_nobody_are_never_left_out_without_a_word(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    row = {"quotas-0-id": "", "quotas-0-name": "", "quotas-0-mode": "in_person", "quotas-0-places": "2"}

    refused = await desk.post(f"/desk/events/{event.id}/quotas", **row)

    assert refused.status_code == 422
    assert "Please write for whom these seats are." in words_of(refused)
    assert await Quota.all().count() == 0
