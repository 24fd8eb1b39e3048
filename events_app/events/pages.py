"""What everybody sees of events: the home page, conferences, the event itself, and their calendars."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.events import cards, sharing
from events_app.events.models import (
    Conference,
    Event,
    EventHost,
    NoSuchPage,
    Organization,
    agenda_of,
    hosts_of,
    hosts_of_many,
    place_of,
    room_in_line,
    room_name,
    speakers_of,
)
from events_app.events.rules import Door, Status, Visibility
from events_app.i18n import choose, current_language
from events_app.kept.page_cache import PageCache, Render
from events_app.web.responses import (
    etag_of,
    flash_of,
    has_copy,
    is_page,
    nobody_in_particular,
    page,
    with_flash,
)
from events_app.web.site import site_of


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


async def home(request: Request) -> Response:
    async def render() -> Response:
        events = await Event.coming(clock.now())
        conferences = await Conference.filter(ends_on__gte=clock.now().date()).order_by("starts_on").limit(20)
        return page(
            request,
            "events/home.html",
            days=by_day(events),
            conferences=conferences,
            hosts=await hosts_by_event(events),
            places=short_places(events),
            zone=zone_of_all(events),
        )

    return await kept(request, render)


async def conference(request: Request) -> Response:
    async def render() -> Response:
        found = await Conference.find_by_slug(request.path_params["slug"])
        events = await programme_of(found)
        days = by_day(events)
        return page(
            request,
            "events/conference.html",
            conference=found,
            days=days,
            grids={grid.day: grid for grid in grids_of(days)},
            by_room=request.query_params.get("view") == "rooms",
            number=len(events),
            hosts=await hosts_by_event(events),
            places=short_places(events),
            zone=found.zone,
        )

    return await kept(request, render)


async def event(request: Request) -> Response:
    async def render() -> Response:
        found = await Event.find_public(request.path_params["slug"])
        hosts = await hosts_of(found.id)
        context = await event_context(found, hosts, now=clock.now())
        shared = sharing.shared_of(found, hosts, place=context["place"], site=site_of(request))
        seats = await request.app.state.seats_of(found) if context["door"] == Door.OPEN else None
        return page(request, "events/event.html", **context, shared=shared, seats=seats)

    return await kept(request, render)


async def card(request: Request) -> Response:
    """The picture for places where the event's link is shared, in the language of `?lang=`."""
    found = await Event.find_public(request.path_params["slug"])
    if not sharing.has_card(found):
        raise NoSuchPage()
    drawn = sharing.card_of(found, await hosts_of(found.id), place=place_of(found))
    headers = {"ETag": etag_of(repr(drawn).encode()), "Cache-Control": "public, max-age=3600"}
    if has_copy(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(await asyncio.to_thread(cards.draw, drawn), media_type="image/png", headers=headers)


async def event_context(found: Event, hosts: Sequence[EventHost], *, now: datetime) -> dict[str, Any]:
    """What the event's page says; the desk's preview shows the same."""
    agenda = await agenda_of(found.id)
    return {
        "event": found,
        "hosts": host_views(hosts),
        "speakers": await speakers_of(found.id),
        "agenda": timed(agenda, found.starts),
        "door": found.door(now).value,
        "place": place_of(found),
        "colours_url": colours_of(hosts),
    }


def colours_of(hosts: Sequence[EventHost]) -> str:
    """The address of the first host's colours; "" where it has none."""
    first = hosts[0].organization if hosts else None
    return f"/organizations/{first.slug}/colours.css" if first and first.colour else ""


def timed(agenda: Sequence[Any], starts: datetime) -> list[tuple[datetime, Any]]:
    """Each agenda item with the moment it begins, one after the other from the start."""
    at, listed = starts.astimezone(UTC), []
    for item in agenda:
        listed.append((at.astimezone(starts.tzinfo), item))
        at = datetime.fromtimestamp(at.timestamp() + item.minutes * 60, UTC)
    return listed


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


@dataclass(frozen=True)
class Cell:
    """What begins in a room at one time, and over how many rows of the table it lasts."""

    events: Sequence[Event]
    rows: int


@dataclass(frozen=True)
class Grid:
    """A day as a table, for wide screens: one column a room, one row for each time something begins.

    A row leaves out the cells into which an earlier one reaches."""

    day: date
    rooms: Sequence[str]
    rows: Sequence[tuple[datetime, Sequence[Cell]]]


def grids_of(days: Sequence[tuple[date, list[Event]]]) -> list[Grid]:
    """The days that a table helps with: two rooms or more, and three events or more."""
    made = []
    for day, events in days:
        in_rooms: dict[str, list[Event]] = defaultdict(list)
        for each in events:
            in_rooms[room_name(each)].append(each)
        if len(in_rooms) >= 2 and len(events) >= 3:
            made.append(Grid(day, list(in_rooms), _grid_rows(list(in_rooms.values()))))
    return made


def _grid_rows(rooms: Sequence[Sequence[Event]]) -> list[tuple[datetime, Sequence[Cell]]]:
    starts = sorted({each.starts for events in rooms for each in events})
    cells: dict[datetime, list[Cell]] = {start: [] for start in starts}
    for events in rooms:
        begins = {each.starts for each in events}
        at = 0
        while at < len(starts):
            here = [each for each in events if each.starts == starts[at]]
            ends = max((each.ends for each in here), default=starts[at])
            rows = 1
            while at + rows < len(starts) and starts[at + rows] < ends and starts[at + rows] not in begins:
                rows += 1
            cells[starts[at]].append(Cell(here, rows))
            at += rows
    return list(cells.items())


async def hosts_by_event(events: Sequence[Event]) -> dict[Any, list[HostView]]:
    """The hosts of many events, as pages show them."""
    return {event_id: host_views(hosts) for event_id, hosts in (await hosts_of_many(events)).items()}


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


async def logo(request: Request) -> Response:
    found = await Organization.find_by_slug(request.path_params["slug"])
    if not found.logo:
        raise NoSuchPage()
    return Response(
        bytes(found.logo), media_type=found.logo_type, headers={"Cache-Control": "public, max-age=86400"}
    )


async def colours(request: Request) -> Response:
    """An organization's two colours as a stylesheet of their own: the content policy forbids inline styles."""
    found = await Organization.find_by_slug(request.path_params["slug"])
    lines = [f"--brand: {found.colour};"] if found.colour else []
    lines += [f"--brand-second: {found.second_colour};"] if found.second_colour else []
    sheet = "@layer brand { :root { " + " ".join(lines) + " } }\n"
    return Response(sheet, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


async def kept(request: Request, render: Render) -> Response:
    """The page from memory if it is still true; a sentence for this reader alone is put into a copy."""
    pages: PageCache = request.app.state.kept_pages
    # As they were asked for: a URL put together of them lacks line ends, and would be another page's.
    asked = request.scope["path"], request.scope["query_string"].decode("latin-1")
    key, now = (*asked, current_language()), time.monotonic()
    flash = flash_of(request)
    if not flash:
        return await pages.get(request, key, render, now=now)
    with nobody_in_particular(request):
        found = await pages.page(key, render, now=now)
    plain = found if isinstance(found, Response) else found.plain
    return with_flash(plain, flash) if is_page(plain) else plain


routes = [
    Route("/", home, name="home"),
    Route("/conferences/{slug}", conference),
    Route("/events/{slug}/card.png", card),
    Route("/events/{slug}", event),
    Route("/organizations/{slug}/logo", logo),
    Route("/organizations/{slug}/colours.css", colours),
]
