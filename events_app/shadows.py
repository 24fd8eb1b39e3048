"""Places held for nobody: what an address that is registered already would hold for a while, were it a new one.

Where an event confirms addresses, a new one holds its seats until it answers or its time is over. If a known one held
none, whoever watches the number of places would learn that it is known. A list that comes in holds the seats of its
people likewise, until they sit on them.
"""

import uuid
from datetime import datetime
from typing import Final

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from events_app.clock import milliseconds
from events_app.database import rows
from events_app.events.models.event import Event

UNTIL_GIVEN_BACK: Final = 2**53
"""An `until` that never comes."""


class Shadow(Model):
    """The seats of one address that was registered already, one for each address and event; no person is in it.

    mark: an HMAC of the address under the event's index key, or what a list that comes in is known by. people: 0 once
    it was taken back. until: unix ms.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    mark = fields.BinaryField()
    mode = fields.CharField(max_length=16)
    people = fields.IntField()
    until = fields.BigIntField()

    class Meta:
        table = "shadow"
        unique_together = (("mark",),)
        indexes = (("event_id", "mode"), ("until",))


async def cast(event_id: uuid.UUID, mark: bytes, *, mode: str, people: int, until: int) -> uuid.UUID:
    """Hold so many seats under that mark, under the event's claim; nothing happens where it holds some already. An id
    by which they can be given back."""
    shadow_id = uuid.uuid4()
    await rows(_CAST, shadow_id, event_id, mark, mode, people, until)
    return shadow_id


_CAST = """
    INSERT INTO "shadow" ("id", "event_id", "mark", "mode", "people", "until") VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT ("mark") DO NOTHING
"""


async def end(mark: bytes) -> None:
    """Nothing is held under that mark any more."""
    await Shadow.filter(mark=mark).delete()


async def give_back(shadow_id: uuid.UUID) -> None:
    """The seats are free, and the caretaker lets others have them."""
    await Shadow.filter(id=shadow_id).update(people=0)


async def hand_over(mark: bytes, people: int) -> None:
    """So many of the seats held under that mark are somebody's now, or nobody's. With the last of them it is over."""
    await rows('UPDATE "shadow" SET "people" = "people" - $1 WHERE "mark" = $2', people, mark)


async def give_up(mark: bytes) -> None:
    """The seats held under that mark are free, and the caretaker lets others have them."""
    await Shadow.filter(mark=mark).update(people=0)


async def events_with_due(now: datetime) -> list[uuid.UUID]:
    """The events of which some shadow is over."""
    found: list[uuid.UUID] = await Shadow.filter(_over(now)).distinct().values_list("event_id", flat=True)  # type: ignore[assignment]
    return found


async def lift(event_id: uuid.UUID, *, now: datetime) -> None:
    """Take those of the event away that are over, under its claim."""
    await Shadow.filter(_over(now), event_id=event_id).delete()


def _over(now: datetime) -> Q:
    return Q(until__lte=milliseconds(now)) | Q(people=0)
