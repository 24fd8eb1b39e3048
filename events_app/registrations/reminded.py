"""Who needs no reminder: people who have just been told when and where. The reminders themselves are mailings'."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from events_app.database import rows
from events_app.events.models.event import Event
from events_app.registrations.models import Registration


async def skip_what_is_due(event: Event, registrations: Sequence[Registration], *, now: datetime) -> None:
    """Who has just been confirmed, or has just been told a new time, is not reminded of what they know.

    Called under the event's claim. Every reminder before the start that is due already counts as had. It is due from
    so many real minutes before the instant of the start, so that DST cannot shift it.
    """
    left = ceil((event.starts_at - now).total_seconds() / 60)
    minutes = max(-_NEVER, min(left, _NEVER))
    if not await rows(_DUE, event.id, minutes):
        return
    for registration in registrations:
        await rows(_SKIP, registration.id, event.told, event.id, minutes)


async def skip_nothing(event: Event) -> None:
    """The same question of the database, of which nothing comes: for who must not be told apart by the time."""
    await rows(_DUE, event.id, _NEVER)


_DUE = 'SELECT "id" FROM "reminder" WHERE "event_id" = $1 AND "is_after" = FALSE AND "minutes" >= $2'
_SKIP = """
    INSERT INTO "reminded" ("reminder_id", "registration_id", "told")
    SELECT "id", $1, $2 FROM "reminder" WHERE "event_id" = $3 AND "is_after" = FALSE AND "minutes" >= $4
    ON CONFLICT DO NOTHING
"""
_NEVER = 2**31 - 1
"""More minutes than a reminder can have: the largest number of the column."""
