"""What a new event can take from the house: its conferences, rooms and hosts, and the zone it begins in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from events_app.conferences.models import Conference
from events_app.directory.models import Organization, Room, Venue
from events_app.events.models.event import Event
from events_app.i18n import choose

LATEST, CONFERENCE, VENUE = "latest", "conference", "venue"


@dataclass(frozen=True)
class Around:
    """What there is. `zone_from` says what the proposed zone was taken from; '' where there is none."""

    hosts: Sequence[Organization]
    conferences: Sequence[Conference]
    rooms: Sequence[Room]
    zone: str
    zone_from: str

    def conference(self, typed: str | None) -> Conference | None:
        return next((each for each in self.conferences if str(each.id) == typed), None)

    def room(self, typed: str | None) -> Room | None:
        return next((each for each in self.rooms if str(each.id) == typed), None)

    def zone_there(self, room: str | None, conference: str | None) -> str:
        """The zone of a chosen room, else of a chosen conference."""
        if chosen := self.room(room):
            return chosen.venue.zone
        gathering = self.conference(conference)
        return gathering.zone if gathering else ""

    def first_day(self, conference: str | None) -> date | None:
        chosen = self.conference(conference)
        return chosen.starts_on if chosen else None


async def look_around(*, conference: str = "") -> Around:
    """`conference`: the one that the new event is to be part of; its zone is then proposed before any other."""
    conferences = await Conference.all().order_by("-starts_on")
    chosen = next((each for each in conferences if str(each.id) == conference), None)
    zone, source = await _zone()
    return Around(
        hosts=await hosts_of_the_house(),
        conferences=conferences,
        rooms=await Room.all().select_related("venue"),
        zone=chosen.zone if chosen else zone,
        zone_from=CONFERENCE if chosen else source,
    )


async def hosts_of_the_house() -> list[Organization]:
    """Ours before others; a new event is held by the first."""
    return sorted(await Organization.all(), key=lambda each: (not each.ours, choose(each.name)))


async def _zone() -> tuple[str, str]:
    if latest := await Event.all().order_by("-created_at").first():
        return latest.zone, LATEST
    venue = await Venue.all().order_by("id").first()
    return (venue.zone, VENUE) if venue else ("", "")


def id_in(text: str | None) -> str:
    """The id that an address names, as it is written here; '' where it names none."""
    try:
        return str(uuid.UUID(text or ""))
    except ValueError:
        return ""
