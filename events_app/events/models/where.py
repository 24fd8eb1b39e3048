"""Where an event is, in words; and what people are told of it, kept as it was said whenever that changes."""

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, Final
from uuid import UUID, uuid5

from tortoise import fields
from tortoise.models import Model

from events_app.directory.models import city_of
from events_app.events.models.event import Event
from events_app.events.rules import Mode
from events_app.folding import folded
from events_app.i18n import N_, choose, current_language, languages, ngettext, translate, use_language
from events_app.texts import Texts

Facts = Mapping[str, Any]
Way = tuple[str, str]
"""A language, and a way of taking part."""

PLACES = UUID("6b0f6f6e-54b4-4e0e-9f5b-3d4a7c1e2b90")
"""The namespace (RFC 9562, 5.5) of places that are only written, and of none."""


def room_id_of(found: Event) -> UUID:
    """The id of a room for ever and in every language: the chosen room's, else one made of the written place."""
    if not found.offers_in_person:
        return uuid5(PLACES, "online")
    if found.room_id:
        return found.room_id
    return uuid5(PLACES, folded(choose(found.place, languages()[0])))


def named_rooms(events: Iterable[Event]) -> dict[UUID, str]:
    """What to call the rooms of these events, no two alike: where a name is not enough, the building is said too."""
    first: dict[UUID, Event] = {}
    for each in events:
        first.setdefault(room_id_of(each), each)
    names = {key: room_name(each) for key, each in first.items()}
    often = Counter(names.values())
    names = {key: name if often[name] == 1 else _with_building(first[key]) for key, name in names.items()}
    said = Counter[str]()
    for key in sorted(names):
        said[names[key]] += 1
        if said[names[key]] > 1:
            names[key] = f"{names[key]} ({said[names[key]]})"
    return names


def _with_building(found: Event) -> str:
    return room_in_line(found, with_street=False) or choose(found.place) or room_name(found)


def room_name(found: Event) -> str:
    """The room as a schedule groups it: the chosen room, else the first part of the place, else 'Online'."""
    if found.offers_in_person and found.room_id and found.room:
        return choose(found.room.name)
    place = choose(found.place) if found.offers_in_person else ""
    return place.replace("،", ",").split(",")[0].strip() or translate("Online")


def place_of(event: Event, language: str | None = None) -> str:
    """The place as the organizer wrote it, else the chosen room and its venue (which were read with the event)."""
    if written := choose(event.place, language):
        return written
    with use_language(language or current_language()):
        return room_in_line(event, with_street=True)


def room_in_line(event: Event, *, with_street: bool) -> str:
    """The chosen room, its venue and city (which were read with the event) in the reader's language; '' without one."""
    room = event.room if event.room_id else None
    if room is None:
        return ""
    street = (room.venue.address,) if with_street else ()
    named = [choose(name) for name in (room.name, room.venue.name, *street)]
    city = city_of(room.venue)
    if _ends_with(named[-1], {city, room.venue.city}):
        city = ""
    return translate(", ").join(part for part in (*named, city) if part)


def _ends_with(written: str, cities: set[str]) -> bool:
    """Whether somebody wrote the city behind the street, so that it is not said twice."""
    *street, last = re.split(r"[,،\n]", written)
    return bool(street) and folded(last).strip() in {folded(city) for city in cities if city}


def room_offers(event: Event) -> list[str]:
    """What is known of the chosen room, for whoever has to get into it: step-free, so many seats."""
    if not event.offers_in_person or not event.room_id or event.room is None:
        return []
    said = [translate(N_("Step-free"))] if is_step_free(event) else []
    seats = event.room.seats
    return [*said, *([ngettext("%(num)d seat", "%(num)d seats", seats)] if seats else [])]


def is_step_free(event: Event) -> bool:
    """Whether people come to a room that is known to be reached without steps."""
    return bool(event.offers_in_person and event.room_id and event.room and event.room.step_free)


def venue_accessibility(event: Event) -> Texts:
    """What the venue says of its accessibility, where people can come to it."""
    comes = event.offers_in_person and event.room_id and event.room is not None
    return event.room.venue.accessibility if comes and event.room else {}


MATERIAL: Final = (
    "starts_wall", "ends_wall", "starts_fold", "ends_fold", "zone", "starts_at", "ends_at", "offered", "house",
    "all_day",
)  # fmt: skip
"""What people are asked again about when it changes. The instants count too: when a zone's rules change, the same wall
time is another moment. `house` is the place as typed, or the room's building."""
SMALL: Final = ("title", "summary", "room", "blocks_time")
"""What a calendar entry also says, and may change without asking: texts, and the room within the same building."""


class Telling(Model):
    """What people of one language and way of taking part were told of an event until it changed, in words.

    `number` is the event's `telling` that ended then; who heard that one, or an older one that said the same, holds
    these facts. `material`: what followed asked people again, so that the SEQUENCE of their entries grew with it.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    number = fields.IntField()
    language = fields.CharField(max_length=8)
    mode = fields.CharField(max_length=16)
    facts: dict[str, Any] = fields.JSONField()
    material = fields.BooleanField()

    class Meta:
        table = "telling"
        unique_together = (("event_id", "number", "language", "mode"),)


def told_to(event: Event, language: str, mode: str) -> dict[str, Any]:
    """What this event says, as it is now, to somebody who reads that language and takes part that way.

    Whoever takes part online is told no place. The room must have been read with the event.
    """
    comes = mode == Mode.IN_PERSON
    return {
        "starts_wall": event.starts_wall,
        "ends_wall": event.ends_wall,
        "starts_fold": event.starts_fold,
        "ends_fold": event.ends_fold,
        "zone": event.zone,
        "all_day": event.all_day,
        "blocks_time": event.takes_time,
        "starts_at": event.starts_at.astimezone(UTC).isoformat(),
        "ends_at": event.ends_at.astimezone(UTC).isoformat(),
        "offered": mode in event.modes,
        "house": _house_of(event, language) if comes else "",
        "room": _room_of(event, language) if comes else "",
        "place": place_of(event, language) if comes else "",
        "title": choose(event.title, language),
        "summary": choose(event.summary, language),
    }


def _house_of(event: Event, language: str) -> str:
    """The place as typed, else the venue by what was typed of it: how a city is called in a language may be learnt."""
    if written := choose(event.place, language):
        return written
    if not event.room_id or event.room is None:
        return ""
    venue = event.room.venue
    return " · ".join((choose(venue.name, language), choose(venue.address, language), venue.city))


def _room_of(event: Event, language: str) -> str:
    if choose(event.place, language) or not event.room_id or event.room is None:
        return ""
    return choose(event.room.name, language)


def told_to_all(event: Event) -> dict[Way, dict[str, Any]]:
    """What the event says now, to everybody: by language of the site, and way of taking part."""
    return {(code, mode.value): told_to(event, code, mode.value) for code in languages() for mode in Mode}


async def keep_what_was_told(event: Event, before: Mapping[Way, Facts]) -> bool:
    """Keep what was said where it is said no more, and count the telling; says whether anybody is to be asked again.

    before: what `told_to_all` said of the event before it was changed, under its claim. Saving it is the caller's.
    """
    now = told_to_all(event)
    ended = [
        Telling(
            event_id=event.id,
            number=event.telling,
            language=language,
            mode=mode,
            facts=facts,
            material=differs(facts, now[language, mode], MATERIAL),
        )
        for (language, mode), facts in before.items()
        if differs(facts, now[language, mode], (*MATERIAL, *SMALL))
    ]
    if not ended:
        return False
    await Telling.bulk_create(ended)
    event.telling += 1
    return any(each.material for each in ended)


def earlier_mark(event: Event) -> str:
    """A mark of when and where an event is, as versions up to 0006 kept it. What people hold, `Telling` says."""
    facts = (
        event.starts_wall, event.ends_wall, event.zone, event.starts_fold, event.ends_fold,
        event.starts_at.astimezone(UTC).isoformat(), event.ends_at.astimezone(UTC).isoformat(),
        sorted(event.place.items()), event.venue_key, event.offers_in_person, event.offers_online,
    )  # fmt: skip
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def announced_as(event: Event) -> dict[str, Any]:
    """What the public page needs to know of the last announcement; `announced` and `moved_from` hold such."""
    return {
        "starts_wall": event.starts_wall,
        "ends_wall": event.ends_wall,
        "starts_fold": event.starts_fold,
        "ends_fold": event.ends_fold,
        "zone": event.zone,
        "place": event.place,
        "houses": {code: _house_of(event, code) for code in languages()},
        "title": event.title,
    }


def moved_in(event: Event, language: str) -> str:
    """What a reader of that language sees to have moved since it was announced: 'time', 'place' or ''."""
    before = event.moved_from
    if not before:
        return ""
    if any(before[name] != getattr(event, name) for name in ("starts_wall", "zone")):
        return "time"
    houses = before.get("houses", {})
    was = houses[language] if language in houses else choose(before["place"], language)
    return "place" if event.offers_in_person and was != _house_of(event, language) else ""


def differs(before: Facts, now: Facts, names: Sequence[str]) -> bool:
    return any(before.get(name) != now.get(name) for name in names)


class Tellings:
    """All tellings of an event: what somebody holds who heard one of them last."""

    def __init__(self, event: Event, ended: Sequence[Telling]) -> None:
        self._event, self._ended = event, ended

    @staticmethod
    async def of(event: Event) -> "Tellings":
        return (await Tellings.of_many([event]))[event.id]

    @staticmethod
    async def of_many(events: Sequence[Event]) -> "dict[UUID, Tellings]":
        """Those of each of these events, in one question to the database."""
        ended: dict[UUID, list[Telling]] = {event.id: [] for event in events}
        for each in await Telling.filter(event_id__in=list(ended)).order_by("number"):
            ended[each.event_id].append(each)
        return {event.id: Tellings(event, ended[event.id]) for event in events}

    def held(self, language: str, mode: str, number: int) -> dict[str, Any]:
        """What they were told: the first that ended since, else what is said now."""
        since = self._since(language, mode, number)
        return since[0].facts if since else self.now(language, mode)

    def now(self, language: str, mode: str) -> dict[str, Any]:
        return told_to(self._event, language, mode)

    def changes(self, language: str, mode: str, number: int) -> int:
        """How often it has become another entry since (RFC 5546, 2.1.4)."""
        return sum(each.material for each in self._since(language, mode, number))

    def _since(self, language: str, mode: str, number: int) -> list[Telling]:
        # Who reads a language that the site has no more reads the site's first one.
        read = language if language in languages() else languages()[0]
        ended = (each for each in self._ended if (each.language, each.mode) == (read, mode))
        return [each for each in ended if each.number >= number]
