"""The table of those who want no letters to many."""

import uuid
from datetime import date

from tortoise import fields
from tortoise.models import Model

from events_app.directory.models import Organization
from events_app.events.models.event import Event


class OptOut(Model):
    """That whoever has an address wants no letters to many, of one event or of one organization.

    `mark` is an HMAC of the address: under the event's own index key, or, where it was asked of an organization, under
    the site's with the organization's id. Nothing tells whose it is but the address itself.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "house.Event", null=True, on_delete=fields.CASCADE
    )
    event_id: uuid.UUID | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "house.Organization", null=True, on_delete=fields.CASCADE
    )
    organization_id: uuid.UUID | None
    mark = fields.BinaryField()
    made_on: date = fields.DateField()

    class Meta:
        table = "opt_out"
        unique_together = (("mark",),)
        indexes = (("event_id",),)
