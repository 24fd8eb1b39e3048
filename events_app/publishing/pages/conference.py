"""A conference's page: its programme by day, and room by room."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.conferences.models import Conference
from events_app.events.models.event import Event, programme_of
from events_app.events.models.where import named_rooms, room_id_of
from events_app.events.rules import Status
from events_app.house import house_of
from events_app.kept.pages import kept
from events_app.pictures.rules import shown_of
from events_app.publishing.pages.filters import ROOMS, chosen_of, query_of, wish_of
from events_app.publishing.pages.lists import by_day, gathering_of, hosts_by_event, short_places, taken_in
from events_app.web.responses import page, see_other


async def conference(request: Request) -> Response:
    wish, by_room = wish_of(request.query_params), request.query_params.get("view") == ROOMS

    async def render() -> Response:
        found = await Conference.find_by_slug(request.path_params["slug"])
        events, now, path = await programme_of(found), clock.now(), f"/conferences/{found.slug}"
        taken = await taken_in(events, now=now, full_of=house_of(request).full_of)
        chosen = chosen_of(events, wish, taken=taken, now=now, page=path, by_room=by_room)
        if not chosen.is_known:  # a theme that was renamed, or what somebody made up: no page is made of it
            return see_other(f"{path}?view={ROOMS}" if by_room else path)
        days, hosts = by_day(chosen.events), await hosts_by_event(events)
        context: dict[str, Any] = {
            "conference": found,
            "gathering": gathering_of(found, events, hosts),
            "chosen": chosen,
            "days": days,
            "grids": {grid.day: grid for grid in grids_of(days)},
            "views": [f"{path}?{query_of(wish, by_room=rooms)}".rstrip("?") for rooms in (False, True)],
            "by_room": by_room,
            "number": len(events),
            "hosts": hosts,
            "places": short_places(events),
            "zone": found.zone,
            "taken": taken,
            "picture": shown_of(found.picture),
        }
        return page(request, "publishing/conference.html", **context)

    if len(wish) > 1:  # of several together there may be thousands: each is made anew
        return await render()
    return await kept(
        request, render, cache=house_of(request).page_cache, query=query_of(wish, by_room=by_room)
    )


@dataclass(frozen=True)
class GridCell:
    """What begins in a room at one time, and over how many rows of the table it lasts."""

    events: Sequence[Event]
    rows: int


@dataclass(frozen=True)
class Grid:
    """A day as a table, for wide screens: one column a room, one row for each time something begins.

    A row leaves out the cells into which an earlier one reaches. `booked_twice`: the ids of events that share their
    room with another one at some time; a column alone would show them one after the other."""

    day: date
    rooms: Sequence[str]
    rows: Sequence[tuple[datetime, Sequence[GridCell]]]
    booked_twice: frozenset[UUID] = frozenset()


def grids_of(days: Sequence[tuple[date, list[Event]]]) -> list[Grid]:
    """The days that a table helps with: two rooms or more, and three events or more."""
    made = []
    for day, events in days:
        names, in_rooms = named_rooms(events), defaultdict[UUID, list[Event]](list)
        for each in events:
            in_rooms[room_id_of(each)].append(each)
        if len(in_rooms) >= 2 and len(events) >= 3:
            rooms, listed = [names[key] for key in in_rooms], list(in_rooms.values())
            twice = frozenset(found for each in listed for found in _booked_twice(each))
            made.append(Grid(day, rooms, _grid_rows(listed), twice))
    return made


def _booked_twice(events: Sequence[Event]) -> Iterator[UUID]:
    """Online there is room for all; what is cancelled takes none."""
    held = [each for each in events if each.offers_in_person and each.status == Status.PUBLISHED]
    for one, other in combinations(held, 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            yield from (one.id, other.id)


def _grid_rows(rooms: Sequence[Sequence[Event]]) -> list[tuple[datetime, Sequence[GridCell]]]:
    starts = sorted({each.starts for events in rooms for each in events})
    cells: dict[datetime, list[GridCell]] = {start: [] for start in starts}
    for events in rooms:
        begins = {each.starts for each in events}
        at = 0
        while at < len(starts):
            here = [each for each in events if each.starts == starts[at]]
            ends = max((each.ends for each in here), default=starts[at])
            rows = 1
            while at + rows < len(starts) and starts[at + rows] < ends and starts[at + rows] not in begins:
                rows += 1
            cells[starts[at]].append(GridCell(here, rows))
            at += rows
    return list(cells.items())
