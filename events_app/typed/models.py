"""The table of what was typed and not saved."""

import uuid
from typing import Any

from tortoise import fields
from tortoise.models import Model


class Typing(Model):
    """What one organizer has typed into one form of an event and not saved. `content` is sealed under the event's keys:
    {typed: [[name, value], ...]}; `page` is the form's place behind the event's address, `kept_at` unix ms."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    organizer: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "house.Organizer", on_delete=fields.CASCADE
    )
    organizer_id: uuid.UUID
    page = fields.CharField(max_length=80)
    content = fields.BinaryField()
    kept_at: int = fields.BigIntField()

    class Meta:
        table = "typing"
        unique_together = (("event_id", "organizer_id", "page"),)
        indexes = (("kept_at",), ("organizer_id",))

    @property
    def context(self) -> str:
        """Binds what was typed to this row."""
        return f"typing:{self.id}"
