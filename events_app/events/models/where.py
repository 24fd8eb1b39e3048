"""Where an event is: in words, beside which conference, and what of the directory is used by events."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID, uuid5

from tortoise.expressions import Q

from events_app.conferences.models import Conference
from events_app.directory.models import city_of
from events_app.events.models.event import Event, EventHost
from events_app.events.rules import Status, Visibility
from events_app.folding import folded
from events_app.i18n import choose, current_language, languages, translate, use_language

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
    named = (choose(name) for name in (room.name, room.venue.name, *street))
    return translate(", ").join(part for part in (*named, city_of(room.venue)) if part)


async def programme_of(found: Conference) -> list[Event]:
    """Every public event beside a conference, past ones too, in order."""
    return await (
        Event.filter(
            conference_id=found.id,
            visibility=Visibility.PUBLIC,
            status__in=[Status.PUBLISHED, Status.CANCELLED],
        )
        .order_by("starts_at", "id")
        .select_related("conference", "room__venue")
        .limit(2000)
    )


async def is_used(row_id: UUID) -> bool:
    """Whether any event names this room, venue, conference or organization (app.py hands this down)."""
    named = Q(room_id=row_id) | Q(room__venue_id=row_id) | Q(conference_id=row_id)
    return await Event.filter(named).exists() or await EventHost.filter(organization_id=row_id).exists()
