"""Reminders: who is due for which letter, never twice, never for what is cancelled, right after the event moved."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from events_app.acts import Act
from events_app.database import one_transaction, rows
from events_app.events.models.event import Event
from events_app.events.models.where import earlier_mark
from events_app.events.rules import Status as EventStatus
from events_app.i18n import choose
from events_app.mailings.models import Reminded, Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.optouts.actions import opted_out_of
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER, post_about, reveal_person
from events_app.registrations.told import mark_of
from events_app.vault import Json

TOO_LATE = timedelta(hours=6)
"""A reminder that could not leave for so long (the app was off) is dropped: late, it would only confuse."""

BATCH = 100

BY_DEFAULT = (1440, 60)
"""Minutes before the start."""


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
            await rows(_ALL_HAD, reminder.id, mark_of(due_at(reminder, event)), event_id)


async def due_reminders(now: datetime) -> list[tuple[Reminder, Event]]:
    """Reminders whose moment has come, of published events, and is not long gone."""
    near = now - timedelta(days=40)
    events = await Event.filter(status=EventStatus.PUBLISHED, ends_at__gt=near, forgotten_on=None)
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


async def pass_over_due(*, act: Act) -> None:
    """Every reminder whose moment has come counts as had: after a restore, when nobody knows which of them left."""
    for event in await Event.filter(forgotten_on=None):
        due = [each for each in await Reminder.filter(event_id=event.id) if due_at(each, event) <= act.now]
        if due:
            await _pass_over(due, event.id)


@one_transaction
async def _pass_over(due: Sequence[Reminder], event_id: uuid.UUID) -> None:
    event = await Event.claim(event_id)
    for reminder in due:
        await rows(_ALL_HAD, reminder.id, mark_of(due_at(reminder, event)), event_id)


@one_transaction
async def _remind_some(reminder_id: uuid.UUID, event_id: uuid.UUID, *, act: Act) -> int:
    """A batch of letters and their marks in one transaction: a crash repeats neither."""
    reminder = await Reminder.get_or_none(id=reminder_id)
    if reminder is None or not await _waiting(reminder, await Event.get(id=event_id)):
        return 0
    event = await Event.claim(event_id)
    reminder = await Reminder.get_or_none(id=reminder_id)  # again, as it is under the claim
    if reminder is None or event.status != EventStatus.PUBLISHED or due_at(reminder, event) > act.now:
        return 0
    letter = "mailings.follow_up" if reminder.is_after else "mailings.reminder"
    waiting = await _waiting(reminder, event)  # again: who was reminded or left before the claim is out
    mark = mark_of(due_at(reminder, event))
    opted_out = await opted_out_of(event, vault=act.vault)
    for registration in waiting:
        await Reminded.create(reminder_id=reminder_id, registration_id=registration.id, told=mark)
        if reveal_person(registration, vault=act.vault, reader=COURIER).address in opted_out:
            continue
        more: dict[str, Json] = {"body": choose(reminder.text, registration.language)}
        await post_about(letter, registration, event, act=act, more=more)
    return len(waiting)


async def _waiting(reminder: Reminder, event: Event) -> list[Registration]:
    """The next confirmed people who have not had this reminder at its present moment, a batch of them."""
    mark = mark_of(due_at(reminder, event))
    found = await rows(_NEXT, event.id, reminder.id, mark, earlier_mark(event), BATCH)
    return await Registration.filter(id__in=[row["id"] for row in found]).order_by("id")


_NEXT = """
    SELECT "r"."id" FROM "registration" AS "r"
    WHERE "r"."event_id" = $1 AND "r"."status" = 'confirmed' AND "r"."due_for" = '' AND NOT EXISTS (
        SELECT 1 FROM "reminded" AS "had" WHERE "had"."reminder_id" = $2 AND "had"."registration_id" = "r"."id"
        AND "had"."told" IN ($3, $4, "r"."told"))
    ORDER BY "r"."id" LIMIT $5
"""
"""Of the marks, the first is today's; the others are those that older rows hold (see `Reminded`)."""
_ALL_HAD = """
    INSERT INTO "reminded" ("reminder_id", "registration_id", "told")
    SELECT $1, "id", $2 FROM "registration" WHERE "event_id" = $3 AND "live" = 1 ON CONFLICT DO NOTHING
"""


def due_at(reminder: Reminder, event: Event) -> datetime:
    """The moment (UTC) a reminder is due: counted in real minutes from the instant, so that DST cannot shift it."""
    if reminder.is_after:
        return event.ends_at.astimezone(UTC) + timedelta(minutes=reminder.minutes)
    return event.starts_at.astimezone(UTC) - timedelta(minutes=reminder.minutes)


async def remind_by_default(event_id: uuid.UUID) -> None:
    """A new event reminds its people a day and an hour before, from the transaction on that makes it."""
    for minutes in BY_DEFAULT:
        await Reminder.create(event_id=event_id, minutes=minutes)


async def copy_reminders(original_id: uuid.UUID, copy_id: uuid.UUID) -> None:
    """A copy of an event reminds as its original does, inside the transaction that makes it."""
    for each in await Reminder.filter(event_id=original_id):
        await Reminder.create(event_id=copy_id, minutes=each.minutes, is_after=each.is_after, text=each.text)
