"""The desk's page on what goes wrong by itself."""

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event
from events_app.health.models import gathered
from events_app.health.rules import HELP, NAMES
from events_app.house import house_of
from events_app.turn import silent_minutes
from events_app.web.responses import page


async def show(request: Request) -> Response:
    """What is in trouble and since when, and whether anybody works."""
    house = house_of(request)
    troubles = await gathered()
    ids = [each.event_id for each in troubles if each.event_id]
    events = {event.id: event for event in await Event.filter(id__in=ids).only("id", "title")}
    return page(
        request,
        "health/health.html",
        troubles=troubles,
        events=events,
        names=NAMES,
        help=HELP,
        is_worked=await house.is_worked(),
        silent=await silent_minutes(clock.now()),
        is_full=not house.has_room(),
    )
