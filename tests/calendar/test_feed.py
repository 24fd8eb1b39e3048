"""Feeds: the same events give the same bytes, and every piece says what the invitation says."""

import hashlib
import os
import random
import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from events_app.calendar import itip
from events_app.calendar.entry import Entry
from events_app.calendar.feed import Cover, feed, piece
from events_app.calendar.zones import TimeDoesNotExist
from tests.calendar import stranger
from tests.calendar.samples import BERLIN, at, entry, held, wall

pytestmark = pytest.mark.engine_free

COVER = Cover(
    name="Conference on rights, 2027",
    description="All side events; public",
    source="https://events.example.org/conferences/rights-2027.ics",
    url="https://events.example.org/conferences/rights-2027",
    language="en",
)
ZONES = (BERLIN, "Asia/Beirut", "Africa/Cairo", "Asia/Damascus", "Africa/Casablanca", "America/New_York")


def programme() -> list[Entry]:
    """Thirty events in six zones."""
    start = wall(2027, 3, 20, 9)
    return [
        held(ZONES[n % len(ZONES)], start + timedelta(hours=7 * n), uid=f"evt-{n}@events.example.org")
        for n in range(30)
    ]


def test_a_feed_says_what_subscribers_calendars_ask() -> None:
    assert dict(stranger.read(feed(COVER, map(piece, programme()))).lines) == {
        "VERSION": "2.0",
        "PRODID": "-//events_app//Side events//EN",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "UID": "4072b2a5-0484-55c8-9fec-3a270870d00d",
        "NAME;LANGUAGE=en": r"Conference on rights\, 2027",
        "X-WR-CALNAME": r"Conference on rights\, 2027",
        "DESCRIPTION;LANGUAGE=en": r"All side events\; public",
        "X-WR-CALDESC": r"All side events\; public",
        "LAST-MODIFIED": "20261121T100000Z",
        "REFRESH-INTERVAL;VALUE=DURATION": "PT1H",
        "X-PUBLISHED-TTL": "PT1H",
        "SOURCE;VALUE=URI": "https://events.example.org/conferences/rights-2027.ics",
        "URL": "https://events.example.org/conferences/rights-2027",
    }


def test_a_feed_is_in_order_and_has_each_zone_once() -> None:
    mixed = list(map(piece, programme()))
    random.Random(7).shuffle(mixed)
    whole = stranger.read(feed(COVER, mixed))
    described = [block.value("TZID") for block in whole.inner("VTIMEZONE")]
    assert described == [
        "America/New_York",
        "Asia/Beirut",
        "Asia/Damascus",
        "Europe/Berlin",
    ]
    assert len(whole.inner("VEVENT")) == 30
    assert feed(COVER, mixed) == feed(COVER, map(piece, programme()))


def test_every_zone_a_feed_names_is_described_in_it() -> None:
    whole = stranger.read(feed(COVER, map(piece, programme())))
    described = {block.value("TZID") for block in whole.inner("VTIMEZONE")}
    named = {
        key.removeprefix("DTSTART;TZID=")
        for event in whole.inner("VEVENT")
        for key, _ in event.lines
        if key.startswith("DTSTART;TZID=")
    }
    assert described == named


def test_a_zone_without_a_lasting_rule_is_told_in_utc() -> None:
    told = piece(held("Africa/Cairo", wall(2027, 6, 1, 18)))
    assert told.zone == ""
    assert b"DTSTART:20270601T150000Z\r\n" in told.data


def test_both_hours_of_a_night_that_has_one_twice_keep_their_own_moment() -> None:
    first, second = (at("Europe/Brussels", 2027, 10, 31, 2, 30, fold=fold) for fold in (0, 1))

    told = piece(entry(starts=first, ends=second)).data

    assert b"DTSTART:20271031T003000Z\r\n" in told
    assert b"DTEND:20271031T013000Z\r\n" in told


def test_no_attendee_and_no_alarm_are_in_a_feed() -> None:
    data = feed(COVER, map(piece, programme()))
    assert b"ATTENDEE" not in data
    assert b"VALARM" not in data


def test_a_cancelled_event_stays_in_the_feed() -> None:
    data = feed(COVER, [piece(entry(status="CANCELLED", sequence=3))])
    assert b"STATUS:CANCELLED" in data
    assert b"SEQUENCE:3" in data


def test_the_time_of_writing_is_the_last_change() -> None:
    first, later = (piece(entry(stamp=entry().stamp + timedelta(days=day))) for day in (0, 1))
    assert first == later


def test_an_empty_feed_is_a_calendar() -> None:
    assert stranger.read(feed(COVER, [])).name == "VCALENDAR"


def test_a_time_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TimeDoesNotExist):
        piece(entry(starts=at(BERLIN, 2027, 3, 28, 2, 30), ends=at(BERLIN, 2027, 3, 28, 5)))


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_feed_has_the_same_bytes_whatever_the_hash_seed(seed: str) -> None:
    script = (
        "import hashlib; from events_app.calendar.feed import feed, piece;"
        "from tests.calendar.test_feed import COVER, programme;"
        "print(hashlib.sha256(feed(COVER, map(piece, programme()))).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == hashlib.sha256(feed(COVER, map(piece, programme()))).hexdigest()


TEXT = st.text(alphabet=st.characters(), max_size=160) | st.text(
    alphabet="اب،\\,;:\n\"'^N 👩\u200d⚖️", max_size=160
)


@given(
    summary=TEXT,
    description=TEXT,
    location=TEXT,
    organizer_name=TEXT,
    categories=st.lists(TEXT, max_size=3).map(tuple),
    language=st.sampled_from(["en", "ar", "fa"]),
    private=st.booleans(),
    transparent=st.booleans(),
    status=st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"]),
)
@settings(deadline=None, max_examples=200)
def test_a_piece_says_what_a_download_says_property_for_property(**changes: object) -> None:
    told = entry(**changes)
    by_hand = stranger.read(piece(told).data)
    (by_icalendar,) = stranger.read(itip.publish(told)).inner("VEVENT")
    assert _unquoted(by_hand) == _unquoted(by_icalendar)


@given(name=TEXT, description=TEXT)
@settings(deadline=None, max_examples=60)
def test_no_name_of_a_feed_adds_a_line(name: str, description: str) -> None:
    cover = Cover(f"x{name}", f"x{description}", COVER.source, COVER.url, "en")
    names = [stranger.split(line)[0] for line in stranger.unfold(feed(cover, []))]
    assert names == [stranger.split(line)[0] for line in stranger.unfold(feed(COVER, []))]


def test_icalendar_reads_a_feed_back() -> None:
    read = Calendar.from_ical(feed(COVER, map(piece, programme())))
    assert sorted(str(event["UID"]) for event in read.events) == sorted(each.uid for each in programme())
    assert (
        read.calendar_name == r"Conference on rights\, 2027"
    )  # which icalendar does not unescape, as of 7.3


def _unquoted(block: stranger.Block) -> list[tuple[str, str]]:
    """Lines in order of name; CN without the quotes, which icalendar writes only where they are needed."""
    return sorted((key.replace('"', ""), value) for key, value in block.lines if key != "DTSTAMP")
