"""Which events a list of them asks for: words of the title, state, day, conference, host; a page at a time."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from events_app.events.models.event import Event, EventHost
from events_app.events.rules import Status
from events_app.folding import folded
from events_app.i18n import L_, PL_
from events_app.people.counts import count_registrations
from events_app.people.search import id_of, text_of

A_PAGE: Final = 50
STATES: Final = {
    "": L_("Not over yet"),
    "draft": L_("Drafts"),
    "published": L_("Published"),
    "cancelled": PL_("event", "Cancelled"),
    "over": L_("Over"),
    "all": L_("All"),
}
"""What the filter offers; without a choice, whatever is not over."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address of the list asks for; what makes no sense in it asks for nothing."""

    q: str = ""
    state: str = ""
    day: str = ""
    conference: str = ""
    host: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """As much of the address as is not as always."""
        return [(each.name, value) for each in fields(self) if (value := getattr(self, each.name))]


def read(params: Mapping[str, str]) -> Asked:
    state = params.get("state", "")
    return Asked(
        q=params.get("q", "").strip()[:200],
        state=state if state in STATES else "",
        day=_as_day(params.get("day", "")),
        conference=text_of(id_of(params.get("conference", ""))),
        host=text_of(id_of(params.get("host", ""))),
    )


def _as_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


@dataclass(frozen=True)
class Found:
    """A page of events, and of all that were found how many people are registered, wait, and could come.

    `counts`: by event, as `people.counts.count_registrations`. `seats`: None where one of them has no limit.
    """

    events: Sequence[Event]
    number: int
    pages: int
    total: int
    counts: Mapping[uuid.UUID, Mapping[str, int]]
    registered: int
    waiting: int
    seats: int | None


async def find(asked: Asked, *, now: datetime, number: int) -> Found:
    """Three questions to the database, however many events there are: what fits, one page of it, and the counts."""
    order = ("-starts_at", "id") if asked.state in ("over", "all") else ("starts_at", "id")
    fitting = await _filtered(asked, now).order_by(*order).values(*_LIGHT)
    if asked.q:
        fitting = [each for each in fitting if _holds(each["title"], asked.q)]
    pages = max(1, -(-len(fitting) // A_PAGE))
    at = min(max(number, 1), pages)
    shown = [each["id"] for each in fitting[(at - 1) * A_PAGE : at * A_PAGE]]
    events = {each.id: each for each in await Event.filter(id__in=shown).select_related("conference")}
    counts = await count_registrations([each["id"] for each in fitting])
    return Found(
        [events[event_id] for event_id in shown if event_id in events],
        at,
        pages,
        len(fitting),
        counts,
        registered=sum(each.get("confirmed", 0) for each in counts.values()),
        waiting=sum(each.get("waitlisted", 0) + each.get("pending", 0) for each in counts.values()),
        seats=_seats_of(fitting),
    )


_LIGHT = ("id", "title", "offers_in_person", "offers_online", "capacity_in_person", "capacity_online")


def _filtered(asked: Asked, now: datetime) -> QuerySet[Event]:
    events = Event.filter(_in_state(asked.state, now))
    if asked.day:
        events = events.filter(starts_wall__lt=f"{asked.day}T99", ends_wall__gte=asked.day)
    if asked.conference:
        events = events.filter(conference_id=asked.conference)
    if asked.host:
        of_host = EventHost.filter(organization_id=asked.host).values("event_id")
        events = events.filter(id__in=Subquery(of_host))
    return events


def _in_state(state: str, now: datetime) -> Q:
    if state == "all":
        return Q()
    if state == "over":
        return Q(ends_at__lte=now)
    return Q(ends_at__gt=now) & (Q(status=Status(state).value) if state else Q())


def _holds(title: Mapping[str, str], words: str) -> bool:
    """Whether the title, in whichever language, holds every word."""
    text = folded(" ".join(title.values()))
    return all(word in text for word in folded(words).split())


def _seats_of(events: Sequence[Mapping[str, Any]]) -> int | None:
    limits = [
        each[f"capacity_{mode}"]
        for each in events
        for mode in ("in_person", "online")
        if each[f"offers_{mode}"]
    ]
    return None if None in limits else sum(limits)
