"""The VTIMEZONE, told by strangers: our own small reader and ical.js, for every zone and year."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from events_app.calendar.timezones import (
    component,
    component_bytes,
    lasting_rules,
    tells,
    tells_all_day,
)
from events_app.calendar.zones import UnknownZone, refuse_gap, zone, zones
from tests.calendar import stranger, sweep

pytestmark = pytest.mark.engine_free


def said(zone_key: str, *parts: int) -> str:
    """The VTIMEZONE for an event that day, as text."""
    return bytes(component(zone_key, lasting_rules(zone_key, parts[0])).to_ical()).decode()


@pytest.mark.parametrize("number", range(sweep.CHUNKS))
def test_a_lasting_rule_tells_every_time_of_its_zone_to_strangers(number: int) -> None:
    wrong = []
    for zone_key in sweep.chunk(number):
        here = zone(zone_key)
        for when in sweep.walls(zone_key):
            rules, moment = lasting_rules(zone_key, when.year), when.replace(tzinfo=here)
            if not rules:
                continue
            right = stranger.offset_at(component_bytes(zone_key, rules), when) == moment.utcoffset()
            if not right or not tells(rules, moment):
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
            rules = lasting_rules(zone_key, when.year)
            if not rules:
                continue
            block = component_bytes(zone_key, rules)
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
        if (rules := lasting_rules(zone_key, when.year))
        and tells(rules, when.replace(tzinfo=zone(zone_key), fold=fold))
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


def test_ireland_has_summer_time_in_summer_although_tzdata_calls_winter_the_exception() -> None:
    text = said("Europe/Dublin", 2027, 7, 1)
    assert "TZNAME:IST\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT" in text


def test_a_zone_whose_rule_does_not_last_has_no_vtimezone() -> None:
    for key in ("Africa/Cairo", "Asia/Jerusalem", "Asia/Gaza", "America/Santiago"):
        assert lasting_rules(key, 2030) == ()


def test_a_rule_that_calendars_have_not_heard_of_is_not_written_before_three_years_are_over() -> None:
    told = {year: bool(lasting_rules("Africa/Casablanca", year)) for year in (2027, 2028, 2029, 2030)}

    assert told == {2027: False, 2028: False, 2029: False, 2030: True}


def test_the_bytes_of_a_vtimezone_do_not_depend_on_what_was_asked_before() -> None:
    first = component_bytes("Europe/Rome", lasting_rules("Europe/Rome", 2027))
    second = component_bytes("Europe/Rome", lasting_rules("Europe/Rome", 2031))
    assert first == second


def test_an_unknown_zone_is_refused_by_name() -> None:
    with pytest.raises(UnknownZone) as refused:
        lasting_rules("W. Europe Standard Time", 2030)
    assert refused.value.values == {"zone": "W. Europe Standard Time"}
