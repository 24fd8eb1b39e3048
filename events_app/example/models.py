"""The table of what belongs to the example."""

import uuid
from typing import Literal, cast

from tortoise import fields
from tortoise.models import Model

Kind = Literal["event", "conference", "venue", "organization"]


class ExampleRow(Model):
    """One row that was made for the example and goes with it. id: that of the row itself, in the table of its kind.
    people: of an event, how many were registered when it was shown."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = cast(Kind, fields.CharField(max_length=16))
    people = fields.IntField(default=0)

    class Meta:
        table = "example_row"
