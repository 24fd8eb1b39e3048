"""Forgetting answers: people are told that they go so many days after the event, and here they go."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from events_app.database import one_transaction
from events_app.events.models import Event
from events_app.registrations.models import Registration
from events_app.registrations.models_parts import Question
from events_app.registrations.posting import COURIER, Office, reveal_person, seal_person

PAGE_ROWS: Final = 200
"""Registrations in one transaction: few enough that nobody else waits long for the event."""


async def forget_answers(now: datetime, *, office: Office, page_rows: int = PAGE_ROWS) -> int:
    """Delete the answers whose days are over; says to how many questions. Asking again is safe, and finds nothing.

    An event that was moved on after its answers were deleted is looked at anew when its new days are over.
    """
    due: dict[uuid.UUID, list[Question]] = {}
    for question in await Question.filter(event__ends_at__lt=now).select_related("event"):
        ends = question.event.ends_at + timedelta(days=question.keep_days)
        if ends <= now and (question.forgotten_on is None or question.forgotten_on < ends.date()):
            due.setdefault(question.event_id, []).append(question)
    for event_id, questions in due.items():
        keys = {str(each.id) for each in questions}
        after: uuid.UUID | None = uuid.UUID(int=0)
        while after is not None:
            after = await _forget_page(event_id, keys, after, page_rows=page_rows, office=office)
        ids = [question.id for question in questions]
        await Question.filter(id__in=ids).update(forgotten_on=now.date())
    return sum(len(questions) for questions in due.values())


@one_transaction
async def _forget_page(
    event_id: uuid.UUID, keys: set[str], after: uuid.UUID, *, page_rows: int, office: Office
) -> uuid.UUID | None:
    """One page of registrations by id; the last id, or None when there are no more."""
    await Event.claim(event_id)
    rows = await Registration.filter(event_id=event_id, id__gt=after).order_by("id").limit(page_rows)
    for registration in rows:
        person = reveal_person(registration, vault=office.vault, reader=COURIER)
        kept = {key: answer for key, answer in person.answers.items() if key not in keys}
        if len(kept) < len(person.answers):
            seal_person(registration, replace(person, answers=kept), vault=office.vault)
            await registration.save(update_fields=["person"])
    return rows[-1].id if len(rows) == page_rows else None
