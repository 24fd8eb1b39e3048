"""When a reminder is due, and who counts as having had it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from events_app.database import Prepared
from events_app.events.models import Event
from events_app.registrations.models import Registration
from events_app.registrations.models_parts import Reminded, Reminder


def due_at(reminder: Reminder, event: Event) -> datetime:
    """The moment (UTC) a reminder is due: counted in real minutes from the instant, so that DST cannot shift it."""
    if reminder.is_after:
        return event.ends_at.astimezone(UTC) + timedelta(minutes=reminder.minutes)
    return event.starts_at.astimezone(UTC) - timedelta(minutes=reminder.minutes)


async def skip_what_is_due(event: Event, registrations: Sequence[Registration], *, now: datetime) -> None:
    """Who has just been confirmed, or has just been told a new time, is not reminded of what they know.

    Called under the event's claim. Every reminder before the start that is due already counts as had.
    """
    reminders = await _before_the_start.all(event.id)
    due = [reminder for reminder in reminders if due_at(reminder, event) <= now]
    await mark_as_had(due, registrations, event)


_before_the_start = Prepared(lambda event_id: Reminder.filter(event_id=event_id, is_after=False), uuid.UUID)


async def mark_as_had(
    reminders: Iterable[Reminder], registrations: Sequence[Registration], event: Event
) -> None:
    """Write down that these people have had these reminders about the present times, or are never to have them."""
    for reminder in reminders:
        had = Reminded.filter(reminder_id=reminder.id, told=event.told)
        known = set(await had.values_list("registration_id", flat=True))
        for registration in registrations:
            if registration.id not in known:
                await Reminded.create(
                    reminder_id=reminder.id, registration_id=registration.id, told=event.told
                )
