"""What clashes: about one event, in a conference, in a list. Looked for after a save, never under an event's claim."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, islice
from typing import Final

from events_app.clashes.models import booked_event, coming_of, living
from events_app.clashes.rules import Finding, Kind, Strength, alone, between, findings_of, marked, pairs
from events_app.clashes.wording import said
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.handed import SaidClash

MOST_PAIRS: Final = 200
"""Of a conference; whoever has more clashes begins with these."""


async def clashes_of(event_id: uuid.UUID, *, now: datetime) -> list[SaidClash]:
    """What is to be said of an event that is not over and not called off."""
    event = await booked_event(event_id)
    if event is None or event.ends_at <= now:
        return []
    return said(findings_of(event, await living(event.starts_at, event.ends_at)))


async def clashes_of_copies(
    event_id: uuid.UUID, times: Mapping[date, tuple[datetime, datetime]]
) -> dict[date, list[SaidClash]]:
    """What would be said of copies of an event at these times, by day; not what holds for each alike (the seats)."""
    pattern = await booked_event(event_id, called_off=True)
    if pattern is None or not times:
        return {}
    first, last = (
        min(starts for starts, _ends in times.values()),
        max(ends for _starts, ends in times.values()),
    )
    beside = await living(first, last)
    found = {}
    for day, (starts, ends) in times.items():
        copy = replace(pattern, id=uuid.uuid4(), starts_at=starts, ends_at=ends)
        found[day] = said(each for each in findings_of(copy, beside) if each.kind != Kind.SEATS)
    return found


async def clashes_in(conference_id: uuid.UUID, *, now: datetime) -> list[SaidClash]:
    """What is to be said of the coming events of a conference, among them and with others, each two events once."""
    own = await coming_of(conference_id, now)
    if not own:
        return []
    ids = {event.id for event in own}
    beside = await living(min(event.starts_at for event in own), max(event.ends_at for event in own))
    met = islice(pairs(beside, ids), MOST_PAIRS)
    found = [
        *chain.from_iterable(alone(event) for event in own),
        *chain.from_iterable(between(*two) for two in met),
    ]
    return said(sorted(found, key=_by_strength_and_time))


def _by_strength_and_time(finding: Finding) -> tuple[bool, datetime, uuid.UUID]:
    return (finding.strength == Strength.LIGHT, finding.starts_at, finding.event.id)


async def doubtful_among(events: Sequence[Event], *, now: datetime) -> set[uuid.UUID]:
    """Those of the events of a list that get a mark."""
    looked = [each for each in events if each.ends_at > now and each.status != Status.CANCELLED]
    if not looked:
        return set()
    first, last = min(each.starts_at for each in looked), max(each.ends_at for each in looked)
    return marked(await living(first, last)) & {each.id for each in looked}
