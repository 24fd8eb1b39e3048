"""What goes with the public pages: share pictures, logos, and an organization's colours."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from events_app.directory.models import Logo, Organization
from events_app.errors import NoSuchPage
from events_app.events.models.event import Event, EventHost, hosts_of
from events_app.events.models.where import place_of
from events_app.offload.refusals import Undone
from events_app.publishing import cards, sharing
from events_app.web.responses import etag_of, has_copy


async def card(request: Request) -> Response:
    """The picture for places where the event's link is shared, in the language of `?lang=`."""
    found = await Event.find_public(request.path_params["slug"])
    if not sharing.has_card(found):
        raise NoSuchPage()
    drawn = sharing.card_of(found, await hosts_of(found.id), place=place_of(found))
    headers = {"ETag": etag_of(repr(drawn).encode()), "Cache-Control": "public, max-age=3600"}
    if has_copy(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    try:
        picture = await cards.picture_of(drawn)
    except Undone:
        raise NoSuchPage() from None
    return Response(picture, media_type="image/png", headers=headers)


def colours_of(hosts: Sequence[EventHost]) -> str:
    """The address of the first host's colours; "" where it has none."""
    first = hosts[0].organization if hosts else None
    return f"/organizations/{first.slug}/colours.css" if first and first.colour else ""


async def logo(request: Request) -> Response:
    found = await Organization.find_by_slug(request.path_params["slug"])
    drawn = await Logo.get_or_none(organization_id=found.id)
    if drawn is None:
        raise NoSuchPage()
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(bytes(drawn.picture), media_type=found.logo_type, headers=headers)


async def colours(request: Request) -> Response:
    """An organization's two colours as a stylesheet of their own: the content policy forbids inline styles."""
    found = await Organization.find_by_slug(request.path_params["slug"])
    lines = [f"--brand: {found.colour};"] if found.colour else []
    lines += [f"--brand-second: {found.second_colour};"] if found.second_colour else []
    sheet = "@layer brand { :root { " + " ".join(lines) + " } }\n"
    return Response(sheet, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})
