"""Three parsers that are not ours (ical.js, ts-ics, vobject) read what we write, to the right moments."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from vobject import icalendar as vobject_calendar

from events_app.calendar import itip
from events_app.calendar.entry import Entry
from events_app.calendar.feed import Cover, feed, piece
from events_app.calendar.zones import zones
from tests.calendar import sweep
from tests.calendar.samples import ANN, BERLIN, at, entry, held, wall

pytestmark = pytest.mark.engine_free

PLACES = (
    "Europe/Brussels",
    "Asia/Beirut",
    "Asia/Damascus",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Gaza",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "America/Vancouver",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Antarctica/Troll",
    "Etc/UTC",
)
READERS = ("icaljs", "ts-ics", "vobject")
WRITERS: dict[str, Callable[[Entry], bytes]] = {
    "REQUEST": lambda told: itip.request(told, ANN),
    "CANCEL": lambda told: itip.cancel(told, ANN),
    "PUBLISH": itip.publish,
}

Told = dict[str, Any]


def events() -> list[Entry]:
    """One event in each place, in winter and in summer, from 2025 to 2032."""
    return [
        held(key, wall(year, month, 10, 18), uid=f"reg-{number}-{year}-{month}@events.example.org")
        for number, key in enumerate(PLACES)
        for year in sweep.YEARS
        for month in (1, 3, 7)
    ]


def read(reader: str, files: list[bytes], node: Callable[..., Any]) -> list[list[Told]]:
    """What a reader finds in files: the events of each."""
    if reader == "vobject":
        return [list(_vobject(data)) for data in files]
    found: list[list[Told]] = node("read.mjs", reader, data=[data.decode() for data in files])
    return found


def _vobject(data: bytes) -> Iterator[Told]:
    # vobject keeps the VTIMEZONEs of earlier files; here every file is read by its own.
    for key in [key for key in vobject_calendar.__dict__["__tzidMap"] if key != "UTC"]:
        vobject_calendar.__dict__["__tzidMap"].pop(key)
    whole = vobject.readOne(data.decode())
    for event in whole.contents["vevent"]:
        yield {
            "method": whole.method.value,
            "uid": event.uid.value,
            "start": _iso(event.dtstart.value),
            "end": _iso(event.dtend.value),
            "summary": event.summary.value,
            "status": event.status.value,
            "sequence": int(event.sequence.value),
            "organizer": event.organizer.value,
            "attendee": event.attendee.value if "attendee" in event.contents else None,
        }


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def meant(told: Entry, method: str) -> Told:
    """What every reader should find."""
    return {
        "method": method,
        "uid": told.uid,
        "start": _iso(told.starts),
        "end": _iso(told.ends),
        "summary": told.summary,
        "status": "CANCELLED" if method == "CANCEL" else told.status,
        "sequence": told.sequence,
        "organizer": f"mailto:{told.organizer_address}",
        "attendee": None if method == "PUBLISH" else f"mailto:{ANN.address}",
    }


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("method", WRITERS)
def test_a_strange_reader_finds_the_right_moments(method: str, reader: str, node: Callable[..., Any]) -> None:
    all_of_them = events()
    found = read(reader, [WRITERS[method](told) for told in all_of_them], node)
    expected = [meant(told, method) for told in all_of_them]
    assert [{key: told[key] for key in expected[0]} for (told,) in found] == expected


@pytest.mark.parametrize("reader", READERS)
def test_a_strange_reader_finds_every_event_of_a_feed(reader: str, node: Callable[..., Any]) -> None:
    cover = Cover("Rights", "", "https://events.example.org/x.ics", "https://events.example.org/x", "en")
    (found,) = read(reader, [feed(cover, map(piece, events()))], node)
    expected = sorted(
        (meant(told, "PUBLISH") for told in events()), key=lambda told: (told["start"], told["uid"])
    )
    assert [{key: told[key] for key in expected[0]} for told in found] == expected


@pytest.mark.parametrize("number", range(sweep.CHUNKS))
def test_ical_js_finds_the_right_moments_in_an_invitation_of_every_zone_and_year(
    number: int, node: Callable[..., Any]
) -> None:
    told = [
        held(key, wall(year, 1, 1, 9) + timedelta(days=(37 * place + 61 * year) % 364), hours=26)
        for place, key in enumerate(sweep.chunk(number))
        for year in sweep.YEARS
    ]
    found = read("icaljs", [itip.request(each, ANN) for each in told], node)
    assert [(each["start"], each["end"]) for (each,) in found] == [
        (_iso(each.starts), _iso(each.ends)) for each in told
    ]


def test_vobject_finds_the_right_moments_in_an_invitation_of_every_zone() -> None:
    told = [held(key, wall(2025 + place % 8, 1 + place % 12, 10, 18)) for place, key in enumerate(zones())]
    found = [next(_vobject(itip.request(each, ANN))) for each in told]
    assert [(each["start"], each["end"]) for each in found] == [
        (_iso(each.starts), _iso(each.ends)) for each in told
    ]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("fold", [0, 1])
def test_a_strange_reader_is_right_in_an_hour_that_comes_twice(
    fold: int, reader: str, node: Callable[..., Any]
) -> None:
    told = entry(starts=at(BERLIN, 2027, 10, 31, 2, 30, fold=fold), ends=at(BERLIN, 2027, 10, 31, 5))
    ((found,),) = read(reader, [itip.request(told, ANN)], node)
    assert (found["start"], found["end"]) == (f"2027-10-31T0{fold}:30:00.000Z", "2027-10-31T04:00:00.000Z")


@pytest.mark.parametrize("reader", READERS)
def test_a_strange_reader_finds_arabic_titles_whole(reader: str, node: Callable[..., Any]) -> None:
    title = "المدافعون عن حقوق الإنسان، ومن يحميهم؛ جلسة مفتوحة حول الحماية والتضامن الدولي 👩\u200d⚖️ (٢٠٢٧)"
    ((found,),) = read(reader, [itip.request(entry(language="ar", summary=title), ANN)], node)
    assert found["summary"] == f"\u200f{title}\u200f"


@pytest.mark.parametrize(
    "name", ['Ann "X"', "Ann; Example", "Example, Ann", "A: B", "Ann\r\nX-EVIL:1", "=?utf-8?q?a?="]
)
def test_ical_js_finds_one_attendee_whatever_the_name(name: str, node: Callable[..., Any]) -> None:
    ((found,),) = read("icaljs", [itip.request(entry(), type(ANN)(name, "ann@example.org"))], node)
    ((usual,),) = read("icaljs", [itip.request(entry(), ANN)], node)
    assert found["attendee"] == "mailto:ann@example.org"
    assert found["names"] == usual["names"]
    assert found["name"] == name.replace('"', "'").replace("\r\n", " ").replace("=?", "= ?")
