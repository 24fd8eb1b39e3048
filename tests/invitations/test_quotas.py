"""The desk's form of the places that are kept for partners."""

from typing import Any

import pytest

from events_app.registrations.models import Quota
from tests import make

pytestmark = pytest.mark.anyio


def rows(*named: tuple[str, str, int]) -> dict[str, Any]:
    """What a browser posts: name, mode and places of each row."""
    return {
        f"quotas-{number}-{key}": str(value)
        for number, row in enumerate(named)
        for key, value in zip(("name", "mode", "places"), row, strict=True)
    }


async def test_two_quotas_of_one_name_never_lose_what_was_typed(house: make.House) -> None:
    event = await make.event(house.vault, capacity_in_person=10, offers_online=True)
    desk = await house.desk()

    answer = await desk.post(
        f"/desk/events/{event.id}/quotas",
        **rows(("Cedar", "in_person", 2), ("Cedar", "in_person", 3), ("Cedar", "online", 4)),
    )

    assert answer.status_code == 422
    assert make.words_of(answer).count("Another row has this name") == 2, "once above, once beside the field"
    assert answer.text.count('value="Cedar"') == 3
    assert 'id="quotas-1-name-error"' in answer.text
    assert await Quota.all().count() == 0


async def test_one_name_may_stand_for_each_way_of_taking_part(house: make.House) -> None:
    event = await make.event(house.vault, capacity_in_person=10, offers_online=True)
    desk = await house.desk()

    answer = await desk.post(
        f"/desk/events/{event.id}/quotas", **rows(("Cedar", "in_person", 2), ("Cedar", "online", 4))
    )

    assert answer.status_code == 303
    assert await Quota.all().count() == 2
