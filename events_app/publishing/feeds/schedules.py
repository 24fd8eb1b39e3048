"""A conference's programme as conference apps read it: schedule.json (frab) and schedule.xml (pentabarf)."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from events_app.conferences.models import Conference
from events_app.events.models.event import Event, programme_of
from events_app.events.models.panel import Speaker
from events_app.events.models.where import room_name
from events_app.events.rules import Status
from events_app.i18n import choose, current_language
from events_app.publishing.feeds.responses import add_text, answer, feed_response, last_change
from events_app.texts import for_xml
from events_app.web.site import Site, site_of

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "text/xml; charset=utf-8"


async def schedule_json(request: Request) -> Response:
    """The programme in frab's form (schedule.json), which conference apps read."""
    return await answer(request, _schedule_json)


async def schedule_xml(request: Request) -> Response:
    """The programme in pentabarf's form (schedule.xml)."""
    return await answer(request, _schedule_xml)


def number_of(found: Event | Speaker) -> int:
    """The whole number that schedule formats ask for: the same for ever, from the event's or the speaker's id."""
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
            {"id": number_of(each), "name": choose(each.name), "public_name": choose(each.name)}
            for each in speakers
        ],
        "links": [],
        "attachments": [],
    }


async def _schedule_json(request: Request) -> Response:
    found, events, speakers = await _programme(request)
    site, changed = site_of(request), last_change(events)
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
    return feed_response(content, JSON_TYPE, name="schedule.json", changed=changed)


def _edges(rooms: dict[str, list[Event]]) -> tuple[str, str]:
    """The first start and the last end of a day, with offset."""
    listed = [each for some in rooms.values() for each in some]
    first = min(listed, key=lambda each: each.starts_at)
    last = max(listed, key=lambda each: each.ends_at)
    return first.starts.isoformat(), last.ends.isoformat()


async def _schedule_xml(request: Request) -> Response:
    found, events, speakers = await _programme(request)
    site, changed = site_of(request), last_change(events)
    schedule = ET.Element("schedule")
    add_text(schedule, "version", f"{changed.astimezone(UTC):%Y-%m-%d %H:%M:%S}")
    about = ET.SubElement(schedule, "conference")
    add_text(about, "acronym", found.slug)
    add_text(about, "title", choose(found.name))
    add_text(about, "start", f"{found.starts_on:%Y-%m-%d}")
    add_text(about, "end", f"{found.ends_on:%Y-%m-%d}")
    add_text(about, "days", str((found.ends_on - found.starts_on).days + 1))
    add_text(about, "timeslot_duration", "00:05")
    add_text(about, "time_zone_name", found.zone)
    add_text(about, "base_url", site.url("/"))
    for index, (day, rooms) in enumerate(_days(events), start=1):
        first, last = _edges(rooms)
        node = ET.SubElement(schedule, "day", index=str(index), date=day, start=first, end=last)
        for room, listed in rooms.items():
            in_room = ET.SubElement(node, "room", name=for_xml(room))
            for each in listed:
                _xml_item(in_room, _item(each, speakers[each.id], site=site))
    content = ET.tostring(schedule, encoding="utf-8", xml_declaration=True)
    return feed_response(content, XML_TYPE, name="schedule.xml", changed=changed)


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
        add_text(node, name, item[name] or "")
    recording = ET.SubElement(node, "recording")
    add_text(recording, "license", "")
    add_text(recording, "optout", "true")
    persons = ET.SubElement(node, "persons")
    for person in item["persons"]:
        ET.SubElement(persons, "person", id=str(person["id"])).text = for_xml(person["public_name"])
    for name in ("links", "attachments"):
        ET.SubElement(node, name)
