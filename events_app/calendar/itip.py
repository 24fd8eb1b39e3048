"""Invitations: what one attendee's calendar is told, as iTIP (RFC 5546) messages of one event and one person.

Everything is written by icalendar's classes; texts are cleaned before (wording.py). The same values give
the same bytes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final, TypeVar

from icalendar import (
    Calendar,
    Event,
    Parameters,
    vBoolean,
    vCalAddress,
    vCategory,
    vDatetime,
    vInt,
    vText,
    vUri,
)

from events_app.calendar.entry import Attendee, Entry
from events_app.calendar.hygiene import clean_name, mailto
from events_app.calendar.timezones import component_bytes
from events_app.calendar.wording import PRODID, Times, times_of_one, word

END: Final = b"END:VCALENDAR\r\n"
Value = TypeVar("Value", vText, vCalAddress, vDatetime)


class Text(vText):
    r"""TEXT, escaped by RFC 5545 3.3.11 only: vText would make a new line of the two characters `\N`."""

    def to_ical(self) -> bytes:
        return escape(str(self)).encode("utf-8")


def escape(text: str) -> str:
    """A cleaned text as a TEXT value. RFC 5545 3.3.11."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def request(entry: Entry, attendee: Attendee) -> bytes:
    """The invitation, and every later change of it: METHOD:REQUEST with this one attendee. RFC 5546 3.2.2.

    A hold is an entry with status TENTATIVE, `transparent`, and an attendee who answers TENTATIVE. Refuses
    TimeDoesNotExist; ValueError for a cancelled entry (that is `cancel`) or an address that is none.
    """
    if entry.status == "CANCELLED":
        raise ValueError("A cancelled event is told by a CANCEL.")
    event = _event(entry)
    event["ATTENDEE"] = _attendee(attendee, asks_for_reply=True)
    event["X-MICROSOFT-CDO-BUSYSTATUS"] = Text(_busy(entry))
    event["X-MICROSOFT-DISALLOW-COUNTER"] = vBoolean(True)
    return _message("REQUEST", event, entry)


def cancel(entry: Entry, attendee: Attendee) -> bytes:
    """The end of the invitation: METHOD:CANCEL, STATUS:CANCELLED. RFC 5546 3.2.5.

    The caller raises `sequence`; uid, organizer and times are those of the last request. Refusals as in
    `request`.
    """
    event = _event(entry)
    event["ATTENDEE"] = _attendee(attendee, asks_for_reply=False)
    event["STATUS"] = Text("CANCELLED")
    event["TRANSP"] = Text("TRANSPARENT")
    return _message("CANCEL", event, entry)


def publish(entry: Entry) -> bytes:
    """The event to download: METHOD:PUBLISH, no attendee. RFC 5546 3.2.1."""
    return _message("PUBLISH", _event(entry), entry)


def _message(method: str, event: Event, entry: Entry) -> bytes:
    times = times_of_one(entry)
    event["DTSTART"] = _moment(entry.starts, times)
    event["DTEND"] = _moment(entry.ends, times)
    zone = component_bytes(times.zone, times.rules) if times.zone else b""
    lines = [fold(str(line)) for line in event.content_lines() if line]
    return b"".join((_frame(method), zone, "\r\n".join([*lines, ""]).encode("utf-8"), END))


@cache
def _frame(method: str) -> bytes:
    """The VCALENDAR up to its first component."""
    whole = Calendar()
    for name, value in (
        ("PRODID", PRODID),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    ):
        whole[name] = Text(value)
    return bytes(whole.to_ical()).removesuffix(END)


def fold(line: str) -> str:
    """A content line in rows of at most 75 octets of UTF-8 that part no character. RFC 5545 3.1.

    icalendar does the same character by character, which took a third of the time of a letter in Arabic.
    """
    assert "\n" not in line
    assert "\r" not in line
    if line.isascii() and len(line) <= 75:
        return line
    octets, rows, start, width = line.encode("utf-8"), [], 0, 75
    while len(octets) - start > width:
        end = start + width
        while octets[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        row = octets[start:end]
        if row.endswith(b"\\"):  # a backslash stays with what it escapes
            end -= (len(row) - len(row.rstrip(b"\\"))) % 2
        rows.append(octets[start:end])
        start, width = end, 74
    return b"\r\n ".join((*rows, octets[start:])).decode("utf-8")


def _event(entry: Entry) -> Event:
    """All of the VEVENT but its times and its attendee."""
    wording = word(entry)
    event = Event()
    event["UID"] = Text(entry.uid)
    event["SEQUENCE"] = vInt(entry.sequence)
    for name, moment in (
        ("DTSTAMP", entry.stamp),
        ("CREATED", entry.created),
        ("LAST-MODIFIED", entry.changed),
    ):
        event[name] = _moment(moment, Times("", ()))
    texts = {"SUMMARY": wording.summary, "DESCRIPTION": wording.description, "LOCATION": wording.location}
    for name, text in texts.items():
        if text:
            event[name] = _with(Text(text), {"LANGUAGE": entry.language})
    if wording.url:
        event["URL"] = vUri(wording.url)
    if wording.categories:
        event["CATEGORIES"] = categories = vCategory([])
        categories.cats = [Text(each) for each in wording.categories]
    named = {"CN": wording.organizer_name} if wording.organizer_name else {}
    event["ORGANIZER"] = _with(vCalAddress(wording.organizer), named)
    event["STATUS"] = Text(entry.status)
    event["TRANSP"] = Text("TRANSPARENT" if entry.transparent else "OPAQUE")
    event["CLASS"] = Text("PRIVATE" if entry.private else "PUBLIC")
    return event


def _attendee(attendee: Attendee, *, asks_for_reply: bool) -> vCalAddress:
    known = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": attendee.answer}
    name = clean_name(attendee.name)
    asked = {"RSVP": "TRUE"} if asks_for_reply else {}
    return _with(vCalAddress(mailto(attendee.address)), ({"CN": name} if name else {}) | known | asked)


def _moment(moment: datetime, times: Times) -> vDatetime:
    if not times.zone:
        return vDatetime(moment.astimezone(UTC))
    return _with(vDatetime(moment.replace(tzinfo=None)), {"TZID": times.zone})


def _with(value: Value, parameters: Mapping[str, str]) -> Value:
    value.params = Parameters(parameters)
    return value


def _busy(entry: Entry) -> str:
    """What Outlook paints: hatched for a hold, nothing, or a full block. [MS-OXCICAL] 2.1.3.1.1.20.31."""
    if entry.status == "TENTATIVE":
        return "TENTATIVE"
    return "FREE" if entry.transparent else "BUSY"
