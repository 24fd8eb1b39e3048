"""Invitations: what one attendee's calendar is told, as iTIP (RFC 5546) messages of one event and one person.

Everything is written by icalendar's classes; texts are cleaned before (wording.py). The same values give
the same bytes.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

from icalendar import (
    Calendar,
    Event,
    Parameters,
    vCalAddress,
    vCategory,
    vDate,
    vDatetime,
    vInt,
    vText,
    vUri,
)

from events_app.calendar.entry import Attendee, Entry
from events_app.calendar.hygiene import clean_name, mailto
from events_app.calendar.timezones import component_bytes
from events_app.calendar.wording import PRODID, Times, times_of, word

END: Final = b"END:VCALENDAR\r\n"
IN_UTC: Final = Times("", ())
Value = TypeVar("Value", vText, vCalAddress, vDate, vDatetime)
_ANY: Final = Event()


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
    times = times_of(entry)
    lines = _lines(entry, times)
    lines["ATTENDEE"] = _line("ATTENDEE", _attendee(attendee, asks_for_reply=attendee.is_asked))
    lines["X-MICROSOFT-CDO-BUSYSTATUS"] = _text("X-MICROSOFT-CDO-BUSYSTATUS", _busy(entry))
    lines["X-MICROSOFT-DISALLOW-COUNTER"] = _text("X-MICROSOFT-DISALLOW-COUNTER", "TRUE")
    return _message("REQUEST", lines, times)


def cancel(entry: Entry, attendee: Attendee) -> bytes:
    """The end of the invitation: METHOD:CANCEL, STATUS:CANCELLED. RFC 5546 3.2.5.

    The caller raises `sequence`; uid, organizer and times are those of the last request. Refusals as in
    `request`.
    """
    times = times_of(entry)
    lines = _lines(entry, times)
    lines["ATTENDEE"] = _line("ATTENDEE", _attendee(attendee, asks_for_reply=False))
    lines["STATUS"] = _text("STATUS", "CANCELLED")
    lines["TRANSP"] = _text("TRANSP", "TRANSPARENT")
    return _message("CANCEL", lines, times)


def publish(entry: Entry) -> bytes:
    """The event to download: METHOD:PUBLISH, no attendee. RFC 5546 3.2.1."""
    times = times_of(entry)
    return _message("PUBLISH", _lines(entry, times), times)


def _message(method: str, lines: dict[str, str], times: Times) -> bytes:
    zone = component_bytes(times.zone, times.rules) if times.zone else b""
    event = ["BEGIN:VEVENT", *(lines[name] for name in sorted(lines, key=_place)), "END:VEVENT", ""]
    return b"".join((_frame(method), zone, "\r\n".join(event).encode("utf-8"), END))


@cache
def _place(name: str) -> tuple[int, str]:
    """Where icalendar writes a property: some first, the others by name."""
    first = Event.canonical_order
    return (first.index(name) if name in first else len(first), name)


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


def _lines(entry: Entry, times: Times) -> dict[str, str]:
    """The lines of the VEVENT, by name; all but its attendee."""
    wording = word(entry, times)
    lines = {
        **_when(entry, times),
        "UID": _line("UID", Text(entry.uid)),
        "SEQUENCE": _line("SEQUENCE", vInt(entry.sequence)),
        "DTSTAMP": _line("DTSTAMP", vDatetime(entry.stamp)),
        "CREATED": _moment("CREATED", entry.created, IN_UTC),
        "LAST-MODIFIED": _moment("LAST-MODIFIED", entry.changed, IN_UTC),
        "ORGANIZER": _organizer(wording.organizer, wording.organizer_name),
        "STATUS": _text("STATUS", entry.status),
        "TRANSP": _text("TRANSP", "TRANSPARENT" if entry.transparent else "OPAQUE"),
        "CLASS": _text("CLASS", "PRIVATE" if entry.private else "PUBLIC"),
    }
    texts = {"SUMMARY": wording.summary, "DESCRIPTION": wording.description, "LOCATION": wording.location}
    lines |= {name: _text(name, text, entry.language) for name, text in texts.items() if text}
    if wording.url:
        lines["URL"] = _line("URL", vUri(wording.url))
    if wording.categories:
        lines["CATEGORIES"] = _categories(wording.categories)
    return lines


def _line(name: str, value: Any) -> str:
    """A property as icalendar writes it, folded."""
    return fold(str(_ANY.content_line(name, value)))


# The lines that everybody's invitation to one event has alike are kept: only what stands in them decides what they are.


@lru_cache(maxsize=512)
def _text(name: str, text: str, language: str = "") -> str:
    return _line(name, _with(Text(text), {"LANGUAGE": language} if language else {}))


@lru_cache(maxsize=512)
def _categories(names: tuple[str, ...]) -> str:
    categories = vCategory([])
    categories.cats = [Text(each) for each in names]
    return _line("CATEGORIES", categories)


@lru_cache(maxsize=512)
def _organizer(address: str, name: str) -> str:
    return _line("ORGANIZER", _with(vCalAddress(address), {"CN": name} if name else {}))


def _when(entry: Entry, times: Times) -> dict[str, str]:
    if entry.all_day:
        first, after = entry.days
        return {"DTSTART": _day("DTSTART", first), "DTEND": _day("DTEND", after)}
    return {"DTSTART": _moment("DTSTART", entry.starts, times), "DTEND": _moment("DTEND", entry.ends, times)}


@lru_cache(maxsize=512)
def _day(name: str, day: date) -> str:
    return _line(name, _with(vDate(day), {"VALUE": "DATE"}))


def _moment(name: str, moment: datetime, times: Times) -> str:
    """A moment on the wall clock of `times`, or in UTC. Kept by what the wall shows: equal moments have many walls."""
    wall = (moment if times.zone else moment.astimezone(UTC)).replace(tzinfo=None)
    return _wall(name, wall, times.zone)


@lru_cache(maxsize=512)
def _wall(name: str, wall: datetime, zone: str) -> str:
    if not zone:
        return _line(name, vDatetime(wall.replace(tzinfo=UTC)))
    return _line(name, _with(vDatetime(wall), {"TZID": zone}))


def _attendee(attendee: Attendee, *, asks_for_reply: bool) -> vCalAddress:
    known = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": attendee.answer}
    name = clean_name(attendee.name)
    asked = {"RSVP": "TRUE"} if asks_for_reply else {}
    return _with(vCalAddress(mailto(attendee.address)), ({"CN": name} if name else {}) | known | asked)


def _with(value: Value, parameters: Mapping[str, str]) -> Value:
    value.params = Parameters(parameters)
    return value


def _busy(entry: Entry) -> str:
    """What Outlook paints: hatched for a hold, nothing, or a full block. [MS-OXCICAL] 2.1.3.1.1.20.31."""
    if entry.status == "TENTATIVE":
        return "TENTATIVE"
    return "FREE" if entry.transparent else "BUSY"
