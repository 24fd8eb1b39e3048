"""The table of what was asked for and not answered yet."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event


class LinkRequest(Model):
    """Somebody asked for a letter that only goes where an address is registered, or where it is not. `wish` is sealed;
    the row looks the same for both. asked_at: unix ms; the row is gone once it was answered, and within an hour."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    wish = fields.BinaryField()
    asked_at = fields.BigIntField()

    class Meta:
        table = "link_request"
        indexes = (("asked_at",), ("event_id",))

    @property
    def wish_context(self) -> str:
        """Binds the sealed wish to this row."""
        return wish_context(self.id)


def wish_context(request_id: uuid.UUID) -> str:
    return f"link_request.wish:{request_id}"
