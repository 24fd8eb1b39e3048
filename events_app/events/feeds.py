"""What other programs read of events: calendar feeds, the schedule as conference apps know it, Atom.

One permanent id feeds all of them: the event's UUID is the calendar's UID, the schedule's guid and Atom's id.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.calendar import feed, itip
from events_app.calendar.entry import Entry
from events_app.events.models import (
    Conference,
    Event,
    EventHost,
    Speaker,
    hosts_of,
    place_of,
    room_name,
)
from events_app.events.pages import kept, programme_of
from events_app.events.rules import Status, Visibility
from events_app.i18n import choose, current_language, translate
from events_app.web.responses import CALENDAR_TYPE, download
from events_app.web.site import Site, site_of

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "text/xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
ATOM = "http://www.w3.org/2005/Atom"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MOST_PIECES = 20_000

_pieces: dict[tuple[str, datetime, str, str, str], feed.Piece] = {}
"""Each event's VEVENT, written once per change and language: a poll of a feed that did not change costs a join."""


def entry_of(found: Event, hosts: Sequence[EventHost], *, site: Site) -> Entry:
    """The event as a public calendar shows it: nobody's name, no join link; DTSTAMP is the last change."""
    language = current_language()
    changed = found.changed_at.astimezone(UTC)
    return Entry(
        uid=f"evt-{found.id.hex}@{site.host}",
        sequence=found.sequence,
        stamp=changed,
        created=found.created_at.astimezone(UTC),
        changed=changed,
        starts=found.starts,
        ends=found.ends,
        summary=choose(found.title),
        description="\n\n".join(
            part for part in (choose(found.summary), site.url(f"/events/{found.slug}")) if part
        ),
        location=place_of(found) if found.offers_in_person else translate("Online"),
        url=site.url(f"/events/{found.slug}"),
        language=language,
        organizer_name=choose(hosts[0].organization.name) if hosts else site.name(),
        organizer_address=site.sender,
        status="CANCELLED" if found.status == Status.CANCELLED else "CONFIRMED",
        categories=(choose(found.track),) if choose(found.track) else (),
        private=found.visibility != Visibility.PUBLIC,
        transparent=True,
    )


def piece_of(found: Event, hosts: Sequence[EventHost], *, site: Site) -> feed.Piece:
    """The event's kept VEVENT. Its key names the first host (the ORGANIZER) and the place: both have other rows."""
    host = choose(hosts[0].organization.name) if hosts else ""
    key = (found.id.hex, found.changed_at, current_language(), host, place_of(found))
    piece = _pieces.get(key)
    if piece is None:
        if len(_pieces) >= MOST_PIECES:
            _pieces.clear()
        piece = _pieces[key] = feed.piece(entry_of(found, hosts, site=site))
    return piece


async def event_calendar(request: Request) -> Response:
    found = await Event.find_public(request.path_params["slug"])
    content = itip.publish(entry_of(found, await hosts_of(found.id), site=site_of(request)))
    return download(content, name=f"{found.slug}.ics", media_type=CALENDAR_TYPE)


async def conference_calendar(request: Request) -> Response:
    """The feed people subscribe to, in the language of `?lang=`; `?track=` and `?host=` (a slug) narrow it.

    A track is known by its text in any language, so an address lives on when another language's text changes.
    """
    return await _answer(request, _calendar)


async def schedule_json(request: Request) -> Response:
    """The programme in frab's form (schedule.json), which conference apps read."""
    return await _answer(request, _schedule_json)


async def schedule_xml(request: Request) -> Response:
    """The programme in pentabarf's form (schedule.xml)."""
    return await _answer(request, _schedule_xml)


async def conference_atom(request: Request) -> Response:
    return await _answer(request, _conference_atom)


async def all_atom(request: Request) -> Response:
    """Every coming public event as an Atom feed (RFC 4287)."""
    return await _answer(request, _all_atom)


async def _answer(request: Request, write: Callable[[Request], Awaitable[Response]]) -> Response:
    """The kept bytes, or 304 when the client's copy is the present one (RFC 9110, 13.1.2)."""

    async def render() -> Response:
        return await write(request)

    response = await kept(request, render)
    return _not_modified(request, response)


def _not_modified(request: Request, response: Response) -> Response:
    etag = response.headers.get("etag", "")
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if not etag or known.isdisjoint({etag, "*"}):
        return response
    names = ("etag", "last-modified", "cache-control")
    return Response(status_code=304, headers={name: response.headers[name] for name in names})


def _said(content: bytes, media_type: str, *, name: str, changed: datetime) -> Response:
    headers = {
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        "Last-Modified": changed.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    return Response(content, media_type=media_type, headers=headers)


async def _hosts(events: Sequence[Event]) -> dict[Any, list[EventHost]]:
    hosts: dict[Any, list[EventHost]] = defaultdict(list)
    rows = EventHost.filter(event_id__in=[each.id for each in events]).order_by("position")
    for host in await rows.select_related("organization"):
        hosts[host.event_id].append(host)
    return hosts


def _last_change(events: Sequence[Event]) -> datetime:
    return max((each.changed_at for each in events), default=LONG_AGO)


async def _calendar(request: Request) -> Response:
    found, site = await Conference.find_by_slug(request.path_params["slug"]), site_of(request)
    events = await programme_of(found)
    hosts = await _hosts(events)
    track, host = (request.query_params.get(name, "") for name in ("track", "host"))
    shown = [
        each
        for each in events
        if (not track or track in each.track.values())
        and (not host or any(one.organization.slug == host for one in hosts[each.id]))
    ]
    narrowed = {name: value for name, value in (("track", track), ("host", host)) if value}
    theme = choose(shown[0].track) if track and shown else track
    cover = feed.Cover(
        name=" · ".join(part for part in (choose(found.name), theme, host) if part),
        description=choose(found.about),
        source=site.url(
            f"/conferences/{found.slug}.ics?{urlencode({'lang': current_language()} | narrowed)}"
        ),
        url=site.url(f"/conferences/{found.slug}"),
        language=current_language(),
    )
    content = feed.feed(cover, [piece_of(each, hosts[each.id], site=site) for each in shown])
    return _said(content, CALENDAR_TYPE, name=f"{found.slug}.ics", changed=_last_change(shown))


def number_of(found: Event) -> int:
    """The whole number that schedule formats ask for: the same for ever, from the event's id."""
    return int(found.id.hex[:7], 16)


async def _programme(request: Request) -> tuple[Conference, list[Event], dict[Any, list[Speaker]]]:
    """A conference, its events that take place, and who speaks in each."""
    found = await Conference.find_by_slug(request.path_params["slug"])
    events = [each for each in await programme_of(found) if each.status == Status.PUBLISHED]
    speakers: dict[Any, list[Speaker]] = defaultdict(list)
    for speaker in await Speaker.filter(event_id__in=[each.id for each in events]).order_by("position"):
        speakers[speaker.event_id].append(speaker)
    return found, events, speakers


def _days(events: Sequence[Event]) -> list[tuple[str, dict[str, list[Event]]]]:
    """Events by the day on their own wall, then by room, in order."""
    days: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for each in sorted(events, key=lambda one: (one.starts_wall, one.slug)):
        days[each.starts_wall[:10]][room_name(each)].append(each)
    return sorted(days.items())


def _duration(found: Event) -> str:
    minutes = int((found.ends_at - found.starts_at).total_seconds() // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _item(found: Event, speakers: Sequence[Speaker], *, site: Site) -> dict[str, Any]:
    """One event as both schedule formats say it."""
    return {
        "guid": str(found.id),
        "id": number_of(found),
        "date": found.starts.isoformat(),
        "start": found.starts_wall[11:],
        "duration": _duration(found),
        "room": room_name(found),
        "slug": found.slug,
        "url": site.url(f"/events/{found.slug}"),
        "title": choose(found.title),
        "subtitle": "",
        "track": choose(found.track) or None,
        "type": "side event",
        "language": (found.languages or [current_language()])[0],
        "abstract": choose(found.summary),
        "description": choose(found.description),
        "recording_license": "",
        "do_not_record": True,
        "persons": [
            {"id": int(each.id.hex[:7], 16), "name": choose(each.name), "public_name": choose(each.name)}
            for each in speakers
        ],
        "links": [],
        "attachments": [],
    }


async def _schedule_json(request: Request) -> Response:
    found, events, speakers = await _programme(request)
    site, changed = site_of(request), _last_change(events)
    days = []
    for index, (day, rooms) in enumerate(_days(events), start=1):
        first, last = _edges(rooms)
        said = {
            room: [_item(each, speakers[each.id], site=site) for each in listed]
            for room, listed in rooms.items()
        }
        days.append({"index": index, "date": day, "day_start": first, "day_end": last, "rooms": said})
    schedule = {
        "version": f"{changed.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "base_url": site.url("/"),
        "conference": {
            "acronym": found.slug,
            "title": choose(found.name),
            "start": f"{found.starts_on:%Y-%m-%d}",
            "end": f"{found.ends_on:%Y-%m-%d}",
            "daysCount": (found.ends_on - found.starts_on).days + 1,
            "timeslot_duration": "00:05",
            "time_zone_name": found.zone,
            "rooms": [{"name": room} for room in sorted({room_name(each) for each in events})],
            "tracks": [{"name": name} for name in sorted({choose(each.track) for each in events} - {""})],
            "days": days,
        },
    }
    content = json.dumps({"schedule": schedule}, ensure_ascii=False, indent=1).encode()
    return _said(content, JSON_TYPE, name="schedule.json", changed=changed)


def _edges(rooms: dict[str, list[Event]]) -> tuple[str, str]:
    """The first start and the last end of a day, with offset."""
    listed = [each for some in rooms.values() for each in some]
    first = min(listed, key=lambda each: each.starts_at)
    last = max(listed, key=lambda each: each.ends_at)
    return first.starts.isoformat(), last.ends.isoformat()


async def _schedule_xml(request: Request) -> Response:
    found, events, speakers = await _programme(request)
    site, changed = site_of(request), _last_change(events)
    schedule = ET.Element("schedule")
    _text(schedule, "version", f"{changed.astimezone(UTC):%Y-%m-%d %H:%M:%S}")
    about = ET.SubElement(schedule, "conference")
    _text(about, "acronym", found.slug)
    _text(about, "title", choose(found.name))
    _text(about, "start", f"{found.starts_on:%Y-%m-%d}")
    _text(about, "end", f"{found.ends_on:%Y-%m-%d}")
    _text(about, "days", str((found.ends_on - found.starts_on).days + 1))
    _text(about, "timeslot_duration", "00:05")
    _text(about, "time_zone_name", found.zone)
    _text(about, "base_url", site.url("/"))
    for index, (day, rooms) in enumerate(_days(events), start=1):
        first, last = _edges(rooms)
        node = ET.SubElement(schedule, "day", index=str(index), date=day, start=first, end=last)
        for room, listed in rooms.items():
            in_room = ET.SubElement(node, "room", name=clean(room))
            for each in listed:
                _xml_item(in_room, _item(each, speakers[each.id], site=site))
    content = ET.tostring(schedule, encoding="utf-8", xml_declaration=True)
    return _said(content, XML_TYPE, name="schedule.xml", changed=changed)


def _xml_item(room: ET.Element, item: dict[str, Any]) -> None:
    node = ET.SubElement(room, "event", guid=item["guid"], id=str(item["id"]))
    names = (
        "date",
        "start",
        "duration",
        "room",
        "slug",
        "url",
        "title",
        "subtitle",
        "track",
        "type",
        "language",
    )
    for name in (*names, "abstract", "description"):
        _text(node, name, item[name] or "")
    recording = ET.SubElement(node, "recording")
    _text(recording, "license", "")
    _text(recording, "optout", "true")
    persons = ET.SubElement(node, "persons")
    for person in item["persons"]:
        ET.SubElement(persons, "person", id=str(person["id"])).text = clean(person["public_name"])
    for name in ("links", "attachments"):
        ET.SubElement(node, name)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)


def clean(text: str) -> str:
    """Text without the characters that XML 1.0 forbids (2.2)."""
    return "".join(
        letter for letter in text if letter in "\t\n" or " " <= letter <= "\ud7ff" or letter >= "\ue000"
    )


async def _conference_atom(request: Request) -> Response:
    found = await Conference.find_by_slug(request.path_params["slug"])
    path, name = f"/conferences/{found.slug}", choose(found.name)
    return _atom(request, await programme_of(found), path=path, name=name)


async def _all_atom(request: Request) -> Response:
    return _atom(request, await Event.coming(clock.now()), path="/", name=site_of(request).name())


def _atom(request: Request, events: Sequence[Event], *, path: str, name: str) -> Response:
    site, changed = site_of(request), _last_change(events)
    source = f"{path.rstrip('/') or '/events'}.atom"
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": current_language()})
    _text(root, "id", site.url(source))
    _text(root, "title", name)
    _text(root, "updated", _atom_time(changed))
    ET.SubElement(root, "link", rel="self", href=site.url(f"{source}?lang={current_language()}"))
    ET.SubElement(root, "link", rel="alternate", href=site.url(path))
    author = ET.SubElement(root, "author")
    _text(author, "name", site.name())
    for each in sorted(events, key=lambda one: (one.changed_at, one.slug), reverse=True)[:200]:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", f"urn:uuid:{each.id}")
        _text(entry, "title", choose(each.title))
        _text(entry, "published", _atom_time(each.created_at))
        _text(entry, "updated", _atom_time(each.changed_at))
        ET.SubElement(entry, "link", rel="alternate", href=site.url(f"/events/{each.slug}"))
        _text(entry, "summary", choose(each.summary) or choose(each.title))
        if track := choose(each.track):
            ET.SubElement(entry, "category", term=clean(track))
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return _said(content, ATOM_TYPE, name=source.rsplit("/", 1)[-1], changed=changed)


def _atom_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


routes = [
    Route("/events.atom", all_atom),
    Route("/events/{slug}.ics", event_calendar),
    Route("/conferences/{slug}.ics", conference_calendar),
    Route("/conferences/{slug}.atom", conference_atom),
    Route("/conferences/{slug}/schedule.json", schedule_json),
    Route("/conferences/{slug}/schedule.xml", schedule_xml),
]
