"""A picture under the mark of its content: it may be kept for ever, because another one has another address."""

import re

from starlette.requests import Request
from starlette.responses import Response

from events_app.accounts.guard import is_organizer
from events_app.errors import NoSuchPage
from events_app.pictures.models import find_picture
from events_app.pictures.rules import COVER

MARK = re.compile(r"[0-9a-f]{32}", re.ASCII)


async def picture(request: Request) -> Response:
    """What belongs only to drafts is for organizers; to others it is as if it were not there."""
    mark, width = request.path_params["mark"], request.path_params["width"]
    found = await find_picture(mark, width) if MARK.fullmatch(mark) and width <= COVER[-1][0] else None
    if found is None:
        raise NoSuchPage()
    content, is_public = found
    if not is_public and not await is_organizer(request):
        raise NoSuchPage()
    kept = "public, max-age=31536000, immutable" if is_public else "private, no-store"
    return Response(content, media_type="image/webp", headers={"Cache-Control": kept})
