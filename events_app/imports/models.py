"""The tables of imports: a list before it is imported, one that comes in, and one that is here."""

import uuid
from datetime import date
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event

COMING, GOING = "coming", "going"
"""A list of which people are still to come; one that is taken back, of which people are still to go."""

HOLDING, FREEING = "holding", "freeing"
"""Before they go: their letters are held back; or, because one had left, are let go again, and everybody stays."""

WRITING: Final = "writing"
"""One whose people get the letters that it left out at first."""

MOVING: Final = frozenset({COMING, GOING, HOLDING, FREEING, WRITING})

DONE, STOPPED = "done", "stopped"
"""All who were to come are here; some are, and no more come."""


class ImportBatch(Model):
    """One imported list, so that it can be taken back as one.

    `rows`: the people of it who were new when it was begun; `done` of them were written, `passed_over` were not,
    because they had registered meanwhile, say. `plan`: what it was given at first (`rules.Plan`), nothing personal;
    once letters are written, `reached`: the arrival of the last person who was looked at, and `sent`: how many got one.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    imported_on: date = fields.DateField()
    rows = fields.IntField()
    undone = fields.BooleanField(default=False)
    state = fields.CharField(max_length=8, default=DONE)
    done = fields.IntField(default=0)
    passed_over = fields.IntField(default=0)
    plan: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "import_batch"

    @property
    def is_moving(self) -> bool:
        return self.state in MOVING


class ImportPage(Model):
    """A few people of a list who are still to come, sealed; the row goes when they are here."""

    number = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    batch: fields.ForeignKeyRelation[ImportBatch] = fields.ForeignKeyField(
        "house.ImportBatch", on_delete=fields.CASCADE
    )
    batch_id: uuid.UUID
    place = fields.IntField()
    people = fields.BinaryField()

    class Meta:
        table = "import_page"
        unique_together = (("batch_id", "place"),)
        indexes = (("event_id",),)


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
