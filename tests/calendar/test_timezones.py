"""The VTIMEZONE, told by strangers: our own small reader and ical.js, for every zone and year."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from events_app.calendar.timezones import (
    component,
    component_bytes,
    lasting_rules,
    rules_around,
    tells,
    tells_all_day,
)
from events_app.calendar.zones import UnknownZone, refuse_gap, zone, zones
from tests.calendar import stranger, sweep
from tests.calendar.samples import wall

pytestmark = pytest.mark.engine_free


def said(zone_key: str, *parts: int) -> str:
    """The VTIMEZONE for an event that day, as text."""
    return bytes(component(zone_key, rules_around(zone_key, wall(*parts))).to_ical()).decode()


@pytest.mark.parametrize("number", range(sweep.CHUNKS))
def test_every_zone_tells_every_time_from_2025_to_2032_through_its_vtimezone_alone(number: int) -> None:
    wrong = []
    for zone_key in sweep.chunk(number):
        here = zone(zone_key)
        for when in sweep.walls(zone_key):
            rules = rules_around(zone_key, when)
            moment = when.replace(tzinfo=here)
            right = stranger.offset_at(component_bytes(zone_key, rules), when) == moment.utcoffset()
            if not right or not tells(rules, moment):
                wrong.append((zone_key, when))
    assert wrong == []


@pytest.mark.parametrize("number", range(sweep.CHUNKS))
def test_a_lasting_rule_tells_every_time_of_its_zone_to_strangers(number: int) -> None:
    wrong = []
    for zone_key in sweep.chunk(number):
        here = zone(zone_key)
        for when in sweep.walls(zone_key):
            rules = lasting_rules(zone_key, when.year)
            offset = when.replace(tzinfo=here).utcoffset()
            if rules and stranger.offset_at(component_bytes(zone_key, rules), when) != offset:
                wrong.append((zone_key, when))
    assert wrong == []


@pytest.mark.parametrize("number", range(sweep.CHUNKS))
def test_what_is_said_of_a_whole_day_holds_for_each_of_its_times(number: int) -> None:
    wrong, said_of = [], 0
    for zone_key in sweep.chunk(number):
        here = zone(zone_key)
        for when in sweep.walls(zone_key):
            for moment in (when.replace(tzinfo=here, fold=fold) for fold in (0, 1)):
                if not tells_all_day(zone_key, when.year, when.date()):
                    continue
                said_of += 1
                refuse_gap(moment)
                if not tells(lasting_rules(zone_key, when.year), moment):
                    wrong.append((zone_key, when))
        for when in sweep.doubtful(zone_key):
            if tells_all_day(zone_key, when.year, when.date()):
                wrong.append((zone_key, when))
    assert wrong == []
    assert said_of


def test_a_day_on_which_clocks_are_changed_is_looked_at_more_closely() -> None:
    days = [date(2027, 3, 27), date(2027, 3, 28), date(2027, 3, 29), date(2027, 10, 31)]

    assert [tells_all_day("Europe/Brussels", 2027, day) for day in days] == [True, False, True, False]
    assert not tells_all_day("Africa/Casablanca", 2027, days[0])  # no lasting rule
    assert not tells_all_day("UTC", 2027, days[0])  # needs none


@pytest.mark.parametrize("number", range(sweep.CHUNKS))
def test_ical_js_reads_every_zone_and_year_as_we_mean_it(number: int, node: Callable[..., Any]) -> None:
    asked: dict[tuple[str, bytes], list[datetime]] = {}
    for zone_key in sweep.chunk(number):
        for when in sweep.walls(zone_key):
            block = component_bytes(zone_key, rules_around(zone_key, when))
            asked.setdefault((zone_key, block), []).append(when)
    data = [
        {
            "zone": f"BEGIN:VCALENDAR\r\n{block.decode()}END:VCALENDAR\r\n",
            "walls": [when.isoformat() for when in times],
        }
        for (_, block), times in asked.items()
    ]
    answers = node("instants.mjs", data=data)
    meant = [
        [int(when.replace(tzinfo=zone(key)).timestamp()) for when in times]
        for (key, _), times in asked.items()
    ]
    wrong = [
        (key, str(when), answer - right)
        for ((key, _), times), found, expected in zip(asked.items(), answers, meant, strict=True)
        for when, answer, right in zip(times, found, expected, strict=True)
        if answer != right
    ]
    assert wrong == []


def test_a_time_that_comes_twice_is_never_told_as_wall_time() -> None:
    told = [
        (zone_key, when, fold)
        for zone_key in sweep.chunk(0)
        for when in sweep.doubtful(zone_key)
        for fold in (0, 1)
        if tells(rules_around(zone_key, when), when.replace(tzinfo=zone(zone_key), fold=fold))
    ]
    assert told == []


def test_a_zone_has_one_lasting_rule_whatever_the_year_of_the_event() -> None:
    several = {
        key: found
        for key in zones()
        if len(found := {rules for year in sweep.YEARS if (rules := lasting_rules(key, year))}) > 1
    }
    assert several == {}


def test_most_zones_have_a_lasting_rule() -> None:
    irregular = [key for key in zones() if not lasting_rules(key, 2031)]
    assert len(irregular) < 40
    assert not {"Europe/Brussels", "Asia/Beirut", "Asia/Damascus", "Europe/Dublin", "America/New_York"} & set(
        irregular
    )


def test_berlin_is_one_rule_from_1970_with_onsets_in_the_old_offset() -> None:
    assert said("Europe/Berlin", 2027, 3, 30).split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "",
    ]


def test_beirut_changes_at_midnight_of_the_old_clocks() -> None:
    assert "BEGIN:DAYLIGHT\r\nDTSTART:19700329T000000" in said("Asia/Beirut", 2027, 7, 1)


def test_damascus_and_istanbul_have_exactly_one_standard() -> None:
    for key in ("Asia/Damascus", "Asia/Amman", "Europe/Istanbul"):
        text = said(key, 2027, 7, 1)
        assert text.count("BEGIN:STANDARD") == 1
        assert text.count("DAYLIGHT") == 0
        assert "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300" in text


def test_cairo_is_told_by_the_changes_before_and_after_the_event() -> None:
    text = said("Africa/Cairo", 2030, 6, 1)
    assert (
        "BEGIN:STANDARD\r\nDTSTART:20301101T000000" in text
    )  # the last Thursday of October 2030 is the 31st
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20300426T000000" in text
    assert "RRULE" not in text


def test_ireland_has_summer_time_in_summer_although_tzdata_calls_winter_the_exception() -> None:
    text = said("Europe/Dublin", 2027, 7, 1)
    assert "TZNAME:IST\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT" in text


def test_ramadan_in_casablanca_is_told_by_its_two_changes() -> None:
    text = said("Africa/Casablanca", 2025, 3, 10)
    assert "DTSTART:20250223T030000" in text
    assert "DTSTART:20250406T020000" in text


def test_the_bytes_of_a_vtimezone_do_not_depend_on_what_was_asked_before() -> None:
    first = component_bytes("Europe/Rome", rules_around("Europe/Rome", wall(2027, 1, 5)))
    second = component_bytes("Europe/Rome", rules_around("Europe/Rome", wall(2031, 8, 5)))
    assert first == second


def test_an_unknown_zone_is_refused_by_name() -> None:
    with pytest.raises(UnknownZone) as refused:
        rules_around("W. Europe Standard Time", datetime.now(UTC))
    assert refused.value.values == {"zone": "W. Europe Standard Time"}


def test_an_event_that_ends_after_a_change_is_told_right_at_both_ends() -> None:
    for key in ("Europe/Berlin", "Africa/Cairo", "Asia/Jerusalem"):
        for turn in (when for when in sweep.walls(key) if when.hour == 18):
            ends = turn + timedelta(hours=30)
            if not sweep.is_plain(key, ends):
                continue
            block = component_bytes(key, rules_around(key, turn, ends))
            for when in (turn, ends):
                expected = when.replace(tzinfo=zone(key)).utcoffset()
                assert (json.dumps([key, str(when)]), stranger.offset_at(block, when)) == (
                    json.dumps([key, str(when)]),
                    expected,
                )
