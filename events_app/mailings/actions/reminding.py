"""Reminders: who is due for which letter, never twice, never for what is cancelled, right after the event moved."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.rules import Status as EventStatus
from events_app.i18n import choose
from events_app.mailings.models import Reminded, Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.registrations.models import Registration
from events_app.registrations.posting import post_about
from events_app.registrations.rules import Status
from events_app.vault import Json

TOO_LATE = timedelta(hours=6)
"""A reminder that could not leave for so long (the app was off) is dropped: late, it would only confuse."""

BATCH = 100


@one_transaction
async def save_reminders(event_id: uuid.UUID, wanted: Sequence[ReminderFacts], *, act: Act) -> None:
    """Write the event's reminders. One that is due already when it is added is not sent to anybody."""
    event = await Event.claim(event_id)
    known = {(each.minutes, each.is_after): each for each in await Reminder.filter(event_id=event_id)}
    keys = {(each.minutes, each.is_after) for each in wanted}
    for key, reminder in known.items():
        if key not in keys:
            await reminder.delete()
    for each in wanted:
        reminder_known = known.get((each.minutes, each.is_after))
        if reminder_known:
            reminder_known.text = each.text
            await reminder_known.save(update_fields=["text"])
            continue
        reminder = await Reminder.create(
            event_id=event_id, minutes=each.minutes, is_after=each.is_after, text=each.text
        )
        if due_at(reminder, event) <= act.now:
            living = await Registration.filter(event_id=event_id, live=1)
            await mark_as_had([reminder], living, event)


async def due_reminders(now: datetime) -> list[tuple[Reminder, Event]]:
    """Reminders whose moment has come, of published events, and is not long gone."""
    near = now - timedelta(days=40)
    events = await Event.filter(status=EventStatus.PUBLISHED, ends_at__gt=near)
    by_id = {event.id: event for event in events}
    if not by_id:
        return []
    found = []
    for reminder in await Reminder.filter(event_id__in=list(by_id)):
        event = by_id[reminder.event_id]
        moment = due_at(reminder, event)
        is_over = not reminder.is_after and now >= event.starts_at
        if moment <= now < moment + TOO_LATE and not is_over:
            found.append((reminder, event))
    return found


async def remind(*, act: Act) -> int:
    """Post every reminder that is due; says how many letters. Idle, it writes nothing."""
    posted = 0
    for reminder, event in await due_reminders(act.now):
        while sent := await _remind_some(reminder.id, event.id, act=act):
            posted += sent
    return posted


@one_transaction
async def _remind_some(reminder_id: uuid.UUID, event_id: uuid.UUID, *, act: Act) -> int:
    """A batch of letters and their marks in one transaction: a crash repeats neither."""
    if not await _waiting(reminder_id, await Event.get(id=event_id)):
        return 0
    event = await Event.claim(event_id)
    reminder = await Reminder.get_or_none(id=reminder_id)
    if reminder is None or event.status != EventStatus.PUBLISHED or due_at(reminder, event) > act.now:
        return 0
    letter = "mailings.follow_up" if reminder.is_after else "mailings.reminder"
    waiting = await _waiting(reminder_id, event)  # again: who was reminded or left before the claim is out
    for registration in waiting:
        await Reminded.create(reminder_id=reminder_id, registration_id=registration.id, told=event.told)
        more: dict[str, Json] = {"body": choose(reminder.text, registration.language)}
        await post_about(letter, registration, event, act=act, more=more)
    return len(waiting)


async def _waiting(reminder_id: uuid.UUID, event: Event) -> list[Registration]:
    """Confirmed people who have not had this reminder about the present times."""
    had = set(
        await Reminded.filter(reminder_id=reminder_id, told=event.told).values_list(
            "registration_id", flat=True
        )
    )
    confirmed = Registration.filter(event_id=event.id, status=Status.CONFIRMED, due_for="")
    return [each for each in await confirmed.order_by("arrival", "id") if each.id not in had][:BATCH]


def due_at(reminder: Reminder, event: Event) -> datetime:
    """The moment (UTC) a reminder is due: counted in real minutes from the instant, so that DST cannot shift it."""
    if reminder.is_after:
        return event.ends_at.astimezone(UTC) + timedelta(minutes=reminder.minutes)
    return event.starts_at.astimezone(UTC) - timedelta(minutes=reminder.minutes)


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
