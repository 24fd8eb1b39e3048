"""The table of an event's own questions."""

import uuid
from datetime import date
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app.database import Prepared
from events_app.events.models.event import Event
from events_app.texts import Texts


class Question(Model):
    """One question of an event's form.

    `choices` is a list of {"key": "a", "text": Texts}; `only_mode` '' asks everybody; with `when_question_id` it is
    asked only of people whose answer there is one of `when_values`. `audience` says who may see the answers,
    `keep_days` how many days after the event they are kept. A retired question is asked no more; its answers stay.
    `forgotten_on` is the day when its answers were deleted because their days were over.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    kind = fields.CharField(max_length=16)
    label: Texts = fields.JSONField()
    help: Texts = fields.JSONField(default=dict)
    purpose: Texts = fields.JSONField(default=dict)
    choices: list[dict[str, Any]] = fields.JSONField(default=list)
    required = fields.BooleanField(default=False)
    only_mode = fields.CharField(max_length=16, default="")
    when_question_id = fields.UUIDField(null=True)
    when_values: list[str] = fields.JSONField(default=list)
    audience = fields.CharField(max_length=16, default="organizers")
    keep_days = fields.IntField(default=30)
    position = fields.IntField()
    retired = fields.BooleanField(default=False)
    forgotten_on: date | None = fields.DateField(null=True)

    class Meta:
        table = "question"
        indexes = (("event_id", "position"),)


async def questions_of(event_id: uuid.UUID, *, retired: bool = False) -> list[Question]:
    """The event's questions in their order; with `retired` also those that are asked no more."""
    every = await _questions.all(event_id)
    return every if retired else [question for question in every if not question.retired]


_questions = Prepared(
    lambda event_id: Question.filter(event_id=event_id).order_by("position", "id"), uuid.UUID
)
