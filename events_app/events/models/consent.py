"""The table of consent texts, version by version."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app.database import Prepared
from events_app.events.models.event import Event
from events_app.texts import Texts


class ConsentText(Model):
    """What people agreed to, version by version; a version that somebody has seen is never changed."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    version = fields.IntField()
    text: Texts = fields.JSONField()

    class Meta:
        table = "consent_text"
        unique_together = (("event_id", "version"),)


async def consent_of(event: Event) -> Texts:
    """The consent text in force, in every language; empty when the event asks for none."""
    if not event.consent_version:
        return {}
    found = await _consent.first(event.id, event.consent_version)
    return found.text if found else {}


_consent = Prepared(
    lambda event_id, version: ConsentText.filter(event_id=event_id, version=version), uuid.UUID, int
)
