"""Reminders: who is due for which letter, never twice, never for what is cancelled, right after the event moved."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from events_app.acts import Act
from events_app.database import one_transaction, rows
from events_app.events.models.event import Event
from events_app.events.models.where import earlier_mark
from events_app.events.rules import Status as EventStatus
from events_app.health.actions.guarding import Guard
from events_app.i18n import choose
from events_app.mailings.models import Reminded, Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.offload.breathing import give_way, with_breaths
from events_app.optouts.actions import opted_out_among
from events_app.registrations.models import Registration
from events_app.registrations.posting import openable, post_about
from events_app.registrations.told import mark_of
from events_app.vault import Json

TOO_LATE = timedelta(hours=6)
"""A reminder that could not leave for so long (the app was off) is dropped: late, it would only confuse."""

BATCH = 25
"""People a transaction: each letter is sealed by itself, and meanwhile the event's seats wait."""

BEFORE_ALL, LAST_OF_ALL = uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)

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


async def due_reminders(now: datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Reminders whose moment has come, of published events, and is not long gone: their ids, and their events'.

    Nothing else is read of the events, whose texts are long: this is asked every few seconds.
    """
    near = now - timedelta(days=40)
    coming = Reminder.filter(
        event__status=EventStatus.PUBLISHED, event__ends_at__gt=near, event__forgotten_on=None
    )
    found = await coming.values_list(
        "id", "event_id", "minutes", "is_after", "event__starts_at", "event__ends_at"
    )
    return [
        (reminder_id, event_id)
        for reminder_id, event_id, minutes, is_after, starts_at, ends_at in found
        if (moment := _moment(minutes, is_after, starts_at, ends_at)) <= now < moment + TOO_LATE
        and (is_after or now < starts_at)
    ]


async def remind(*, guard: Guard | None = None, act: Act) -> int:
    """Post every reminder that is due; says how many letters. Idle, it writes nothing, and begins no transaction.

    One that cannot be posted keeps no other: neither an event, nor somebody who cannot be opened and is set aside.
    """
    guard, posted = guard or Guard(), 0
    for reminder_id, event_id in await due_reminders(act.now):
        everybody = partial(_remind_everybody, reminder_id, event_id, act=act)
        posted += await guard.attempt("remind", everybody, subject=reminder_id, event_id=event_id) or 0
    return posted


async def _remind_everybody(reminder_id: uuid.UUID, event_id: uuid.UUID, *, act: Act) -> int:
    posted = 0
    after: uuid.UUID | None = BEFORE_ALL
    while after is not None:
        sent, after = await _remind_after(after, reminder_id, event_id, act=act)
        posted += sent
        await give_way()
    return posted


async def _remind_after(
    after: uuid.UUID, reminder_id: uuid.UUID, event_id: uuid.UUID, *, act: Act
) -> tuple[int, uuid.UUID | None]:
    """How many of the next people got a letter, and after whom to go on; None when nobody is left."""
    reminder = await Reminder.get_or_none(id=reminder_id)
    event = await Event.get_or_none(id=event_id)
    if reminder is None or event is None:
        return 0, None
    waiting = await _waiting(reminder, event, after=after)
    if not waiting:
        return 0, None
    return await _remind_some(reminder_id, event_id, after, waiting[-1], act=act), waiting[-1]


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
async def _remind_some(
    reminder_id: uuid.UUID, event_id: uuid.UUID, after: uuid.UUID, last: uuid.UUID, *, act: Act
) -> int:
    """A batch of letters and their marks in one transaction: a crash repeats neither."""
    event = await Event.claim(event_id)
    reminder = await Reminder.get_or_none(id=reminder_id)  # again, as it is under the claim
    if reminder is None or event.status != EventStatus.PUBLISHED or due_at(reminder, event) > act.now:
        return 0
    letter = "mailings.follow_up" if reminder.is_after else "mailings.reminder"
    # Again, of these few: who was reminded or left before the claim is out.
    waiting = await _waiting(reminder, event, after=after, last=last)
    mark = mark_of(due_at(reminder, event))
    people = await Registration.filter(id__in=waiting).order_by("id")
    opened = [(each, await openable(each, act=act)) for each in people]
    addresses = [person.address for _registration, person in opened if person]
    opted_out = await opted_out_among(addresses, event, vault=act.vault)
    async for registration, person in with_breaths(opened, 3):
        await Reminded.create(reminder_id=reminder_id, registration_id=registration.id, told=mark)
        if person is None or person.address in opted_out:
            continue
        more: dict[str, Json] = {"body": choose(reminder.text, registration.language)}
        await post_about(letter, registration, event, act=act, more=more)
    return len(waiting)


async def _waiting(
    reminder: Reminder, event: Event, *, after: uuid.UUID, last: uuid.UUID = LAST_OF_ALL
) -> list[uuid.UUID]:
    """The next confirmed people who have not had this reminder at its present moment, a batch of them."""
    mark = mark_of(due_at(reminder, event))
    found = await rows(_NEXT, event.id, reminder.id, mark, earlier_mark(event), after, last, BATCH)
    return [uuid.UUID(str(row["id"])) for row in found]


_NEXT = """
    SELECT "r"."id" FROM "registration" AS "r"
    WHERE "r"."event_id" = $1 AND "r"."id" > $5 AND "r"."id" <= $6
    AND "r"."status" = 'confirmed' AND "r"."due_for" = '' AND NOT EXISTS (
        SELECT 1 FROM "reminded" AS "had" WHERE "had"."reminder_id" = $2 AND "had"."registration_id" = "r"."id"
        AND "had"."told" IN ($3, $4, "r"."told"))
    ORDER BY "r"."id" LIMIT $7
"""
"""Of the marks, the first is today's; the others are those that older rows hold (see `Reminded`)."""
_ALL_HAD = """
    INSERT INTO "reminded" ("reminder_id", "registration_id", "told")
    SELECT $1, "id", $2 FROM "registration" WHERE "event_id" = $3 AND "live" = 1 ON CONFLICT DO NOTHING
"""


def due_at(reminder: Reminder, event: Event) -> datetime:
    """The moment (UTC) a reminder is due: counted in real minutes from the instant, so that DST cannot shift it."""
    return _moment(reminder.minutes, reminder.is_after, event.starts_at, event.ends_at)


def _moment(minutes: int, is_after: bool, starts_at: datetime, ends_at: datetime) -> datetime:
    if is_after:
        return ends_at.astimezone(UTC) + timedelta(minutes=minutes)
    return starts_at.astimezone(UTC) - timedelta(minutes=minutes)


async def remind_by_default(event_id: uuid.UUID) -> None:
    """A new event reminds its people a day and an hour before, from the transaction on that makes it."""
    for minutes in BY_DEFAULT:
        await Reminder.create(event_id=event_id, minutes=minutes)


async def copy_reminders(original_id: uuid.UUID, copy_id: uuid.UUID) -> None:
    """A copy of an event reminds as its original does, inside the transaction that makes it."""
    for each in await Reminder.filter(event_id=original_id):
        await Reminder.create(event_id=copy_id, minutes=each.minutes, is_after=each.is_after, text=each.text)
