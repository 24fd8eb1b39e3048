"""Invitations, field by field: what one attendee's calendar is told."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from events_app.calendar import itip
from events_app.calendar.entry import Attendee, Entry
from events_app.calendar.feed import piece
from events_app.calendar.zones import TimeDoesNotExist, zone
from tests.calendar import stranger
from tests.calendar.samples import ANN, BERLIN, WRITTEN, at, entry, held, wall

pytestmark = pytest.mark.engine_free

ANYTHING = st.text(alphabet=st.characters(), max_size=200)
ARABIC = st.text(
    alphabet='ابتثجحخدذرزسشصضطظعغفقكلمنهوي ،؛؟«»0123456789\u0651\u200cABC,;:\\N\n"^👩\u200d⚖', max_size=200
)


def lines(data: bytes) -> dict[str, str]:
    """The content lines of the VEVENT: name with parameters -> value."""
    (event,) = stranger.read(data).inner("VEVENT")
    found = dict(event.lines)
    assert len(found) == len(event.lines)
    return found


def cover(data: bytes) -> dict[str, str]:
    """The content lines of the VCALENDAR itself."""
    return dict(stranger.read(data).lines)


def test_a_request_says_exactly_what_the_table_says() -> None:
    data = itip.request(entry(sequence=2), ANN)
    assert cover(data) == {
        "VERSION": "2.0",
        "PRODID": "-//events_app//Side events//EN",
        "CALSCALE": "GREGORIAN",
        "METHOD": "REQUEST",
    }
    assert lines(data) == {
        "UID": "reg-7gk2@events.example.org",
        "SEQUENCE": "2",
        "DTSTAMP": "20261122T100000Z",
        "CREATED": "20261119T100000Z",
        "LAST-MODIFIED": "20261121T100000Z",
        "DTSTART;TZID=Europe/Berlin": "20270330T180000",
        "DTEND;TZID=Europe/Berlin": "20270330T193000",
        "SUMMARY;LANGUAGE=en": r"Defenders at risk\, and what helps\; a talk",
        "DESCRIPTION;LANGUAGE=en": r"First line.\nSecond line\, with a comma\; and more \\ than that.\n\n"
        "https://events.example.org/events/defenders",
        "LOCATION;LANGUAGE=en": r"Room 5\, House of Trees\, Example Street 1\, Berlin\, Germany",
        "URL": "https://events.example.org/events/defenders",
        "CATEGORIES": r"Human rights,Law\, and order",
        'ORGANIZER;CN="Event team"': "mailto:registrations+r-abc@events.example.org",
        'ATTENDEE;CN="Ann Example";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE': (
            "mailto:ann@example.org"
        ),
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "CLASS": "PUBLIC",
        "X-MICROSOFT-CDO-BUSYSTATUS": "BUSY",
        "X-MICROSOFT-DISALLOW-COUNTER": "TRUE",
    }


def test_a_request_holds_one_zone_and_one_event_and_nothing_else() -> None:
    whole = stranger.read(itip.request(entry(), ANN))
    assert [block.name for block in whole.blocks] == ["VTIMEZONE", "VEVENT"]
    assert whole.blocks[0].value("TZID") == BERLIN
    assert not whole.blocks[1].blocks


def test_a_cancel_has_the_uid_organizer_and_times_of_its_request() -> None:
    request, cancel = lines(itip.request(entry(), ANN)), lines(itip.cancel(entry(sequence=1), ANN))
    same = ("UID", 'ORGANIZER;CN="Event team"', "DTSTART;TZID=Europe/Berlin", "DTEND;TZID=Europe/Berlin")
    assert [cancel[key] for key in same] == [request[key] for key in same]
    assert (cancel["STATUS"], cancel["SEQUENCE"], cancel["TRANSP"]) == ("CANCELLED", "1", "TRANSPARENT")
    assert [value for key, value in cancel.items() if key.startswith("ATTENDEE")] == [
        "mailto:ann@example.org"
    ]


def test_a_cancel_names_its_method_and_writes_sequence_zero_too() -> None:
    data = itip.cancel(entry(), ANN)
    assert cover(data)["METHOD"] == "CANCEL"
    assert lines(data)["SEQUENCE"] == "0"


def test_a_download_has_an_organizer_and_no_attendee() -> None:
    data = itip.publish(entry())
    assert cover(data)["METHOD"] == "PUBLISH"
    assert {key.split(";")[0] for key in lines(data)} >= {"ORGANIZER", "UID", "DTSTAMP", "DTSTART", "SUMMARY"}
    assert not any(key.startswith("ATTENDEE") for key in lines(data))


def test_a_download_of_a_cancelled_event_says_so() -> None:
    assert lines(itip.publish(entry(status="CANCELLED")))["STATUS"] == "CANCELLED"


def test_a_hold_is_tentative_and_blocks_nothing() -> None:
    held = lines(itip.request(entry(status="TENTATIVE", transparent=True), replace(ANN, answer="TENTATIVE")))
    assert (held["STATUS"], held["TRANSP"], held["X-MICROSOFT-CDO-BUSYSTATUS"]) == (
        "TENTATIVE",
        "TRANSPARENT",
        "TENTATIVE",
    )
    assert any("PARTSTAT=TENTATIVE" in key for key in held)


def test_a_material_change_asks_again() -> None:
    asked = lines(itip.request(entry(sequence=1), replace(ANN, answer="NEEDS-ACTION")))
    assert any("PARTSTAT=NEEDS-ACTION" in key and "RSVP=TRUE" in key for key in asked)


def test_a_sensitive_event_is_private() -> None:
    assert lines(itip.request(entry(private=True), ANN))["CLASS"] == "PRIVATE"


def test_what_is_empty_is_left_out() -> None:
    bare = entry(description="", location="", url="", categories=(), organizer_name="")
    names = {key.split(";")[0] for key in lines(itip.request(bare, Attendee("", "a@example.org")))}
    assert not names & {"DESCRIPTION", "LOCATION", "URL", "CATEGORIES"}
    assert "CN=" not in itip.request(bare, Attendee("", "a@example.org")).decode()


def test_a_description_that_names_the_page_does_not_name_it_twice() -> None:
    data = itip.request(entry(description="See https://events.example.org/events/defenders today."), ANN)
    assert (
        data.decode().replace("\r\n ", "").count("https://events.example.org/events/defenders") == 2
    )  # and URL


def test_an_arabic_invitation_says_its_language_and_keeps_its_punctuation_in_place() -> None:
    told = lines(itip.request(entry(language="ar", summary="مدافعون في خطر،"), ANN))
    assert told["SUMMARY;LANGUAGE=ar"] == "\u200fمدافعون في خطر،\u200f"


@pytest.mark.parametrize("fold", [0, 1])
def test_an_event_in_an_hour_that_comes_twice_is_told_in_utc(fold: int) -> None:
    starts = at(BERLIN, 2027, 10, 31, 2, 30, fold=fold)
    data = itip.request(entry(starts=starts, ends=at(BERLIN, 2027, 10, 31, 5)), ANN)
    told = lines(data)
    assert (told["DTSTART"], told["DTEND"]) == (f"20271031T0{fold}3000Z", "20271031T040000Z")
    assert b"VTIMEZONE" not in data


def test_an_event_in_an_hour_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TimeDoesNotExist):
        itip.request(entry(starts=at(BERLIN, 2027, 3, 28, 2, 30), ends=at(BERLIN, 2027, 3, 28, 5)), ANN)


def test_kept_lines_say_what_is_said_now() -> None:
    """The same moment on another wall, another fold, another text: nothing of an earlier invitation is said again."""
    berlin = at(BERLIN, 2027, 3, 30, 18)
    beirut = berlin.astimezone(zone("Asia/Beirut"))
    assert berlin == beirut
    told = [
        lines(itip.request(entry(starts=starts, ends=starts + timedelta(hours=1), summary=text), ANN))
        for starts, text in ((berlin, "One"), (beirut, "Two"), (berlin, "Two"))
    ]
    assert [each["SUMMARY;LANGUAGE=en"] for each in told] == ["One", "Two", "Two"]
    assert told[1]["DTSTART;TZID=Asia/Beirut"] == "20270330T190000"
    assert told[2]["DTSTART;TZID=Europe/Berlin"] == "20270330T180000"


def test_an_event_in_utc_needs_no_zone() -> None:
    data = itip.request(entry(starts=at("Etc/UTC", 2027, 1, 1, 10), ends=at("Etc/UTC", 2027, 1, 1, 11)), ANN)
    assert lines(data)["DTSTART"] == "20270101T100000Z"
    assert b"VTIMEZONE" not in data


def test_an_event_that_ends_in_another_zone_is_told_in_utc() -> None:
    data = itip.request(entry(ends=at("Asia/Beirut", 2027, 3, 30, 21)), ANN)
    assert lines(data)["DTEND"] == "20270330T180000Z"


def test_a_cancelled_event_cannot_be_requested() -> None:
    with pytest.raises(ValueError, match="CANCEL"):
        itip.request(entry(status="CANCELLED"), ANN)


@pytest.mark.parametrize(
    "changes",
    [
        {"starts": datetime(2027, 1, 1)},  # noqa: DTZ001
        {"starts": datetime(2027, 1, 1, tzinfo=UTC)},
        {"ends": at(BERLIN, 2027, 3, 30, 18)},
        {"stamp": datetime(2027, 1, 1)},  # noqa: DTZ001
        {"stamp": at(BERLIN, 2027, 1, 1)},
        {"status": "confirmed"},
        {"sequence": -1},
        {"uid": "x\r\ny@z"},
        {"uid": "no-host"},
        {"language": 'en";X="'},
    ],
)
def test_an_entry_that_cannot_be_right_is_not_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        entry(**changes)


def test_an_answer_nobody_can_give_is_not_made() -> None:
    with pytest.raises(ValueError, match="answer"):
        Attendee("Ann", "ann@example.org", "MAYBE")


@pytest.mark.parametrize("field", ["summary", "description", "location", "organizer_name"])
@given(text=ANYTHING)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_adds_a_line(field: str, text: str) -> None:
    usual, changed = (_names(itip.request(each, ANN)) for each in (entry(), entry(**{field: f"x{text}x"})))
    assert changed == usual


@given(name=ANYTHING)
@settings(deadline=None, max_examples=100)
def test_no_name_adds_a_line_or_a_parameter(name: str) -> None:
    told = lines(itip.request(entry(), Attendee(f"x{name}x", "ann@example.org")))
    (head,) = [key for key in told if key.startswith("ATTENDEE")]
    assert told[head] == "mailto:ann@example.org"
    rest = head.split('"')[-1] if '"' in head else head
    assert rest.endswith(";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE")
    assert head.count('"') in (0, 2)


@pytest.mark.parametrize(
    "name",
    [
        'A"B',
        "A;B=C",
        "A,B",
        "A:B",
        "A\r\nX-EVIL:1",
        "A\u2028X-EVIL:1",
        "A\u202eB",
        "=?utf-8?q?X?=",
        "A\x00B",
        "A^nB",
        "\\",
    ],
)
def test_a_name_full_of_tricks_stays_one_name(name: str) -> None:
    data = itip.request(entry(), Attendee(name, "ann@example.org"))
    assert len(_names(data)) == len(_names(itip.request(entry(), ANN)))
    read = Calendar.from_ical(data).events[0]["ATTENDEE"]
    assert str(read) == "mailto:ann@example.org"
    assert read.params["PARTSTAT"] == "ACCEPTED"
    assert not {"\n", "\r", '"', "\x00", "\u202e"} & set(read.params["CN"])


@given(title=ARABIC, text=ARABIC)
@settings(deadline=None, max_examples=150)
def test_what_people_wrote_comes_back_as_they_wrote_it_and_no_row_parts_a_character(
    title: str, text: str
) -> None:
    told = entry(language="ar", summary=f"ا{title}", description=f"ا{text}", url="")
    read = Calendar.from_ical(itip.request(told, ANN)).events[0]
    stranger.unfold(itip.request(told, ANN))
    assert _bare(str(read["SUMMARY"])) == _bare(" ".join(f"ا{title}".split()))
    assert _bare(str(read["DESCRIPTION"])).split() == _bare(f"ا{text}").split()


def test_the_same_values_give_the_same_bytes_whatever_the_hash_seed() -> None:
    script = (
        "import hashlib; from events_app.calendar import itip; from tests.calendar.samples import ANN, entry;"
        "print(hashlib.sha256(itip.request(entry(), ANN) + itip.cancel(entry(), ANN)).hexdigest())"
    )
    assert len({_run(script, seed) for seed in ("0", "1", "42")}) == 1


def test_a_newer_stamp_is_the_only_difference_of_a_resend() -> None:
    first = lines(itip.request(entry(), ANN))
    second = lines(itip.request(entry(stamp=WRITTEN + timedelta(minutes=1)), ANN))
    assert {key for key in first if first[key] != second[key]} == {"DTSTAMP"}


def test_ids_of_zones_are_written_in_full() -> None:
    told: Entry = entry(
        starts=at("America/Argentina/Buenos_Aires", 2027, 5, 1, 9),
        ends=at("America/Argentina/Buenos_Aires", 2027, 5, 1, 10),
    )
    assert lines(itip.publish(told))["DTSTART;TZID=America/Argentina/Buenos_Aires"] == "20270501T090000"
    assert zone("America/Argentina/Buenos_Aires").key in itip.publish(told).decode()


def _names(data: bytes) -> list[str]:
    return [stranger.split(line)[0].split(";")[0] for line in stranger.unfold(data)]


def _bare(text: str) -> str:
    """Without direction marks, encoded-word guards and runs of spaces."""
    return " ".join(text.replace("\u200f", "").replace("\u200e", "").split(" ")).strip()


def _run(script: str, seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True
    ).stdout.decode()


@pytest.mark.parametrize("zone_key", ["Africa/Cairo", "Africa/Casablanca", "Asia/Jerusalem"])
def test_a_zone_that_calendars_read_wrongly_is_never_written(zone_key: str) -> None:
    told = held(zone_key, wall(2027, 6, 1, 18))

    for data in (itip.request(told, ANN), itip.cancel(told, ANN), itip.publish(told)):
        assert b"TZID" not in data
        assert f"DTSTART:{told.starts.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n".encode() in data


def test_a_time_told_in_utc_is_also_said_as_the_clocks_there_show_it() -> None:
    data = itip.request(held("Africa/Cairo", wall(2027, 6, 1, 18)), ANN).replace(b"\r\n ", b"").decode()

    said = "On the clocks of Cairo: Tuesday 1 June 2027\\, 18:00 to Tuesday 1 June 2027\\, 19:30"
    assert f"DESCRIPTION;LANGUAGE=en:{said}" in data
    assert "On the clocks" not in itip.request(entry(), ANN).decode()


def test_whole_days_are_dates_and_the_end_is_the_day_after_the_last() -> None:
    told = held("Africa/Cairo", wall(2027, 6, 1), hours=71.98, all_day=True, transparent=True)

    for data in (itip.request(told, ANN), itip.cancel(told, ANN), itip.publish(told), piece(told).data):
        assert b"DTSTART;VALUE=DATE:20270601\r\n" in data
        assert b"DTEND;VALUE=DATE:20270604\r\n" in data
        assert b"TZID" not in data
        assert b"TRANSP:TRANSPARENT\r\n" in data


def test_no_answer_is_asked_for_that_cannot_arrive() -> None:
    unheard = Attendee("Ann Example", "ann@example.org", is_asked=False)

    assert b"RSVP" not in itip.request(entry(), unheard)
    assert b"RSVP=TRUE" in itip.request(entry(), ANN).replace(b"\r\n ", b"")
