"""What the example says, read from the two files beside this one, in the words of the rooms that are to have it."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from events_app.calendar.zones import instant
from events_app.events.rules import (
    AgendaFacts,
    EventFacts,
    HostFacts,
    HostRole,
    ProgrammeFacts,
    SpeakerFacts,
    SpeakerRole,
)

ZONE: Final = "Europe/Brussels"


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


PROGRAMME: Final = _read("programme.toml")
PEOPLE: Final[Sequence[Mapping[str, Any]]] = _read("people.toml")["people"]


def event_facts(
    said: Mapping[str, Any], *, day: date, conference_id: UUID | None, rooms: Mapping[str, UUID]
) -> EventFacts:
    """An event as an organizer would say it, on that day in Brussels."""
    online, in_person = "seats_online" in said or "online" in said, "online" not in said
    return EventFacts(
        slug=said["slug"],
        **{name: said.get(name, {}) for name in ("title", "summary", "description", "place", "track")},
        **{name: said.get(name, {}) for name in ("interpretation", "accessibility", "consent")},
        **_times(day, said["start"], said["end"]),
        starts_fold=0,
        ends_fold=0,
        zone=ZONE,
        conference_id=conference_id,
        room_id=rooms.get(said.get("room", "")),
        languages=["en", "ar"],
        offers_in_person=in_person,
        offers_online=online,
        capacity_in_person=said.get("seats") if in_person else None,
        capacity_online=said.get("seats_online"),
        needs_approval=said.get("needs_approval", False),
        join_link=said.get("join_link", ""),
    )


def _times(day: date, start: str, end: str) -> dict[str, Any]:
    walls = {"starts": f"{day}T{start}", "ends": f"{day}T{end}"}
    return {f"{name}_wall": wall for name, wall in walls.items()} | {
        f"{name}_at": instant(datetime.fromisoformat(wall), ZONE, 0).astimezone(UTC)
        for name, wall in walls.items()
    }


def host_facts(said: Mapping[str, Any], organizations: Mapping[str, UUID]) -> list[HostFacts]:
    """The first holds the event, the others hold it with them."""
    first, *others = said["hosts"]
    return [
        HostFacts(str(organizations[first]), HostRole.HOST.value),
        *(HostFacts(str(organizations[each]), HostRole.CO_HOST.value) for each in others),
    ]


def programme_facts(said: Mapping[str, Any], hosts: Sequence[HostFacts]) -> ProgrammeFacts:
    speakers = [
        SpeakerFacts(
            each["name"], each["about"], each.get("role", SpeakerRole.SPEAKER.value), each["confirmed"]
        )
        for each in said.get("speakers", ())
    ]
    return ProgrammeFacts(
        hosts, speakers, [AgendaFacts(each["title"], each["minutes"]) for each in said.get("agenda", ())]
    )
