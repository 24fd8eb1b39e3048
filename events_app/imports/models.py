"""The tables of imports: a list before it is imported, and one that was."""

import uuid
from datetime import date
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event


class ImportBatch(Model):
    """One imported list, so that it can be taken back as one."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    imported_on: date = fields.DateField()
    rows = fields.IntField()
    undone = fields.BooleanField(default=False)

    class Meta:
        table = "import_batch"


class ImportDraft(Model):
    """A list between its upload and its import: the file, sealed, and how its columns are read.

    It is its organizer's alone, and is forgotten at `expires_at` (unix ms). `choices` hold no personal data.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    organizer_id: uuid.UUID = fields.UUIDField()
    file = fields.BinaryField()
    choices: dict[str, Any] = fields.JSONField(default=dict)
    expires_at: int = fields.BigIntField()

    class Meta:
        table = "import_draft"
        indexes = (("expires_at",),)
