"""The day of an event and what comes after it: the list to print, what is left to do, the deletion day.

The door and the report will be sections beside this page (see events_app/wayfinding.py).
"""

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event
from events_app.house import house_of
from events_app.people.counts import count_registrations
from events_app.web.responses import page


async def show(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    return page(
        request,
        "organizing/day.html",
        event=event,
        counts=(await count_registrations([event.id])).get(event.id, {}),
        letters=await house_of(request).count_letters(event.id),
        now=clock.now(),
    )
