"""Coming events, and a conference's, as Atom feeds (RFC 4287)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.conferences.models import Conference
from events_app.events.models.event import Event, programme_of
from events_app.i18n import choose, current_language
from events_app.publishing.feeds.responses import add_text, answer, feed_response, last_change
from events_app.texts import for_xml
from events_app.web.site import site_of

ATOM_TYPE = "application/atom+xml; charset=utf-8"
ATOM = "http://www.w3.org/2005/Atom"


async def conference_atom(request: Request) -> Response:
    return await answer(request, _conference_atom)


async def all_atom(request: Request) -> Response:
    """Every coming public event as an Atom feed (RFC 4287)."""
    return await answer(request, _all_atom)


async def _conference_atom(request: Request) -> Response:
    found = await Conference.find_by_slug(request.path_params["slug"])
    path, name = f"/conferences/{found.slug}", choose(found.name)
    return _atom(request, await programme_of(found), path=path, name=name)


async def _all_atom(request: Request) -> Response:
    return _atom(request, await Event.coming(clock.now()), path="/", name=site_of(request).name())


def _atom(request: Request, events: Sequence[Event], *, path: str, name: str) -> Response:
    site, changed = site_of(request), last_change(events)
    source = f"{path.rstrip('/') or '/events'}.atom"
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": current_language()})
    add_text(root, "id", site.url(source))
    add_text(root, "title", name)
    add_text(root, "updated", _atom_time(changed))
    ET.SubElement(root, "link", rel="self", href=site.url(f"{source}?lang={current_language()}"))
    ET.SubElement(root, "link", rel="alternate", href=site.url(path))
    author = ET.SubElement(root, "author")
    add_text(author, "name", site.name())
    for each in sorted(events, key=lambda one: (one.changed_at, one.slug), reverse=True)[:200]:
        entry = ET.SubElement(root, "entry")
        add_text(entry, "id", f"urn:uuid:{each.id}")
        add_text(entry, "title", choose(each.title))
        add_text(entry, "published", _atom_time(each.created_at))
        add_text(entry, "updated", _atom_time(each.changed_at))
        ET.SubElement(entry, "link", rel="alternate", href=site.url(f"/events/{each.slug}"))
        add_text(entry, "summary", choose(each.summary) or choose(each.title))
        if track := choose(each.track):
            ET.SubElement(entry, "category", term=for_xml(track))
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return feed_response(content, ATOM_TYPE, name=source.rsplit("/", 1)[-1])


def _atom_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
