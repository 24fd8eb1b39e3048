"""Calendar feeds: what people subscribe to, put together from pieces written once per event and change.

icalendar needs six times as long for a VEVENT as a formatter written by hand, and a feed has a thousand of
them; so the few lines of a piece are written here, from texts that are cleaned already, and the tests hold
every property against what `itip.publish` writes through icalendar. The frame around the pieces is
icalendar's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Parameters, vDatetime, vDuration, vUri

from events_app.calendar.entry import Entry
from events_app.calendar.hygiene import ascii_url, clean_line, clean_text, mark_direction
from events_app.calendar.itip import END, Text, escape, fold
from events_app.calendar.timezones import Rules, component_bytes
from events_app.calendar.wording import PRODID, Times, times_of, word

ASK_AGAIN: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Piece:
    """One VEVENT as bytes, with what the feed must know of it. Keep it by (event, changed, language)."""

    starts: datetime
    uid: str
    changed: datetime
    zone: str
    rules: Rules
    data: bytes


@dataclass(frozen=True)
class Cover:
    """What a feed says of itself. `source`: its own address, which works, or empty; `url`: the page people read.

    `identity`: what it is known by where it says no address.
    """

    name: str
    description: str
    source: str
    url: str
    language: str
    identity: str = ""


def piece(entry: Entry) -> Piece:
    """One event for a feed: no attendee, no alarm, DTSTAMP the last change, so that bytes stay.

    A cancelled event stays, with STATUS:CANCELLED. Times of a zone without a lasting rule are written in UTC.
    Refuses TimeDoesNotExist; ValueError for an address or link that is none. RFC 5546 3.2.1.
    """
    times = times_of(entry)
    lines = [line if len(line) <= 75 and line.isascii() else fold(line) for line in _lines(entry, times)]
    data = "\r\n".join([*lines, ""]).encode("utf-8")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    starts = entry.starts.astimezone(UTC)
    return Piece(starts, entry.uid, entry.changed, times.zone, times.rules, data)


def feed(cover: Cover, pieces: Iterable[Piece]) -> bytes:
    """The whole feed: METHOD:PUBLISH, one VTIMEZONE for each zone, events by start and UID.

    The same pieces give the same bytes on every machine, in whatever order they come. RFC 7986 for the cover.
    """
    pieces = sorted(pieces, key=lambda each: (each.starts, each.uid))
    zones = dict(sorted((each.zone, each.rules) for each in pieces if each.zone))
    frame = _frame(cover, max((each.changed for each in pieces), default=None))
    blocks = [component_bytes(zone, rules) for zone, rules in zones.items()]
    return b"".join((frame.removesuffix(END), *blocks, *(each.data for each in pieces), END))


def _frame(cover: Cover, changed: datetime | None) -> bytes:
    """The VCALENDAR without its components. X- properties are TEXT here, or they would stand unescaped."""
    name = mark_direction(clean_line(cover.name), cover.language)
    description = mark_direction(clean_text(cover.description), cover.language)
    source, url = ascii_url(cover.source), ascii_url(cover.url)
    whole = Calendar()
    texts = {"PRODID": PRODID, "VERSION": "2.0", "CALSCALE": "GREGORIAN", "METHOD": "PUBLISH"}
    texts |= {"UID": str(uuid5(NAMESPACE_URL, cover.identity or source)), "NAME": name, "X-WR-CALNAME": name}
    texts |= {"DESCRIPTION": description, "X-WR-CALDESC": description} if description else {}
    for key, text in texts.items():
        whole[key] = Text(text)
    for key in ("NAME", "DESCRIPTION"):
        if key in whole:
            whole[key].params = Parameters({"LANGUAGE": cover.language})
    if url:
        whole["URL"] = vUri(url)
    if source:
        whole["SOURCE"] = vUri(source, params={"VALUE": "URI"})
    whole["REFRESH-INTERVAL"] = vDuration(ASK_AGAIN, params={"VALUE": "DURATION"})
    whole["X-PUBLISHED-TTL"] = vDuration(ASK_AGAIN)
    if changed:
        whole["LAST-MODIFIED"] = vDatetime(changed.astimezone(UTC))
    return bytes(whole.to_ical())


def _lines(entry: Entry, times: Times) -> list[str]:
    wording = word(entry, times)
    language, changed = entry.language, _utc(entry.changed)
    lines = ["BEGIN:VEVENT"]
    if wording.summary:
        lines.append(f"SUMMARY;LANGUAGE={language}:{escape(wording.summary)}")
    lines += (
        *_when(entry, times),
        f"DTSTAMP:{changed}",
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
    )
    if wording.categories:
        lines.append("CATEGORIES:" + ",".join(escape(each) for each in wording.categories))
    lines += [f"CLASS:{'PRIVATE' if entry.private else 'PUBLIC'}", f"CREATED:{_utc(entry.created)}"]
    if wording.description:
        lines.append(f"DESCRIPTION;LANGUAGE={language}:{escape(wording.description)}")
    lines.append(f"LAST-MODIFIED:{changed}")
    if wording.location:
        lines.append(f"LOCATION;LANGUAGE={language}:{escape(wording.location)}")
    named = f';CN="{wording.organizer_name}"' if wording.organizer_name else ""
    lines += [
        f"ORGANIZER{named}:{wording.organizer}",
        f"STATUS:{entry.status}",
        f"TRANSP:{'TRANSPARENT' if entry.transparent else 'OPAQUE'}",
    ]
    if wording.url:
        lines.append(f"URL:{wording.url}")
    lines.append("END:VEVENT")
    return lines


def _when(entry: Entry, times: Times) -> tuple[str, str]:
    if entry.all_day:
        first, after = entry.days
        return f"DTSTART;VALUE=DATE:{_day(first)}", f"DTEND;VALUE=DATE:{_day(after)}"
    return _moment("DTSTART", entry.starts, times), _moment("DTEND", entry.ends, times)


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _moment(name: str, moment: datetime, times: Times) -> str:
    return f"{name};TZID={times.zone}:{_wall(moment)}" if times.zone else f"{name}:{_utc(moment)}"


def _utc(moment: datetime) -> str:
    """In UTC before it is kept: the two moments of an hour that comes twice are equal on their own wall clock."""
    return _kept_utc(moment.astimezone(UTC))


@lru_cache(maxsize=1024)
def _kept_utc(moment: datetime) -> str:
    return _wall(moment) + "Z"


def _wall(moment: datetime) -> str:
    """20270106T130000. isoformat is C, and writes four digits of every year, as strftime does not."""
    return moment.isoformat()[:19].replace("-", "").replace(":", "")
