"""An event's page: texts, times, hosts, speakers, agenda, places left."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event, EventHost, hosts_of
from events_app.events.models.panel import agenda_of, speakers_of
from events_app.events.models.where import moved_in, place_of, room_offers, venue_accessibility
from events_app.events.rules import Opening
from events_app.house import house_of
from events_app.i18n import current_language
from events_app.kept.pages import kept
from events_app.pictures.rules import faces_of, shown_of
from events_app.publishing import sharing
from events_app.publishing.pages.lists import host_views
from events_app.publishing.pages.pictures import colours_of
from events_app.web.responses import page
from events_app.web.site import site_of


async def event(request: Request) -> Response:
    async def render() -> Response:
        found = await Event.find_public(request.path_params["slug"])
        hosts = await hosts_of(found.id)
        context = await event_context(found, hosts, now=clock.now())
        shared = sharing.shared_of(found, hosts, place=context["place"], site=site_of(request))
        seats = await house_of(request).seats_of(found) if context["opening"] == Opening.OPEN else None
        if shared:
            context["share_links"] = sharing.share_links(found, place=context["place"], site=site_of(request))
        return page(request, "publishing/event.html", **context, shared=shared, seats=seats)

    return await kept(request, render, cache=house_of(request).page_cache, query="")


async def event_context(found: Event, hosts: Sequence[EventHost], *, now: datetime) -> dict[str, Any]:
    """What the event's page says; the desk's preview shows the same."""
    agenda = await agenda_of(found.id)
    return {
        "event": found,
        "hosts": host_views(hosts),
        "speakers": faces_of(await speakers_of(found.id)),
        "picture": shown_of(found.picture),
        "agenda": timed(agenda, found.starts),
        "opening": found.opening(now).value,
        "place": place_of(found),
        "room_offers": room_offers(found),
        "venue_accessibility": venue_accessibility(found),
        "moved": moved_in(found, current_language()),
        "colours_url": colours_of(hosts),
        "share_links": None,
    }


def timed(agenda: Sequence[Any], starts: datetime) -> list[tuple[datetime, Any]]:
    """Each agenda item with the moment it begins, one after the other from the start."""
    at, listed = starts.astimezone(UTC), []
    for item in agenda:
        listed.append((at.astimezone(starts.tzinfo), item))
        at = datetime.fromtimestamp(at.timestamp() + item.minutes * 60, UTC)
    return listed
