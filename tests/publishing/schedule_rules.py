"""What the published schemas of schedule.json and schedule.xml ask for, as far as we write it, in our own words.

Written by reading https://c3voc.de/schedule/schema.json and schema.xsd; those have no licence, so no copy lies here.
Each function names the faults of a document.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
DAY = r"\d{4}-\d\d-\d\d"
WEB = r"https?://.+"
START = r"([01]\d|2[0-3]):[0-5]\d"
EVENT_NEEDS = frozenset(
    [
        "abstract",
        "date",
        "duration",
        "guid",
        "id",
        "language",
        "links",
        "persons",
        "room",
        "slug",
        "start",
        "subtitle",
        "title",
        "track",
        "type",
        "url",
    ]
)
EVENT_MAY = EVENT_NEEDS | {"end", "description", "recording_license", "do_not_record", "attachments"}
CONFERENCE_NEEDS = frozenset(["title", "acronym", "days", "daysCount", "start", "end", "timeslot_duration"])
CONFERENCE_MAY = CONFERENCE_NEEDS | {"time_zone_name", "rooms", "tracks"}


def faults_of_json(raw: bytes) -> list[str]:
    schedule = json.loads(raw)["schedule"]
    return [*_conference_faults(schedule["conference"]), *_item_faults(schedule["conference"])]


def _conference_faults(said: dict[str, Any]) -> Iterator[str]:
    yield from _names("conference", said, CONFERENCE_NEEDS, CONFERENCE_MAY)
    yield from _form("acronym", said["acronym"], r"[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?")
    yield from _form("time_zone_name", said.get("time_zone_name", "UTC"), r"[A-Z][a-z]+/[A-Z][a-z]+.*|UTC")
    for room in said["rooms"]:
        yield from _names("room", room, frozenset({"name", "guid"}), frozenset({"name", "guid"}))
        yield from _form("room", room["guid"], UUID)
    for day in said["days"]:
        yield from _names("day", day, _DAY, _DAY)
        yield from _form("day", day["date"], DAY)
        for edge in ("day_start", "day_end"):
            yield from _form(edge, day[edge], MOMENT)


_DAY = frozenset({"index", "date", "day_start", "day_end", "rooms"})


def _item_faults(said: dict[str, Any]) -> Iterator[str]:
    items = [item for day in said["days"] for room in day["rooms"].values() for item in room]
    known = {room["name"] for room in said["rooms"]}
    for item in items:
        yield from _names("event", item, EVENT_NEEDS, EVENT_MAY)
        for name, pattern in {
            "guid": UUID, "date": MOMENT, "end": MOMENT, "start": START, "duration": r"[0-9]+:[0-9]{2}",
            "slug": r"[a-z0-9_-]+[a-z0-9]", "url": WEB,
        }.items():  # fmt: skip
            yield from _form(name, item[name], pattern)
        if not (isinstance(item["id"], int) and item["id"] >= 1):
            yield f"id: {item['id']}"
        if item["room"] not in known:
            yield f"room: {item['room']}"
        for person in item["persons"]:
            yield from _person_faults(person)
    for name in ("guid", "id", "slug"):
        yield from _doubles(name, [item[name] for item in items])


def _person_faults(person: dict[str, Any]) -> Iterator[str]:
    """Exactly one of two forms: with `name`, or with `public_name` and `id`."""
    if ("name" in person) == ({"public_name", "id"} <= person.keys()):
        yield f"person: {sorted(person)}"
    yield from _form("person", person["guid"], UUID)


def faults_of_xml(raw: bytes) -> list[str]:
    schedule = ET.fromstring(raw)
    return [*_frame_faults(schedule), *_event_faults(schedule)]


def _frame_faults(schedule: ET.Element) -> Iterator[str]:
    if [child.tag for child in schedule][:3] != ["version", "conference", "day"]:
        yield "schedule: version, conference, and at least one day"
    yield from _form("acronym", schedule.findtext("conference/acronym"), r"[a-z0-9_-]{4,}")
    for day in schedule.iter("day"):
        yield from _form("date", day.get("date"), DAY)
        yield from _form("index", day.get("index"), r"[1-9][0-9]*")
        for edge in ("start", "end"):
            yield from _form(edge, day.get(edge), MOMENT)
    for room in schedule.iter("room"):
        if room.get("name") is not None:
            yield from _form("room", room.get("guid"), UUID)
    yield from _doubles("index", [day.get("index") for day in schedule.iter("day")])


def _event_faults(schedule: ET.Element) -> Iterator[str]:
    events = list(schedule.iter("event"))
    for event in events:
        for name, pattern in {
            "date": MOMENT, "start": r"[0-2][0-9]:[0-5][0-9]", "url": WEB,
            "duration": r"[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}:[0-9]{2}:[0-9]{1,2}",
            "slug": r"[a-z0-9_]{4,}-[a-z0-9\-_]{4,}",
        }.items():  # fmt: skip
            yield from _form(name, event.findtext(name), pattern)
        for name in ("room", "title", "type", "abstract", "track"):
            if event.find(name) is None:
                yield f"event without {name}"
        yield from _form("guid", event.get("guid"), UUID)
        yield from _form("id", event.get("id"), r"[1-9][0-9]*")
        for person in event.iter("person"):
            yield from _form("person", person.get("guid"), UUID)
            yield from _form("person", person.get("id"), r"[0-9]+")
    for name in ("guid", "id"):
        yield from _doubles(name, [event.get(name) for event in events])
    yield from _doubles("slug", [event.findtext("slug") for event in events])


def _names(of: str, said: dict[str, Any], needed: frozenset[str], allowed: frozenset[str]) -> Iterator[str]:
    if lacking := needed - said.keys():
        yield f"{of} lacks {sorted(lacking)}"
    if unknown := said.keys() - allowed:
        yield f"{of} has {sorted(unknown)}"


def _form(name: str, value: Any, pattern: str) -> Iterator[str]:
    if not (isinstance(value, str) and re.fullmatch(pattern, value)):
        yield f"{name}: {value!r}"


def _doubles(name: str, values: list[Any]) -> Iterator[str]:
    if double := [value for value, number in Counter(values).items() if number > 1]:
        yield f"{name} twice: {double[:3]}"
