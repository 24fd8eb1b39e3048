"""A conference's programme as conference apps read it: schedule.json (frab) and schedule.xml (pentabarf).

Both hold against the schemas that https://c3voc.de/schedule publishes; tests/publishing/schedule_rules.py says what
those ask for.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from events_app.calendar.zones import zone as zone_of
from events_app.conferences.models import Conference
from events_app.events.models.event import Event, programme_of
from events_app.events.models.panel import Speaker
from events_app.events.models.where import named_rooms, room_id_of
from events_app.events.rules import Status
from events_app.i18n import choose
from events_app.publishing.feeds.days import ConferenceDay, days_of, end_of
from events_app.publishing.feeds.responses import add_text, answer, feed_response, last_change
from events_app.texts import for_xml
from events_app.web.site import Site, site_of

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "text/xml; charset=utf-8"
SLOT: Final = "00:05"
_ZONE = re.compile(r"[A-Z][a-z]+/[A-Z][a-z]+.*|UTC")


async def schedule_json(request: Request) -> Response:
    """The programme in frab's form (schedule.json), which conference apps read."""
    return await answer(request, _schedule_json)


async def schedule_xml(request: Request) -> Response:
    """The programme in pentabarf's form (schedule.xml)."""
    return await answer(request, _schedule_xml)


@dataclass(frozen=True)
class Schedule:
    """What both forms say: the conference, its days, what its rooms are called, who speaks, each event's number."""

    conference: Conference
    days: Sequence[ConferenceDay]
    rooms: Mapping[UUID, str]
    speakers: Mapping[UUID, Sequence[Speaker]]
    numbers: Mapping[UUID, int]
    tracks: Sequence[str]
    changed: datetime
    site: Site

    @property
    def version(self) -> str:
        return f"{self.changed.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    @property
    def head(self) -> dict[str, str]:
        """The conference as both name it. Days are counted from the first to the last, empty ones too."""
        first, last = self.days[0].day, max(self.days[-1].day, self.conference.ends_on)
        zone = self.conference.zone
        return {
            "acronym": acronym_of(self.conference),
            "title": for_xml(choose(self.conference.name)),
            "start": f"{first:%Y-%m-%d}",
            "end": f"{last:%Y-%m-%d}",
            "timeslot_duration": SLOT,
            "base_url": self.site.url("/"),
        } | ({"time_zone_name": zone} if _ZONE.fullmatch(zone) else {})

    @property
    def days_count(self) -> int:
        return (max(self.days[-1].day, self.conference.ends_on) - self.days[0].day).days + 1


async def _schedule(request: Request) -> Schedule:
    found = await Conference.find_by_slug(request.path_params["slug"])
    listed = await programme_of(found)
    events = [each for each in listed if each.status == Status.PUBLISHED]
    return Schedule(
        conference=found,
        days=days_of(found, events),
        rooms={key: for_xml(name) for key, name in named_rooms(events).items()},
        speakers=await _speakers(events),
        numbers=numbers_of(listed),
        tracks=sorted({for_xml(choose(each.track)) for each in events} - {""}),
        changed=last_change(events),
        site=site_of(request),
    )


async def _speakers(events: Sequence[Event]) -> Mapping[UUID, Sequence[Speaker]]:
    """Who speaks in each event. Whom the organizers have not confirmed is in no file that others copy."""
    speakers: dict[UUID, list[Speaker]] = defaultdict(list)
    confirmed = Speaker.filter(event_id__in=[each.id for each in events], confirmed=True)
    for speaker in await confirmed.order_by("position"):
        speakers[speaker.event_id].append(speaker)
    return speakers


def acronym_of(found: Conference) -> str:
    """The conference's short name: at least four small letters, digits and underscores."""
    short = found.slug.replace("-", "_")
    return short if len(short) >= 4 else f"conference_{short}"


def number_of(key: UUID, attempt: int = 0) -> int:
    """The whole number that schedule formats ask for: the same for ever, from the id of an event or a person."""
    return int(key.hex[attempt : attempt + 7], 16)


def numbers_of(events: Sequence[Event]) -> dict[UUID, int]:
    """A number for each event, no two alike; where two ids give the same one, the older event keeps it."""
    taken = {0}
    numbers: dict[UUID, int] = {}
    for each in sorted(events, key=lambda one: (one.created_at, one.id)):
        tries = (number_of(each.id, attempt) for attempt in range(26))
        number = next((one for one in tries if one not in taken), max(taken) + 1)
        taken.add(number)
        numbers[each.id] = number
    return numbers


def _json_duration(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _xml_duration(minutes: int) -> str:
    """HH:MM, and D:HH:MM from a hundred hours on, for which the schema has no two digits (pretalx writes the same)."""
    if minutes < 100 * 60:
        return _json_duration(minutes)
    days, rest = divmod(minutes, 24 * 60)
    return f"{days}:{rest // 60:02d}:{rest % 60:02d}"


def _item(found: Event, schedule: Schedule) -> dict[str, Any]:
    """One event as both forms say it; times are those of the conference's own clock."""
    here, number = zone_of(schedule.conference.zone), schedule.numbers[found.id]
    starts, ends = found.starts.astimezone(here), end_of(found).astimezone(here)
    return {
        "guid": str(found.id),
        "id": number,
        "date": starts.isoformat(),
        "start": f"{starts:%H:%M}",
        "end": ends.isoformat(),
        "minutes": int((ends.timestamp() - starts.timestamp()) // 60),
        "room": schedule.rooms[room_id_of(found)],
        "slug": f"{acronym_of(schedule.conference)}-{number:04d}-{found.slug}",
        "url": schedule.site.url(f"/events/{found.slug}"),
        "title": for_xml(choose(found.title)),
        "subtitle": "",
        "track": for_xml(choose(found.track)),
        "type": "side event",
        "language": found.languages[0] if found.languages else "",
        "abstract": for_xml(choose(found.summary)),
        "description": for_xml(choose(found.description)),
        "persons": [
            {
                "guid": str(each.person_id),
                "id": number_of(each.person_id),
                "name": for_xml(choose(each.name)),
                "biography": for_xml(choose(each.biography)),
            }
            for each in schedule.speakers.get(found.id, ())
        ],
    }


async def _schedule_json(request: Request) -> Response:
    said = await _schedule(request)
    rooms = sorted(said.rooms.items(), key=lambda room: room[1])
    conference = said.head | {
        "daysCount": said.days_count,
        "rooms": [{"name": name, "guid": str(key)} for key, name in rooms],
        "tracks": [{"name": name} for name in said.tracks],
        "days": [_json_day(each, said) for each in said.days],
    }
    base_url = conference.pop("base_url")
    schedule = {"version": said.version, "base_url": base_url, "conference": conference}
    content = json.dumps({"schedule": schedule}, ensure_ascii=False, indent=1).encode()
    return feed_response(content, JSON_TYPE, name="schedule.json")


def _json_day(day: ConferenceDay, said: Schedule) -> dict[str, Any]:
    rooms = {
        said.rooms[key]: [_json_item(_item(each, said)) for each in listed]
        for key, listed in day.rooms.items()
    }
    edges = {"day_start": day.starts.isoformat(), "day_end": day.ends.isoformat()}
    return {"index": day.index, "date": f"{day.day:%Y-%m-%d}", **edges, "rooms": rooms}


def _json_item(item: dict[str, Any]) -> dict[str, Any]:
    minutes = item.pop("minutes")
    return item | {
        "duration": _json_duration(minutes),
        "track": item["track"] or None,
        "language": item["language"] or None,
        "recording_license": "",
        "do_not_record": True,
        "links": [],
        "attachments": [],
    }


async def _schedule_xml(request: Request) -> Response:
    said = await _schedule(request)
    schedule = ET.Element("schedule")
    add_text(schedule, "version", said.version)
    about = ET.SubElement(schedule, "conference")
    for name, text in (said.head | {"days": str(said.days_count)}).items():
        add_text(about, name, text)
    for day in said.days:
        node = ET.SubElement(schedule, "day", index=str(day.index), date=f"{day.day:%Y-%m-%d}")
        node.set("start", day.starts.isoformat())
        node.set("end", day.ends.isoformat())
        for key, listed in day.rooms.items():
            in_room = ET.SubElement(node, "room", name=said.rooms[key], guid=str(key))
            for each in listed:
                _xml_item(in_room, _item(each, said))
    content = ET.tostring(schedule, encoding="utf-8", xml_declaration=True)
    return feed_response(content, XML_TYPE, name="schedule.xml")


_XML_TEXTS = (
    "date", "start", "duration", "room", "slug", "url", "title", "subtitle", "track", "type", "language", "abstract",
    "description",
)  # fmt: skip


def _xml_item(room: ET.Element, item: dict[str, Any]) -> None:
    item["duration"] = _xml_duration(item["minutes"])
    node = ET.SubElement(room, "event", guid=item["guid"], id=str(item["id"]))
    for name in _XML_TEXTS:
        add_text(node, name, item[name])
    recording = ET.SubElement(node, "recording")
    add_text(recording, "license", "")
    add_text(recording, "optout", "true")
    persons = ET.SubElement(node, "persons")
    for person in item["persons"]:
        named = ET.SubElement(persons, "person", id=str(person["id"]), guid=person["guid"])
        named.text = person["name"]
    for name in ("links", "attachments"):
        ET.SubElement(node, name)
