"""One person over events: found by opening one event after another, never by an index, because keys are per event.

Bounded: the events that are not over come first, and what was looked at is told. Between two events others get their
turn (`people/reading` gives way within one).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from events_app.events.models.event import Event
from events_app.offload.breathing import breathe
from events_app.people.counts import count_registrations
from events_app.people.search import Lens, Query, find_page
from events_app.registrations.models import Registration
from events_app.registrations.rules import Status
from events_app.vault import NoKey

MOST_PEOPLE: Final = 20_000
MOST_EVENTS: Final = 200
MOST_FOUND: Final = 100


@dataclass(frozen=True)
class FoundPerson:
    """A registration, and the event that it is of."""

    event: Event
    registration: Registration


@dataclass(frozen=True)
class Looked:
    """What was found, and how far: in `events` events, `left` of those with registrations were not looked at.
    `is_cut`: there are more people of that name than are shown. `unread`: events whose people cannot be opened."""

    found: Sequence[FoundPerson]
    events: int
    left: int
    is_cut: bool
    unread: Sequence[Event]


async def find_over_events(
    words: str, *, lens_of: Callable[[Event], Lens], now: datetime, most_people: int = MOST_PEOPLE
) -> Looked:
    """Whoever has all these words in name or address. Once there are roles, only events whose people the organizer may
    see are asked for here: this is the one place that looks over all events."""
    events = await _events_to_open(now)
    counts = await count_registrations([event.id for event in events])
    asked = [event for event in events if _people_in(counts, event)]
    found: list[FoundPerson] = []
    unread: list[Event] = []
    looked = people = 0
    for event in asked:
        people += _people_in(counts, event)
        if looked and (people > most_people or len(found) >= MOST_FOUND):
            break
        try:
            page = await find_page(event.id, Query(words=words), lens=lens_of(event), size=MOST_FOUND)
            found += [FoundPerson(event, row) for row in page.rows]
        except NoKey:
            unread.append(event)
        looked += 1
        await breathe()
    return Looked(found[:MOST_FOUND], looked, len(asked) - looked, len(found) > MOST_FOUND, unread)


async def _events_to_open(now: datetime) -> list[Event]:
    """Those that are not over, the soonest first; then those that are, the latest first."""
    open_ones = Event.filter(forgotten_on__isnull=True).select_related("conference", "room__venue")
    coming = await open_ones.filter(ends_at__gt=now).order_by("starts_at", "id").limit(MOST_EVENTS)
    over = await open_ones.filter(ends_at__lte=now).order_by("-starts_at", "id").limit(MOST_EVENTS)
    return [*coming, *over]


def _people_in(counts: Mapping[UUID, Mapping[str, int]], event: Event) -> int:
    of_event = counts.get(event.id, {})
    return sum(of_event.get(status, 0) for status in Status)
