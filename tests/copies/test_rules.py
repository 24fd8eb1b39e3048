"""A repetition never leaves its bounds, nor moves an hour silently where clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events_app.calendar.zones import zone
from events_app.copies import rules
from events_app.copies.rules import Hours
from events_app.events.actions.copying import moved_along

pytestmark = pytest.mark.engine_free

AUTUMN, SPRING = date(2027, 10, 31), date(2027, 3, 28)
"""When Brussels goes back from 03:00 to 02:00, and forward from 02:00 to 03:00."""


def hours(starts: str = "13:00", ends: str = "14:30", nights: int = 0) -> Hours:
    return Hours(starts, ends, nights, "Europe/Brussels")


def test_a_weekly_series_never_loses_its_hour_when_the_clocks_change() -> None:
    found = rules.slots(rules.weekly(date(2027, 10, 24), 3), hours(), {})

    utc = [slot.starts_at.astimezone(UTC).hour for slot in found if slot.starts_at]
    assert utc == [11, 12, 12]


def test_an_hour_that_does_not_exist_is_refused_and_the_rest_is_not() -> None:
    found = rules.slots(rules.weekly(SPRING - timedelta(weeks=1), 3), hours("02:30", "04:00"), {})

    assert [slot.refused is None for slot in found] == [True, False, True]


def test_an_hour_that_comes_twice_is_never_chosen_for_anybody() -> None:
    (asked,) = rules.slots([AUTUMN], hours("02:30", "04:00"), {})
    first, second = (
        rules.slots([AUTUMN], hours("02:30", "04:00"), {f"{AUTUMN}.starts": fold})[0] for fold in "01"
    )

    assert asked.starts_at is None
    assert asked.asked == {"starts": ("UTC+02:00", "UTC+01:00")}
    assert first.starts_at
    assert second.starts_at == first.starts_at + timedelta(hours=1)


def test_days_of_the_week_never_pass_the_last_day_nor_the_bound() -> None:
    monday = date(2027, 1, 4)

    assert rules.on_days_of_the_week(monday, monday + timedelta(days=8), {0, 2}) == [
        date(2027, 1, 4), date(2027, 1, 6), date(2027, 1, 11),
    ]  # fmt: skip
    assert rules.on_days_of_the_week(monday, monday - timedelta(days=1), {0}) == []
    assert len(rules.on_days_of_the_week(monday, date(2099, 1, 1), set(range(7)))) == rules.MOST + 1
    assert len(rules.weekly(monday, 1000)) == rules.MOST


def test_a_night_that_runs_into_the_next_date_is_said() -> None:
    days = [date(2027, 1, 4), date(2027, 1, 5), date(2027, 1, 7)]

    assert [slot.runs_on for slot in rules.slots(days, hours("13:00", "14:30", 1), {})] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("wall", "moved"),
    [
        ("2035-05-05T20:00", "2035-06-12T20:00"),
        ("2035-05-11T23:59", "2035-06-18T23:59"),
        ("2035-05-12T13:00", "2035-06-19T15:00"),
        ("2035-05-12T12:00", "2035-06-19T14:00"),
        ("2035-03-20T09:00", "2035-04-27T09:00"),
    ],
)
def test_a_deadline_never_loses_its_distance_to_the_date(wall: str, moved: str) -> None:
    def on(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=zone(hours().zone))

    was, starts = on("2035-05-12T13:00"), on("2035-06-19T15:00")

    assert moved_along(on(wall), was, starts) == on(moved)
    assert moved_along(None, was, starts) is None
