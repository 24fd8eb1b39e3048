"""Deletion days: when something is due, who is told when, and that no count points at a few people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events_app.deletion.rules import Plan, merged
from events_app.events.rules import NOT_YET_TOLD, deletion_day

pytestmark = pytest.mark.engine_free

BRUSSELS = ZoneInfo("Europe/Brussels")
ENDS = datetime(2035, 5, 12, 14, 30, tzinfo=BRUSSELS)
DAY = timedelta(days=1)


def plan(days: int = 30, **changes: Any) -> Plan:
    not_before = changes.pop("not_before", None)
    day = deletion_day(ENDS, days, not_before=not_before)
    return Plan(day, BRUSSELS, ENDS.astimezone(UTC), **changes)


def test_the_day_is_so_many_days_after_the_end_on_the_events_own_calendar() -> None:
    late = datetime(2035, 5, 12, 23, 59, tzinfo=BRUSSELS)

    assert deletion_day(late, 30) == date(2035, 6, 11)
    assert deletion_day(late, 30, not_before=date(2036, 1, 1)) == date(2036, 1, 1)


def test_nothing_is_due_before_its_day_begins_where_the_event_was() -> None:
    begins = datetime(2035, 6, 11, tzinfo=BRUSSELS)

    assert not plan().is_due(begins - timedelta(seconds=1))
    assert plan().is_due(begins)


def test_nothing_is_due_before_the_event_is_over() -> None:
    assert not plan(0).is_due(ENDS - timedelta(seconds=1))
    assert plan(0).is_due(ENDS)


def test_what_an_older_version_left_is_never_due_before_it_was_shown_for_a_week() -> None:
    years_later = ENDS + 900 * DAY

    assert not plan(is_old=True).is_due(years_later)
    shown = plan(is_old=True, told_on=years_later.date())
    assert not shown.is_due(years_later + 6 * DAY)
    assert shown.is_due(years_later + 7 * DAY)
    assert not plan(is_old=True, not_before=NOT_YET_TOLD, told_on=ENDS.date()).is_due(years_later)


def test_each_notice_is_owed_once() -> None:
    day = date(2035, 6, 11)
    a_week_before, a_day_before = ENDS + 23 * DAY, ENDS + 29 * DAY

    assert plan().notice(a_week_before - DAY) == ""
    assert plan().notice(a_week_before) == "week"
    assert plan(told_for=day).notice(a_week_before + DAY) == ""
    assert plan(told_for=day).notice(a_day_before) == "day"
    assert plan(told_for=day, last_told_for=day).notice(a_day_before) == ""
    assert plan(31, told_for=day, last_told_for=day).notice(a_day_before) == "week"


def test_no_count_says_anything_about_fewer_than_five() -> None:
    assert merged({"a": 12, "b": 5}) == [("a", 12), ("b", 5)]
    assert merged({"a": 12, "b": 3, "c": 4}) == [("a", 12), ("", 7)]
    assert merged({"a": 12, "b": 6, "c": 1}) == [("a", 12), ("", 7)]
    assert merged({"a": 12, "c": 1, "d": 0}) == [("", 13)]
    assert merged({"a": 2}) == [("", 2)]
    assert merged({}) == []
