"""An imported list afterwards: how its people stand, their letters later, and taking it back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.expressions import Subquery
from tortoise.functions import Count

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.errors import Conflict, NotFound
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.i18n import N_
from events_app.imports.actions.importing import post_letters
from events_app.imports.actions.running import has_left, letters_of, stop_here
from events_app.imports.models import COMING, HOLDING, ImportBatch
from events_app.imports.rules import LettersNeedPublishing
from events_app.mail.models import Letter
from events_app.optouts.actions import opted_out_of
from events_app.registrations.actions.registering import REFUSAL_AT
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER, reveal_person
from events_app.registrations.rules import Status


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
    """How the people of an imported list stand now: by status; how many letters they have, and whether one has left."""

    statuses: Mapping[str, int]
    letters: int
    has_left: bool

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
    if batch.undone or batch.is_moving:
        return
    if await has_left(batch):
        raise LettersHaveLeft()
    batch.state = HOLDING
    await batch.save(update_fields=["state"])


@one_transaction
async def send_letters(event_id: uuid.UUID, batch_id: uuid.UUID, *, act: Act) -> int:
    """Post the letters that an import left out, to those who have or wait for a place and have had none; says how many.

    Refuses `LettersNeedPublishing`, `EventOver`, `EventCalledOff`.
    """
    event = await Event.claim(event_id)
    batch = await find_batch(event.id, batch_id)
    if batch.is_moving:
        raise NotAllHere()
    opening = event.opening(act.now)
    if opening == Opening.DRAFT:
        raise LettersNeedPublishing()
    if opening in {Opening.PAST, Opening.CANCELLED}:
        raise REFUSAL_AT[opening]()
    mine = Registration.filter(import_batch_id=batch.id, live=1)
    had = set(await Letter.filter(thread__in=Subquery(mine.values("id"))).values_list("thread", flat=True))
    people, opted_out = [], await opted_out_of(event, vault=act.vault)
    for row in await mine.filter(status__in=[Status.CONFIRMED, Status.WAITLISTED]).order_by("arrival", "id"):
        if row.id in had:
            continue
        person = reveal_person(row, vault=act.vault, reader=COURIER)
        row.invited = (
            bool(person.address)
            and person.address not in opted_out
            and (row.status == Status.CONFIRMED or event.sends_holds)
        )
        row.telling = event.telling
        await row.save(update_fields=["invited", "telling"])
        people.append((row, person))
    return await post_letters(event, people, act=act)
