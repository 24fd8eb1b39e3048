"""Events as lists show them: by day, with hosts and short places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from events_app.events.models.event import Event, EventHost, hosts_of_many
from events_app.events.models.where import room_in_line
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
