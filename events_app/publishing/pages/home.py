"""The home page: what is coming."""

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.conferences.models import Conference
from events_app.events.models.event import Event
from events_app.house import house_of
from events_app.kept.pages import kept
from events_app.publishing.pages.lists import (
    by_day,
    gathering_of,
    hosts_by_event,
    short_places,
    taken_in,
    zone_of_all,
)
from events_app.web.responses import page


async def home(request: Request) -> Response:
    async def render() -> Response:
        now = clock.now()
        events = await Event.coming(now)
        conferences = await Conference.filter(ends_on__gte=now.date()).order_by("starts_on").limit(20)
        hosts = await hosts_by_event(events)
        return page(
            request,
            "publishing/home.html",
            days=by_day(events),
            gatherings=[gathering_of(each, events, hosts) for each in conferences],
            hosts=hosts,
            places=short_places(events),
            zone=zone_of_all(events),
            taken=await taken_in(events, now=now, full_of=house_of(request).full_of),
        )

    return await kept(request, render, cache=house_of(request).page_cache, query="")
