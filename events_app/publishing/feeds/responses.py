"""What all feeds have in common: kept bytes, a mark by which a client knows its copy, text that XML can hold."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.house import house_of
from events_app.kept.pages import kept
from events_app.texts import for_xml, with_line_feeds
from events_app.web.responses import etag_of, has_copy

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def answer(request: Request, write: Callable[[Request], Awaitable[Response]]) -> Response:
    """The kept bytes, or 304 when the client's copy is the present one (RFC 9110, 13.1.2)."""

    async def render() -> Response:
        return await write(request)

    response = await kept(request, render, cache=house_of(request).page_cache)
    return _not_modified(request, response)


def _not_modified(request: Request, response: Response) -> Response:
    etag = response.headers.get("etag", "")
    if not has_copy(request, etag):
        return response
    names = ("etag", "last-modified", "cache-control")
    return Response(status_code=304, headers={name: response.headers[name] for name in names})


def feed_response(content: bytes, media_type: str, *, name: str, changed: datetime) -> Response:
    headers = {
        "ETag": etag_of(content),
        "Last-Modified": changed.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    return Response(content, media_type=media_type, headers=headers)


def last_change(events: Sequence[Event]) -> datetime:
    return max((each.changed_at for each in events), default=LONG_AGO)


def add_text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = for_xml(with_line_feeds(text))
