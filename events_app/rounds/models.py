"""The table of acts on everybody of an event that are not done yet."""

import uuid
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event

CALLED_OFF, ANNOUNCED, PUT_OFF, MOVING_UP = "called_off", "announced", "put_off", "moving_up"
"""What there is: the event does not take place; something about it is different; its people's data stays longer; those
who wait have seats now (of this one the line says who is next, and `until` nothing)."""


class Round(Model):
    """An act that everybody of an event is to have, in the order of their arrival; the row goes when all have had it.

    `what`: its name, by which the step is found that goes on with it. `reached`: the arrival of the last person who has
    had it (-1: nobody yet); `until`: of the last one whom it concerns. `facts`: what the step must know; nothing
    personal.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    what = fields.CharField(max_length=16)
    reached = fields.IntField(default=-1)
    until = fields.IntField()
    facts: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "round"
        unique_together = (("event_id", "what"),)
