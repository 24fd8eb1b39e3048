"""An imported list afterwards: how its people stand, their letters later, and taking it back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.functions import Count

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.errors import Conflict, NotFound
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.i18n import N_
from events_app.imports.actions.running import has_left, letters_of, stop_here
from events_app.imports.models import COMING, HOLDING, WRITING, ImportBatch
from events_app.imports.rules import LettersNeedPublishing
from events_app.registrations.actions.registering import REFUSAL_AT
from events_app.registrations.models import Registration


class LettersHaveLeft(Conflict):
    sentence = N_("An email to somebody on this list has been sent, so the import cannot be undone any more.")


class StillComing(Conflict):
    sentence = N_("This list is still being imported. Wait until it is finished, or stop it first.")


class NotAllHere(Conflict):
    sentence = N_("This list is still being imported or undone. Wait until that is finished.")


class NoSuchBatch(NotFound):
    sentence = N_("There is no page at this address.")


async def find_batch(event_id: uuid.UUID, batch_id: uuid.UUID) -> ImportBatch:
    found = await ImportBatch.get_or_none(id=batch_id, event_id=event_id)
    if found is None:
        raise NoSuchBatch()
    return found


async def batches_of(event_id: uuid.UUID) -> list[ImportBatch]:
    return list(await ImportBatch.filter(event_id=event_id).order_by("-imported_on", "id"))


@dataclass(frozen=True)
class Standing:
    """How the people of an imported list stand now: by status; how many letters they have, and whether one has left.
    `looked_at`: of whom it was seen whether they are owed one, while letters are written."""

    statuses: Mapping[str, int]
    letters: int
    has_left: bool
    looked_at: int = 0

    @property
    def people(self) -> int:
        return sum(self.statuses.values())

    @property
    def may_undo(self) -> bool:
        return bool(self.statuses) and not self.has_left


async def standing_of(batch: ImportBatch) -> Standing:
    rows = Registration.filter(import_batch_id=batch.id)
    counted = await rows.annotate(n=Count("id")).group_by("status").values("status", "n")
    return Standing(
        {row["status"]: row["n"] for row in counted},
        await letters_of(batch).count(),
        await has_left(batch),
        await rows.filter(arrival__lte=batch.plan["reached"]).count() if batch.state == WRITING else 0,
    )


@one_transaction
async def stop(event_id: uuid.UUID, batch_id: uuid.UUID) -> ImportBatch:
    """Nobody else of the list comes; who is here stays. Stopping what is done changes nothing."""
    event = await Event.claim(event_id)
    batch = await find_batch(event.id, batch_id)
    if batch.state == COMING:
        await stop_here(batch)
    return batch


@one_transaction
async def undo(event_id: uuid.UUID, batch_id: uuid.UUID) -> None:
    """Take an import back: its letters are held back, and exactly its rows follow with them (`running.go_on`); what is
    free moves the line up.

    Undoing twice is undoing once. Refuses `LettersHaveLeft` as soon as one letter may have reached somebody, and
    `StillComing`. If one leaves while the others are held back, everybody stays and the others leave as well.
    """
    event = await Event.claim(event_id)
    batch = await find_batch(event.id, batch_id)
    if batch.state == COMING:
        raise StillComing()
    if batch.undone or (batch.is_moving and batch.state != WRITING):
        return
    if await has_left(batch):
        raise LettersHaveLeft()
    batch.state = HOLDING
    await batch.save(update_fields=["state"])


@one_transaction
async def send_letters(event_id: uuid.UUID, batch_id: uuid.UUID, *, act: Act) -> None:
    """Begin to post the letters that an import left out, to those who have or wait for a place and have had none; they
    follow a few at a time (`running.go_on`). Beginning twice is beginning once.

    Refuses `NotAllHere`, `LettersNeedPublishing`, `EventOver`, `EventCalledOff`.
    """
    event = await Event.claim(event_id)
    batch = await find_batch(event.id, batch_id)
    if batch.state == WRITING:
        return
    if batch.is_moving:
        raise NotAllHere()
    opening = event.opening(act.now)
    if opening == Opening.DRAFT:
        raise LettersNeedPublishing()
    if opening in {Opening.PAST, Opening.CANCELLED}:
        raise REFUSAL_AT[opening]()
    batch.state, batch.plan = WRITING, {**batch.plan, "reached": -1, "sent": 0}
    await batch.save(update_fields=["state", "plan"])
