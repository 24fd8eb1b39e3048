"""What all feeds have in common: kept bytes, a mark by which a client knows its copy, text that XML can hold."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event
from events_app.house import house_of
from events_app.i18n import current_language
from events_app.kept.pages import kept
from events_app.texts import for_xml, with_line_feeds
from events_app.web.responses import etag_of, has_copy

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


MOST_VERSIONS = 2_000

_versions: dict[tuple[str, str, str], tuple[str, datetime]] = {}
"""Of each feed's bytes the mark, and since when they are so. It begins anew with the process: then they are asked for
once more, and no copy is ever called present that is not."""


async def answer(request: Request, write: Callable[[Request], Awaitable[Response]]) -> Response:
    """The kept bytes, or 304 when the client's copy is the present one (RFC 9110, 13.1.2 and 13.1.3)."""

    async def render() -> Response:
        response = await write(request)
        asked = request.url.path, request.url.query, current_language()
        since = _since(asked, response.headers["etag"], now=clock.now())
        response.headers["Last-Modified"] = format_datetime(since, usegmt=True)
        return response

    response = await kept(request, render, cache=house_of(request).page_cache)
    return _not_modified(request, response)


def _since(asked: tuple[str, str, str], etag: str, *, now: datetime) -> datetime:
    """Since when these are the bytes, to the second. When an event changed says too little: a withdrawn one has left no
    trace, and a host's new name is no event's change."""
    before = _versions.get(asked)
    if before and before[0] == etag:
        return before[1]
    since = now.replace(microsecond=0)
    if before:
        since = max(since, before[1] + timedelta(seconds=1))
    if len(_versions) >= MOST_VERSIONS:
        _versions.clear()
    _versions[asked] = (etag, since)
    return since


def _not_modified(request: Request, response: Response) -> Response:
    if not (has_copy(request, response.headers.get("etag", "")) or _has_one_as_new(request, response)):
        return response
    names = ("etag", "last-modified", "cache-control")
    return Response(status_code=304, headers={name: response.headers[name] for name in names})


def _has_one_as_new(request: Request, response: Response) -> bool:
    """If-Modified-Since counts only without If-None-Match, and only where it is a date that has come."""
    if "if-none-match" in request.headers or "last-modified" not in response.headers:
        return False
    try:
        held = parsedate_to_datetime(request.headers.get("if-modified-since", "")[:60])
        since = parsedate_to_datetime(response.headers["last-modified"])
        return since <= held <= max(clock.now(), since)
    except (TypeError, ValueError):
        return False


def feed_response(content: bytes, media_type: str, *, name: str) -> Response:
    headers = {
        "ETag": etag_of(content),
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    return Response(content, media_type=media_type, headers=headers)


def last_change(events: Sequence[Event]) -> datetime:
    return max((each.changed_at for each in events), default=LONG_AGO)


def add_text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = for_xml(with_line_feeds(text))
