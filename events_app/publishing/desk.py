"""The desk's look at a page before the public sees it."""

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event, hosts_of
from events_app.publishing.pages.event import event_context
from events_app.web.responses import page


async def preview(request: Request) -> Response:
    """The public page as it will look, draft or not."""
    event = await Event.find_any(request.path_params["event_id"])
    context = await event_context(event, await hosts_of(event.id), now=clock.now())
    return page(request, "publishing/event.html", **{**context, "is_preview": True})
