"""What is to do over all events, the nearest deadline first: one line each, which leads to where it is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from events_app.clock import as_day
from events_app.database import rows
from events_app.events.desk.event import untranslated
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.registrations.told import hearers_of_many

DELETED_SOON = timedelta(days=7)
MOST_LOOKED_AT = 200
"""Coming events, the soonest: what is later than these has time."""


@dataclass(frozen=True)
class ToDo:
    """`what`: 'pending', 'link', 'changes', 'language', 'deletion'; `number`: of how many people or texts. `by`: the
    moment after which it is too late; `where`: after the address of the event."""

    what: str
    event: Event
    by: datetime
    where: str
    number: int = 0


Counts = Mapping[UUID, Mapping[str, int]]


async def what_is_to_do(
    coming: Sequence[Event], past: Sequence[Event], counts: Counts, *, now: datetime
) -> list[ToDo]:
    """Of the soonest coming events, and of past ones whatever is deleted within a week."""
    near = coming[:MOST_LOOKED_AT]
    public = [event for event in near if event.status == Status.PUBLISHED]
    hearers = await hearers_of_many(public)
    behind = {
        event.id: sum(each.people for each in hearers[event.id] if each.is_material) for event in public
    }
    found = [
        *(each for event in public for each in _before(event, counts.get(event.id, {}), behind[event.id])),
        *(_deletion(event) for event in (*coming, *past) if goes_soon(event, counts, now)),
    ]
    return sorted(found, key=lambda each: (each.by, each.event.id, each.what))


def _before(event: Event, counts: Mapping[str, int], behind: int) -> Iterator[ToDo]:
    """What should be done before a published event begins."""
    starts = event.starts_at
    if event.lacks_link:
        yield ToDo("link", event, starts, "/edit#join_link")
    if pending := counts.get("pending", 0):
        yield ToDo("pending", event, starts, "/registrations?status=pending", pending)
    if behind:
        yield ToDo("changes", event, starts, "/changes", behind)
    if gaps := untranslated(event):
        yield ToDo("language", event, starts, gaps[0].where, len(gaps))


def _deletion(event: Event) -> ToDo:
    return ToDo("deletion", event, _midnight(event.deletion_day), "/data")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def goes_soon(event: Event, counts: Counts, now: datetime) -> bool:
    """Whether what is held of its people goes within a week: said here too, because emails may not leave."""
    is_held = event.forgotten_on is None and (event.status != Status.DRAFT or event.id in counts)
    return is_held and event.deletion_day <= now.date() + DELETED_SOON


@dataclass(frozen=True)
class Happened:
    """On one day the same thing by the same doers happened to `number` registrations."""

    what: str
    day: date
    who: str
    number: int


async def recently(event_id: UUID) -> list[Happened]:
    """What happened last to the newest registrations of an event, without a name: nothing is opened for it."""
    found = await rows(_RECENTLY, event_id)
    return [Happened(each["what"], as_day(each["day"]), each["who"], each["number"]) for each in found]


_RECENTLY = """
    SELECT "what", "day", "who", COUNT(*) AS "number", MAX("number") AS "last" FROM "history_line"
    WHERE "registration_id" IN (
        SELECT "id" FROM "registration" WHERE "event_id" = $1 ORDER BY "arrival" DESC LIMIT 200
    )
    GROUP BY "what", "day", "who" ORDER BY "last" DESC LIMIT 6
"""
