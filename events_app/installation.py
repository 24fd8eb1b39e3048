"""The installation itself, one row: which keyring its data belongs to, and whether it was restored and is looked at."""

import asyncio
import logging
from contextlib import suppress
from datetime import date, datetime
from typing import Literal, cast

from tortoise import fields
from tortoise.exceptions import BaseORMException
from tortoise.models import Model

from events_app.clock import milliseconds

State = Literal["open", "restoring", "held"]

LOOK_EVERY = 5.0
"""Seconds between two looks at whether letters may leave."""


log = logging.getLogger(__name__)


class Installation(Model):
    """mark: random, the same in the data and in the keyring. state: "restoring" until a restore is complete, then
    "held" until the operator lets letters leave again. restored_from: the day (UTC) of the backup, while it is held.
    backed_up_at: when the last backup was made (Unix milliseconds).
    """

    id = fields.SmallIntField(primary_key=True)
    mark = fields.CharField(max_length=64)
    state = cast(State, fields.CharField(max_length=16, default="open"))
    restored_from: date | None = fields.DateField(null=True)
    backed_up_at: int | None = fields.BigIntField(null=True)

    class Meta:
        table = "installation"


async def this_installation() -> Installation | None:
    """The row; None before the first start."""
    return await Installation.get_or_none(id=1)


async def held_since() -> date | None:
    """The day of the backup, while nothing leaves; None for an installation at work."""
    here = await this_installation()
    return here.restored_from if here is not None and here.state == "held" else None


async def note_backup(now: datetime) -> None:
    """Remember that a backup was made. That it was made counts, also where this cannot be written."""
    with suppress(BaseORMException):
        await Installation.filter(id=1).update(backed_up_at=milliseconds(now))


async def released(look_every: float = LOOK_EVERY) -> None:
    """Returns when letters may leave: at once, but for an installation that is held after a restore.

    A database that does not answer says nothing, and nothing leaves until it does.
    """
    while True:
        try:
            if await held_since() is None:
                return
        except Exception as error:  # noqa: BLE001 - it outlives a database that is away
            log.warning("could not ask whether letters may leave: %s", type(error).__name__)
        await asyncio.sleep(look_every)
