"""Who needs no reminder: people who have just been told when and where. The reminders themselves are mailings'."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from events_app.database import rows
from events_app.events.models.event import Event
from events_app.registrations.models import Registration


def mark_of(moment: datetime) -> str:
    """The moment a reminder is due, as the row of whoever had it keeps it: UTC, to the minute.

    Another moment is another reminder; whatever else is changed about the event is not.
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"


async def skip_what_is_due(event: Event, registrations: Sequence[Registration], *, now: datetime) -> bool:
    """Who has just been confirmed, or has just been told a new time, is not reminded of what they know.

    Called under the event's claim; says whether there was anything to skip. Every reminder before the start that is
    due already counts as had. It is due from so many real minutes before the instant of the start, so that DST cannot
    shift it.
    """
    left = ceil((event.starts_at - now).total_seconds() / 60)
    minutes = max(-_NEVER, min(left, _NEVER))
    due = await rows(_DUE, event.id, minutes)
    for reminder in due:
        mark = mark_of(event.starts_at - timedelta(minutes=reminder["minutes"]))
        for registration in registrations:
            await rows(_SKIP, reminder["id"], registration.id, mark)
    return bool(due)


async def skip_nothing(event: Event) -> None:
    """The same question of the database, of which nothing comes: for who must not be told apart by the time."""
    await rows(_DUE, event.id, _NEVER)


_DUE = """
    SELECT "id", "minutes" FROM "reminder" WHERE "event_id" = $1 AND "is_after" = FALSE AND "minutes" >= $2
"""
_SKIP = """
    INSERT INTO "reminded" ("reminder_id", "registration_id", "told") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_NEVER = 2**31 - 1
"""More minutes than a reminder can have: the largest number of the column."""
