"""The first page of the desk: what is coming, what is a draft, what is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.directory.models import Organization
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.house import house_of
from events_app.mail import outbox
from events_app.turn import silent_minutes
from events_app.web.responses import page


async def desk(request: Request) -> Response:
    """What is coming, what is a draft, what is over; and for a newcomer the three steps to a first event."""
    now = clock.now()
    events = await Event.all().order_by("starts_at").select_related("conference").limit(1000)
    counts = await house_of(request).count_registrations([event.id for event in events])
    return page(
        request,
        "events/desk.html",
        coming=[event for event in events if event.ends_at > now],
        past=[event for event in reversed(events) if event.ends_at <= now],
        counts=counts,
        deleted_soon=[event for event in events if _goes_soon(event, counts, now)],
        asks_for_notices=await house_of(request).asks_for_notices(UUID(request.state.organizer.id)),
        has_organization=await Organization.filter(ours=True).exists(),
        needs_attention=await house_of(request).needs_attention()
        or not await house_of(request).is_worked()
        or await silent_minutes(now) > 0,
        mail_stop=await outbox.stop_of_mail() if house_of(request).site.sends_mail else None,
        now=now,
    )


def _goes_soon(event: Event, counts: Mapping[UUID, object], now: datetime) -> bool:
    """Whether what is held of its people goes within a week: said here too, because emails may not leave."""
    is_held = event.forgotten_on is None and (event.status != Status.DRAFT or event.id in counts)
    return is_held and event.deletion_day <= now.date() + timedelta(days=7)
