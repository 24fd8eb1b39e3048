"""What stays of an event as counts, frozen before its keys are forgotten: never a name, never a few people."""

import asyncio
import uuid
from collections import Counter
from typing import Any, Final, cast

from events_app.acts import Act
from events_app.deletion.rules import merged
from events_app.questions.models import Question, questions_of
from events_app.questions.rules import HAS_CHOICES, NO, YES, Kind
from events_app.registrations.models import Registration
from events_app.registrations.posting import person_context
from events_app.registrations.rules import Status

PAGE_ROWS: Final = 500


async def counts_of_event(event_id: uuid.UUID, *, act: Act) -> dict[str, Any]:
    """{people, statuses, modes, languages, questions}: statuses of everybody, the others of those who had a place.

    Each count is a pair of its name ("" for what was merged) and its number; a question brings its label along.
    Whose data cannot be opened has answered nothing, and keeps no event from its deletion day.
    """
    rows = await Registration.filter(event_id=event_id).values("status", "mode", "language")
    came = [row for row in rows if row["status"] == Status.CONFIRMED]
    return {
        "people": len(rows),
        "statuses": merged(Counter(row["status"] for row in rows)),
        "modes": merged(Counter(row["mode"] for row in came)),
        "languages": merged(Counter(row["language"] for row in came)),
        "questions": await _questions(event_id, act=act),
    }


async def _questions(event_id: uuid.UUID, *, act: Act) -> list[dict[str, Any]]:
    asked = [
        each
        for each in await questions_of(event_id, retired=True)
        if each.kind in {*HAS_CHOICES, Kind.YES_NO}
    ]
    if not asked:
        return []
    said = {str(each.id): Counter[str]() for each in asked}
    after: uuid.UUID | None = uuid.UUID(int=0)
    while after is not None:
        after = await _count_page(event_id, after, said, act=act)
    return [_frozen(each, said[str(each.id)]) for each in asked if said[str(each.id)]]


async def _count_page(
    event_id: uuid.UUID, after: uuid.UUID, said: dict[str, Counter[str]], *, act: Act
) -> uuid.UUID | None:
    page = Registration.filter(event_id=event_id, id__gt=after, status=Status.CONFIRMED, erased=False)
    rows: list[tuple[uuid.UUID, bytes]] = (
        await page.order_by("id").limit(PAGE_ROWS).values_list("id", "person")
    )
    sealed = [(person_context(row_id), bytes(blob)) for row_id, blob in rows]
    for opened in act.vault.reveal_each(str(event_id), sealed, act.by, instead={}) if sealed else []:
        for key, answer in cast(dict[str, Any], opened.get("answers") or {}).items():
            if key in said:
                said[key].update(_keys(answer))
    await asyncio.sleep(0)
    return rows[-1][0] if len(rows) == PAGE_ROWS else None


def _keys(answer: Any) -> list[str]:
    if isinstance(answer, bool):
        return [YES if answer else NO]
    return [str(each) for each in answer] if isinstance(answer, list) else [str(answer)]


def _frozen(question: Question, said: Counter[str]) -> dict[str, Any]:
    """With the words of the question, and of each choice, as they stand now."""
    texts = {str(choice["key"]): choice["text"] for choice in question.choices}
    cells = [(texts.get(key, key), number) for key, number in merged(said)]
    return {"label": question.label, "cells": cells}
