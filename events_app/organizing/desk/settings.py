"""The page of settings: links, with a line each. The team will stand here too, once there are rights to choose."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.house import house_of
from events_app.web.responses import page


async def show(request: Request) -> Response:
    needs_attention = await house_of(request).is_in_trouble()
    return page(request, "organizing/settings.html", needs_attention=needs_attention)
