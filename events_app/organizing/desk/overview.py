"""The overview of one event: the next step, numbers, what is to do, how to share it, what happened last."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.clashes.reading import clashes_of
from events_app.events.actions import life
from events_app.events.desk.event import Counts, Crowded, crowded_in, in_five_cities, untranslated
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.where import place_of
from events_app.events.rules import MODE_NAMES, Mode
from events_app.organizing.counts import recently
from events_app.people import counts as people_counts
from events_app.publishing.sharing import share_links
from events_app.web.responses import page
from events_app.web.site import site_of


async def show(request: Request) -> Response:
    event = await Event.find_any(request.path_params["event_id"])
    now = clock.now()
    counts = (await people_counts.count_registrations([event.id])).get(event.id, {})
    return page(
        request,
        "organizing/overview.html",
        event=event,
        hosts=await hosts_of(event.id),
        missing=await life.what_is_missing(event),
        doubts=await clashes_of(event.id, now=now),
        untranslated=untranslated(event),
        counts=counts,
        crowded=crowded_in(counts, {mode: event.capacity(mode) for mode in event.modes}),
        stranded=stranded_in(counts, event),
        behind=await people_counts.count_behind(event.id),
        never_fit=await people_counts.how_many_never_fit(event),
        cities=in_five_cities(event.starts, event.ends),
        opening=event.opening(now).value,
        is_near=event.starts_at - now <= timedelta(days=1),
        recently=await recently(event.id),
        share_links=share_links(event, place=place_of(event), site=site_of(request)),
        now=now,
    )


def stranded_in(counts: Counts, event: Event) -> list[Crowded]:
    """Ways of taking part that the event does not offer, and in which somebody is registered all the same."""
    living = {
        mode: sum(
            counts.get(f"{status}.{mode.value}", 0) for status in ("confirmed", "waitlisted", "pending")
        )
        for mode in Mode
        if mode not in event.modes
    }
    return [Crowded(MODE_NAMES[mode], people, 0) for mode, people in living.items() if people]
