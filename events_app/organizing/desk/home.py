"""Home: what is to do in the order of its deadline, what is soon, what was changed last; three steps for a newcomer."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.clashes.reading import doubtful_among
from events_app.directory.models import Organization
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.house import house_of
from events_app.mail import outbox
from events_app.organizing.counts import MOST_LOOKED_AT, what_is_to_do
from events_app.people.counts import count_registrations
from events_app.web.responses import page

MOST_SOON = 10
MOST_RECENT = 5
MOST_ENDED = 1000
_WHEN_DELETED = (
    "id", "title", "status", "starts_wall", "starts_fold", "ends_wall", "ends_fold", "zone",
    "deletion_days", "deletion_not_before", "forgotten_on",
)  # fmt: skip


async def desk(request: Request) -> Response:
    now, house = clock.now(), house_of(request)
    ahead = (
        Event.filter(ends_at__gt=now).order_by("starts_at", "id").select_related("conference", "room__venue")
    )
    coming = await ahead.limit(MOST_LOOKED_AT)
    ended = Event.filter(ends_at__lte=now, forgotten_on__isnull=True).order_by("-ends_at")
    past = await ended.only(*_WHEN_DELETED).limit(MOST_ENDED)
    recent = await Event.all().order_by("-changed_at", "id").limit(MOST_RECENT)
    counts = await count_registrations([event.id for event in (*coming, *past)])
    soon = [event for event in coming if event.status == Status.PUBLISHED][:MOST_SOON]
    return page(
        request,
        "organizing/home.html",
        first_draft=next((event for event in recent if event.status == Status.DRAFT), None),
        is_new=not past and all(event.status == Status.DRAFT for event in (*coming, *recent)),
        soon=soon,
        doubtful=await doubtful_among(soon, now=now),
        to_do=await what_is_to_do(coming, past, counts, now=now),
        recent=recent,
        counts=counts,
        asks_for_notices=await house.asks_for_notices(UUID(request.state.organizer.id)),
        shows_example=await house.shows_example(),
        has_organization=await Organization.filter(ours=True).exists(),
        needs_attention=await house.is_in_trouble(),
        mail_stop=await outbox.stop_of_mail() if house.site.sends_mail else None,
        now=now,
    )
