"""Calendar feeds: an event and a conference's programme as iCalendar, by language, theme and host.

One permanent id feeds them, the schedules and Atom: the event's UUID is the calendar's UID, the schedule's guid and
Atom's id.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events_app.calendar import feed, itip
from events_app.calendar.entry import Entry
from events_app.conferences.models import Conference
from events_app.events.models.event import Event, EventHost, hosts_of, hosts_of_many, programme_of
from events_app.events.models.where import place_of
from events_app.events.rules import Status, Visibility
from events_app.i18n import N_, choose, current_language, translate
from events_app.publishing.feeds.responses import answer, feed_response
from events_app.web.responses import CALENDAR_TYPE, download
from events_app.web.site import Site, site_of

MOST_PIECES = 20_000

_pieces: dict[tuple[str, datetime, str, str, str], feed.Piece] = {}
"""Each event's VEVENT, written once per change and language: a poll of a feed that did not change costs a join."""


def entry_of(found: Event, hosts: Sequence[EventHost], *, site: Site) -> Entry:
    """The event as a public calendar shows it: nobody's name, no join link; DTSTAMP is the last change."""
    language = current_language()
    changed = found.changed_at.astimezone(UTC)
    return Entry(
        uid=f"evt-{found.id.hex}@{site.host}",
        sequence=found.sequence,
        stamp=changed,
        created=found.created_at.astimezone(UTC),
        changed=changed,
        starts=found.starts,
        ends=found.ends,
        summary=choose(found.title),
        description="\n\n".join(
            part for part in (choose(found.summary), site.url(f"/events/{found.slug}")) if part
        ),
        location=place_of(found) if found.offers_in_person else translate("Online"),
        url=site.url(f"/events/{found.slug}"),
        language=language,
        organizer_name=choose(hosts[0].organization.name) if hosts else site.name(),
        organizer_address=site.sender,
        status="CANCELLED" if found.status == Status.CANCELLED else "CONFIRMED",
        categories=(choose(found.track),) if choose(found.track) else (),
        private=found.visibility != Visibility.PUBLIC,
        transparent=True,
        all_day=found.all_day,
    )


def piece_of(found: Event, hosts: Sequence[EventHost], *, site: Site) -> feed.Piece:
    """The event's kept VEVENT. Its key names the first host (the ORGANIZER) and the place: both have other rows."""
    host = choose(hosts[0].organization.name) if hosts else ""
    key = (found.id.hex, found.changed_at, current_language(), host, place_of(found))
    piece = _pieces.get(key)
    if piece is None:
        if len(_pieces) >= MOST_PIECES:
            _pieces.clear()
        piece = _pieces[key] = feed.piece(entry_of(found, hosts, site=site))
    return piece


async def event_calendar(request: Request) -> Response:
    """The public file: a copy with a UID of its own, and it says so. A person's own entry is the invitation's."""
    found = await Event.find_public(request.path_params["slug"])
    entry = entry_of(found, await hosts_of(found.id), site=site_of(request))
    is_copy = translate(
        N_("This is a copy of the announcement: it does not change by itself, and it is not a registration.")
    )
    content = itip.publish(replace(entry, description=f"{is_copy}\n\n{entry.description}"))
    return download(content, name=f"{found.slug}.ics", media_type=CALENDAR_TYPE)


async def conference_calendar(request: Request) -> Response:
    """The feed people subscribe to, in the language of `?lang=`; `?track=` and `?host=` (a slug) narrow it.

    A track is known by its text in any language, so an address lives on when another language's text changes.
    """
    return await answer(request, _calendar)


async def _calendar(request: Request) -> Response:
    found, site = await Conference.find_by_slug(request.path_params["slug"]), site_of(request)
    events = await programme_of(found)
    hosts = await hosts_of_many(events)
    track, host = (request.query_params.get(name, "") for name in ("track", "host"))
    shown = [
        each
        for each in events
        if (not track or track in each.track.values())
        and (not host or any(one.organization.slug == host for one in hosts[each.id]))
    ]
    narrowed = {name: value for name, value in (("track", track), ("host", host)) if value}
    theme = choose(shown[0].track) if track and shown else track
    cover = feed.Cover(
        name=" · ".join(part for part in (choose(found.name), theme, host) if part),
        description=choose(found.about),
        source=site.url(
            f"/conferences/{found.slug}.ics?{urlencode({'lang': current_language()} | narrowed)}"
        ),
        url=site.url(f"/conferences/{found.slug}"),
        language=current_language(),
    )
    content = feed.feed(cover, [piece_of(each, hosts[each.id], site=site) for each in shown])
    return feed_response(content, CALENDAR_TYPE, name=f"{found.slug}.ics")
