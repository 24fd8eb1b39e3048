"""The tables of health: what is in trouble and since when."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event
from events_app.health.rules import ROW

MOST_SHOWN: Final = 500
MOST_NAMED: Final = 20


class Trouble(Model):
    """One thing that does not go as it should; its row goes when it does again. Nothing personal is in it.

    `job`: a name of `rules.JOBS`, `rules.ROW`, or of `rules.SIGNS`. `subject`: an id, or '' for the whole job.
    `detail`: the class of an error, or a number. `since`, `last_at`: Unix milliseconds.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    job = fields.CharField(max_length=32)
    subject = fields.CharField(max_length=64, default="")
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "house.Event", on_delete=fields.CASCADE, null=True
    )
    event_id: uuid.UUID | None
    detail = fields.CharField(max_length=64, default="")
    since = fields.BigIntField()
    last_at = fields.BigIntField()
    times = fields.IntField(default=1)

    class Meta:
        table = "trouble"
        unique_together = (("job", "subject"),)


@dataclass(frozen=True)
class Gathered:
    """The troubles of one job with one event, as the desk shows them: how many, since when, and when it was tried
    last; the ids of the first people who cannot be opened. Moments are aware."""

    job: str
    event_id: uuid.UUID | None
    number: int
    since: datetime
    last_at: datetime
    details: str
    whose: tuple[str, ...] = ()


async def gathered() -> list[Gathered]:
    """Everything that is in trouble, what has lasted longest first."""
    found = dict[tuple[str, uuid.UUID | None], list[Trouble]]()
    for each in await Trouble.all().order_by("since", "number").limit(MOST_SHOWN):
        found.setdefault((each.job, each.event_id), []).append(each)
    return [
        Gathered(
            job,
            event_id,
            len(several),
            moment(several[0].since),
            moment(max(each.last_at for each in several)),
            ", ".join(sorted({each.detail for each in several})),
            tuple(each.subject for each in several[:MOST_NAMED] if job == ROW),
        )
        for (job, event_id), several in found.items()
    ]


async def is_anything_wrong() -> bool:
    return await Trouble.all().exists()


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
