"""Several processes at once, as with several workers."""

import json
from collections import Counter

import pytest

from tests.database.toys import ToyEvent, ToyGuest
from tests.databases import DatabaseUnderTest
from tests.processes import run_together

pytestmark = pytest.mark.anyio


async def test_four_processes_with_a_hundred_applicants_give_away_exactly_ten_seats(
    toys: DatabaseUnderTest,
) -> None:
    told = await run_together(
        "tests.database.applicant", *((toys.url, f"apply {number}", "25") for number in range(4))
    )

    assert sum((Counter(json.loads(each)) for each in told), Counter()) == {"done": 10, "Full": 90}
    assert await ToyGuest.filter(live=True).count() == 10
    assert (await ToyEvent.get(id=1)).claims == 10  # a refusal leaves not even its claim behind


async def test_processes_that_read_before_they_write_are_never_told_that_the_database_is_locked(
    toys: DatabaseUnderTest,
) -> None:
    told = await run_together(
        "tests.database.applicant", *((toys.url, f"read {number}", "100") for number in range(2))
    )

    assert [json.loads(each) for each in told] == [{"done": 100}, {"done": 100}]
    assert await ToyGuest.all().count() == 200
