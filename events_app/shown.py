"""How many places others see as taken: counted a few times an hour, so that no single registration is seen in them.

Whether there are any at all is never late: nobody is sent into a waiting line unasked.
"""

import uuid
from collections.abc import Mapping

from tortoise import fields
from tortoise.models import Model

from events_app.database import rows
from events_app.events.models.event import Event


class ShownPlaces(Model):
    """What the places of one way of taking part were at the last count: `taken`, or kept for others."""

    number = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    mode = fields.CharField(max_length=16)
    taken = fields.IntField()

    class Meta:
        table = "shown_places"
        unique_together = (("event_id", "mode"),)


async def shown_of(event_id: uuid.UUID) -> Mapping[str, int]:
    """How many places were taken at the last count, by way of taking part; nothing of an event that is too young."""
    return {str(row["mode"]): int(row["taken"]) for row in await rows(_SHOWN, event_id)}


_SHOWN = 'SELECT "mode", "taken" FROM "shown_places" WHERE "event_id" = $1 ORDER BY "mode"'


async def show(event_id: uuid.UUID, taken: Mapping[str, int]) -> None:
    """Others see this from now on; where it is what they see already, nothing is written."""
    before = await shown_of(event_id)
    for mode, number in taken.items():
        if before.get(mode) != number:
            await rows(_SHOW, event_id, mode, number)


_SHOW = """
    INSERT INTO "shown_places" ("event_id", "mode", "taken") VALUES ($1, $2, $3)
    ON CONFLICT ("event_id", "mode") DO UPDATE SET "taken" = $3
"""
