"""Zones: pinned data, and wall times that never come or come twice."""

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest

from events_app.calendar.zones import (
    TimeDoesNotExist,
    TimeIsAmbiguous,
    UnknownZone,
    instant,
    tzdata_version,
    zone,
    zones,
)

pytestmark = pytest.mark.engine_free


def wall(text: str) -> datetime:
    """A naive wall time from ISO text."""
    return datetime.fromisoformat(text)


def test_the_rules_come_from_the_package_and_not_from_the_host() -> None:
    assert zoneinfo.TZPATH == ()
    assert len(zones()) > 590
    assert tzdata_version() >= "2026"


def test_a_host_with_other_rules_changes_nothing(tmp_path: os.PathLike[str]) -> None:
    script = "from events_app.calendar.zones import zone; print(zone('Asia/Beirut'), len(zone.__name__))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "Asia/Beirut 4\n")


def test_a_usual_time_becomes_its_instant() -> None:
    assert instant(wall("2027-03-30T18:00"), "Europe/Berlin") == datetime(2027, 3, 30, 16, tzinfo=UTC)


def test_a_time_that_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        instant(wall("2027-03-28T02:30"), "Europe/Berlin")
    assert str(refused.value) == (
        "On 2027-03-28 there is no 02:30 in Europe/Berlin: "
        "the clocks go forward that day, from 02:00 to 03:00."
    )


def test_a_gap_of_half_an_hour_is_told_exactly() -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        instant(wall("2027-10-03T02:15"), "Australia/Lord_Howe", fold=0)
    assert (refused.value.values["before"], refused.value.values["after"]) == ("02:00", "02:30")


def test_midnight_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        instant(wall("2027-03-28T00:00"), "Asia/Beirut")
    assert (refused.value.values["before"], refused.value.values["after"]) == ("00:00", "01:00")


def test_an_hour_that_comes_twice_asks_which() -> None:
    with pytest.raises(TimeIsAmbiguous) as refused:
        instant(wall("2027-10-31T02:30"), "Europe/Berlin")
    assert refused.value.values == {
        "day": "2027-10-31",
        "time": "02:30",
        "zone": "Europe/Berlin",
        "first": "UTC+02:00",
        "second": "UTC+01:00",
    }
    assert "Choose the first (UTC+02:00) or the second (UTC+01:00)." in str(refused.value)


def test_an_answer_to_which_is_taken() -> None:
    first = instant(wall("2027-10-31T02:30"), "Europe/Berlin", fold=0)
    second = instant(wall("2027-10-31T02:30"), "Europe/Berlin", fold=1)
    assert second - first == timedelta(hours=1)


def test_the_edges_of_a_gap_exist() -> None:
    before = instant(wall("2027-03-28T01:59:59"), "Europe/Berlin")
    after = instant(wall("2027-03-28T03:00"), "Europe/Berlin")
    assert after - before == timedelta(seconds=1)


@pytest.mark.parametrize(
    "key", ["CET+1", "W. Europe Standard Time", "europe/berlin", "../../etc/passwd", "", "+02:00"]
)
def test_a_zone_nobody_knows_is_refused(key: str) -> None:
    with pytest.raises(UnknownZone):
        zone(key)


def test_a_wall_time_with_a_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="wall time"):
        instant(datetime(2027, 1, 1, tzinfo=UTC), "Europe/Berlin")
