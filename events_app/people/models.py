"""The table of saved views: a search with a name."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event


class SavedView(Model):
    """A name for a search and filter of an event's list."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    name = fields.CharField(max_length=80)
    query = fields.CharField(max_length=1000)

    class Meta:
        table = "saved_view"
        indexes = (("event_id",),)
