"""How many letters go to an address that anybody may type: counted in one statement, for all spellings of a mailbox."""

from datetime import timedelta

import pytest

from events_app import allowances
from events_app.acts import Office
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
MINUTE, MARK = timedelta(minutes=1), b"mark"


async def booked(*minutes: float) -> list[float | None]:
    """Somebody asks at these minutes: when the letter goes."""
    turns = [await allowances.book(MARK, now=NOW + MINUTE * each) for each in minutes]
    return [None if each is None else (each - NOW) / MINUTE for each in turns]


async def test_letters_never_go_closer_than_a_quarter_of_an_hour() -> None:
    assert await booked(0, 1, 2, 20, 61, 200) == [0, 15, 30, 45, 61, 200]


async def test_no_letter_waits_longer_than_the_courier_believes() -> None:
    assert await booked(0, 0, 0, 0, 0, 1) == [0, 15, 30, 45, None, None]


async def test_a_seventh_letter_never_goes_on_one_day() -> None:
    assert await booked(*range(0, 160, 20), 24 * 60) == [0, 20, 40, 60, 80, 100, None, None, 24 * 60]


async def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    assert await booked(600, 0) == [600, 0]


async def test_asking_for_a_turn_is_one_statement_whatever_the_answer() -> None:
    costs = []
    for _ in range(6):
        with make.Statements() as asked:
            await allowances.book(MARK, now=NOW)
        costs.append(asked.number)

    assert len(set(costs)) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("victim@example.org", "Victim+1@Example.org", True),
        ("victim@example.org", "v.ictim@example.org", True),
        ("victim@example.org", "victim@example.com", False),
        ("victim@example.org", "other@example.org", False),
        ("", "", True),
    ],
)
async def test_one_mailbox_is_counted_once_however_it_is_spelled(
    office: Office, one: str, other: str, same: bool
) -> None:
    office.vault.make_keys("event")
    marks = {allowances.mark_of(each, "link", scope="event", vault=office.vault) for each in (one, other)}

    assert (len(marks) == 1) == same
