"""Where an event is, in words: the place as written, or the room and its venue."""

from events_app.directory.models import city_of
from events_app.events.models.event import Event
from events_app.i18n import choose, current_language, translate, use_language


def room_name(found: Event) -> str:
    """The room as a schedule groups it: the chosen room, else the first part of the place, else 'Online'."""
    if found.room_id and found.room:
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
