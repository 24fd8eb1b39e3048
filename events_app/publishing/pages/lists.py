"""Events as lists show them: by day, with hosts and short places."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from events_app.conferences.models import Conference
from events_app.directory.models import city_of
from events_app.events.models.event import Event, EventHost, hosts_of_many
from events_app.events.models.where import room_in_line
from events_app.events.rules import Opening, ShowsPlaces
from events_app.handed import FullOf
from events_app.i18n import choose


@dataclass(frozen=True)
class HostView:
    """An organization as pages show it."""

    name: str
    role: str
    url: str
    logo: str


def host_views(hosts: Sequence[EventHost]) -> list[HostView]:
    return [
        HostView(
            name=choose(host.organization.name),
            role=host.role,
            url=host.organization.link,
            logo=f"/organizations/{host.organization.slug}/logo" if host.organization.logo_type else "",
        )
        for host in hosts
    ]


def by_day(events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    """Events grouped by the day on their own wall, in order."""
    days: dict[date, list[Event]] = defaultdict(list)
    for found in sorted(events, key=lambda each: (each.starts_wall, each.slug)):
        days[found.starts.date()].append(found)
    return sorted(days.items())


def short_places(events: Sequence[Event]) -> dict[Any, str]:
    """Where each event is, in a line of a list: room, venue and city without the street, or what organizers wrote."""
    return {found.id: room_in_line(found, with_street=False) or choose(found.place) for found in events}


def zone_of_all(events: Sequence[Event]) -> str:
    """The zone on whose clock all of them are; "" where there are several, so that each must say its own."""
    zones = {found.zone for found in events}
    return zones.pop() if len(zones) == 1 else ""


async def hosts_by_event(events: Sequence[Event]) -> dict[Any, list[HostView]]:
    """The hosts of many events, as pages show them."""
    return {event_id: host_views(hosts) for event_id, hosts in (await hosts_of_many(events)).items()}


@dataclass(frozen=True)
class Taken:
    """What a list says of an event's seats: all are taken, or those of some ways of taking part."""

    all: bool
    modes: Collection[str]


async def taken_in(events: Sequence[Event], *, now: datetime, full_of: FullOf) -> dict[UUID, Taken]:
    """Of events that one can register for, those with no seat left in a way of taking part. An event that hides its
    seats is never among them: lists tell no more of it than its organizers want (docs/safety.md)."""
    asked = [
        event
        for event in events
        if event.shows_places != ShowsPlaces.HIDDEN and event.opening(now) == Opening.OPEN
    ]
    full = await full_of(asked)
    return {
        event.id: Taken(set(event.modes) <= set(full[event.id]), full[event.id])
        for event in asked
        if event.id in full
    }


@dataclass(frozen=True)
class Gathering:
    """A conference as it is seen from its events: how many they are, over how many days, who holds them and in which
    cities."""

    conference: Conference
    events: int
    days: int
    hosts: Sequence[HostView]
    cities: Sequence[str]


def gathering_of(
    conference: Conference, events: Sequence[Event], hosts: Mapping[UUID, Sequence[HostView]]
) -> Gathering:
    """Of these events those of the conference. Hosts come in the order in which their first events do, those with a
    logo before the others."""
    ours = [event for event in events if event.conference_id == conference.id]
    held = {host.name: host for event in ours for host in hosts[event.id]}
    places = [event.room.venue for event in ours if event.offers_in_person and event.room]
    return Gathering(
        conference,
        events=len(ours),
        days=len({event.starts.date() for event in ours}),
        hosts=sorted(held.values(), key=lambda host: not host.logo),
        cities=list(dict.fromkeys(filter(None, map(city_of, places)))),
    )
