"""The page of settings: links, with a line each. The team will stand here too, once there are rights to choose."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.health.models import is_anything_wrong
from events_app.house import house_of
from events_app.web.responses import page


async def show(request: Request) -> Response:
    needs_attention = await is_anything_wrong() or not await house_of(request).is_worked()
    return page(request, "organizing/settings.html", needs_attention=needs_attention)
