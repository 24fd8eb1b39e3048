"""Answers go so many days after the event, as people were told."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final, cast

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.health.actions.guarding import Guard
from events_app.questions.models import Question
from events_app.registrations.models import Registration
from events_app.registrations.posting import openable, seal_person

PAGE_ROWS: Final = 200
"""Registrations in one transaction: few enough that nobody else waits long for the event."""


async def forget_answers(*, page_rows: int = PAGE_ROWS, guard: Guard | None = None, act: Act) -> int:
    """Delete the answers whose days are over; says to how many questions. Asking again is safe, and finds nothing.

    An event that was moved on after its answers were deleted is looked at anew when its new days are over. One whose
    answers cannot be deleted keeps no other; where somebody could not be opened, all is looked at again the next time.
    """
    guard, due = guard or Guard(), dict[uuid.UUID, list[Question]]()
    for question in await Question.filter(
        event__ends_at__lt=act.now, event__forgotten_on=None
    ).select_related("event"):
        ends = question.event.ends_at + timedelta(days=question.keep_days)
        if ends <= act.now and (question.forgotten_on is None or question.forgotten_on < ends.date()):
            due.setdefault(question.event_id, []).append(question)
    done = 0
    for event_id, questions in due.items():
        of_one = partial(_forget_answers_of, event_id, questions, page_rows=page_rows, act=act)
        done += await guard.attempt("forget", of_one, subject=event_id, event_id=event_id) or 0
    return done


async def _forget_answers_of(
    event_id: uuid.UUID, questions: Sequence[Question], *, page_rows: int, act: Act
) -> int:
    keys = {str(each.id) for each in questions}
    after, all_opened = cast(uuid.UUID | None, uuid.UUID(int=0)), True
    while after is not None:
        after, opened = await _forget_page(event_id, keys, after, page_rows=page_rows, act=act)
        all_opened = all_opened and opened
    if all_opened:
        ids = [question.id for question in questions]
        await Question.filter(id__in=ids).update(forgotten_on=act.now.date())
    return len(questions)


@one_transaction
async def _forget_page(
    event_id: uuid.UUID, keys: set[str], after: uuid.UUID, *, page_rows: int, act: Act
) -> tuple[uuid.UUID | None, bool]:
    """One page of registrations by id; the last id, or None when there are no more, and whether all could be opened."""
    await Event.claim(event_id)
    rows = await Registration.filter(event_id=event_id, id__gt=after).order_by("id").limit(page_rows)
    opened = 0
    for registration in rows:
        person = await openable(registration, act=act)
        if person is None:
            continue
        opened += 1
        kept = {key: answer for key, answer in person.answers.items() if key not in keys}
        if len(kept) < len(person.answers):
            seal_person(registration, replace(person, answers=kept), vault=act.vault)
            await registration.save(update_fields=["person"])
    return rows[-1].id if len(rows) == page_rows else None, opened == len(rows)
