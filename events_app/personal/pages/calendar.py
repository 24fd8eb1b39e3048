"""Where an online event is joined, and the personal calendar of somebody's registrations."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.calendar import feed
from events_app.calendar.entry import Entry
from events_app.events.actions.editing import join_link_of
from events_app.events.models.event import Event, hosts_of
from events_app.house import act_of
from events_app.i18n import N_, current_language, translate
from events_app.personal import actions as personal
from events_app.registrations.emails import entry_of
from events_app.registrations.facts import calendar_facts, event_facts
from events_app.registrations.models import Registration
from events_app.registrations.rules import NoSuchRegistration, Status
from events_app.registrations.told import sequence_of
from events_app.web.forms import typed_into
from events_app.web.responses import CALENDAR_TYPE, Flash, etag_of, has_copy, page, see_other
from events_app.web.site import Site, site_of

OPENS_BEFORE = timedelta(minutes=15)


async def join(request: Request) -> Response:
    """The way into an online event, for this person only, from a quarter of an hour before it begins."""
    found = await Registration.find_by_token(request.path_params["token"])
    event, now = await Event.find(found.event_id), clock.now()
    if found.status != Status.CONFIRMED or found.mode != "online" or event.status != "published":
        raise NoSuchRegistration()
    opens = event.starts_at - OPENS_BEFORE
    is_open = opens <= now < event.ends_at
    link = ""
    if is_open:
        link = join_link_of(event, act=act_of(request, found.id))
    return page(
        request,
        "personal/join.html",
        event=event,
        link=link,
        has_link=bool(event.join_link),
        is_open=is_open,
        is_over=now >= event.ends_at,
        opens=opens.astimezone(event.starts.tzinfo),
        token=request.path_params["token"],
    )


async def add(request: Request) -> Response:
    """POST from the own page: into a new personal calendar, or into the one whose link was pasted."""
    found = await Registration.find_by_token(request.path_params["token"])
    pasted = str((await typed_into(request)).get("feed", ""))
    known = re.search(r"/my/([a-z2-7]{20,60})", pasted)
    token = await personal.add_to_feed(found, known[1] if known else "", now=clock.now())
    return see_other(f"/my/{token}")


async def show(request: Request) -> Response:
    token = request.path_params["token"]
    gathered = await personal.gathered_in(token)
    events = await Event.filter(id__in=[each.registration.event_id for each in gathered]).order_by(
        "starts_at"
    )
    return page(request, "personal/calendar.html", token=token, events=events)


async def revoke(request: Request) -> Response:
    await typed_into(request)
    await personal.revoke_feed(request.path_params["token"])
    flash = Flash("success", translate(N_("The calendar link does not work any more.")))
    return see_other("/", flash=flash)


async def personal_calendar(request: Request) -> Response:
    """The feed itself: no name, no address; each entry is that of the invitation, so that a calendar holds it once.

    What was cancelled stays listed as cancelled. The feed does not say where it is (RFC 7986, 5.8): its address is the
    key to it, and a file may be passed on.
    """
    token, site = request.path_params["token"], site_of(request)
    pieces = [feed.piece(await _entry(each, site=site)) for each in await personal.gathered_in(token)]
    cover = feed.Cover(
        name=translate(N_("My events: %(site)s"), site=site.name()),
        description="",
        source="",
        url=site.base_url,
        language=current_language(),
        identity=site.url(f"/my/{hashlib.sha256(token.encode()).hexdigest()[:16]}.ics"),
    )
    content = feed.feed(cover, pieces)
    etag = etag_of(content)
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    if has_copy(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=CALENDAR_TYPE, headers=headers)


async def _entry(gathered: personal.Gathered, *, site: Site) -> Entry:
    """The invitation's entry as it stands now; a cancelled one is a version of its own, with a later stamp."""
    found = gathered.registration
    event, language = await Event.find(found.event_id), current_language()
    about = event_facts(event, await hosts_of(event.id), language=language, site=site)
    gone = found.status == Status.CANCELLED or event.status == "cancelled"
    shown = "CANCELLED" if gone else "CONFIRMED"
    sequence = gathered.earlier + await sequence_of(found, event)
    if gathered.by_event:
        sequence = gathered.earlier + event.sequence + (found.sequence if gone else 0)
    changed = version_stamp(event.changed_at, gathered.last_day, sequence)
    entry = entry_of(calendar_facts(found, about, language=language, site=site, stamp=changed))
    if gathered.by_event:
        entry = replace(entry, uid=f"evt-{event.id.hex}@{site.host}", organizer_address=site.sender)
    return replace(
        entry,
        sequence=sequence,
        changed=changed,
        status=shown,
        transparent=gone or entry.transparent,
        private=True,
    )


def version_stamp(changed: datetime, last_day: date, sequence: int) -> datetime:
    """The moment of a version, the same at every reading, later with every SEQUENCE: no minute of anybody is kept.

    The second counts what was told, so a cancellation is younger than the entry that it ends, on the same day too.
    """
    day = datetime.combine(last_day, time.min, UTC)
    return max(changed.astimezone(UTC), day) + timedelta(seconds=sequence)
