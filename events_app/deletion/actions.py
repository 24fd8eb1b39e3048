"""Forgetting an event: its counts are frozen, its keys destroyed, and all that they sealed goes, in that order."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from tortoise.models import Model

from events_app.acts import Act
from events_app.database import one_transaction, scrub
from events_app.deletion import rules
from events_app.deletion.counting import counts_of_event
from events_app.deletion.held import PLANNED_BY, holds_anything, plan_of
from events_app.deletion.telling import give_notices, put_old_ones_ahead
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.health.actions.guarding import Guard
from events_app.imports.models import ImportBatch, ImportDraft, ImportPage
from events_app.mail.models import Letter
from events_app.mailings.models import Mailing
from events_app.optouts.models import OptOut
from events_app.people.models import SavedView
from events_app.registrations.models import ErasedMark, Invitation, Registration
from events_app.rounds.models import Round

AT_ONCE: Final = 200
"""Rows that go in one transaction: few enough that nobody else waits long."""

_OF_PEOPLE: Final[Mapping[str, tuple[type[Model], str]]] = {
    "letter": (Letter, "number"),
    "invitation": (Invitation, "id"),
    "import_draft": (ImportDraft, "id"),
    "mailing": (Mailing, "id"),
    "saved_view": (SavedView, "id"),
    "erased_mark": (ErasedMark, "number"),
    "opt_out": (OptOut, "number"),
    "round": (Round, "number"),
    "import_page": (ImportPage, "number"),
    "registration": (Registration, "id"),
    "import_batch": (ImportBatch, "id"),
}
"""Tables whose rows are about people of one event, each with its model and key. What hangs on a registration (its
history, reminders, lines of mailings) goes with it."""


async def look(*, guard: Guard | None = None, act: Act) -> int:
    """What the caretaker does: gives what an older version left its day, tells organizers, forgets what is due. Where
    the first cannot be done, nothing is forgotten."""
    guard = guard or Guard()
    await put_old_ones_ahead(act=act)
    await give_notices(guard=guard, act=act)
    return await forget_due(guard=guard, act=act)


async def forget_due(*, guard: Guard | None = None, act: Act) -> int:
    """Forget every event whose deletion day has come, and go on with those that were left half-way; says how many.

    One that fails does not hold up the others.
    """
    guard, done = guard or Guard(), 0
    for event in await _candidates(act):
        one = partial(_forget_if_due, event, act=act)
        done += await guard.attempt("deletion", one, subject=event.id, event_id=event.id) or 0
    return done


async def _forget_if_due(event: Event, *, act: Act) -> int:
    if event.forgotten_on is None and not await _is_due(event, act=act):
        return 0
    await forget_event(event.id, act=act)
    return 1


async def _candidates(act: Act) -> list[Event]:
    """Whatever is over and not done with; in the order of their ends. Their texts are not read."""
    over = Event.filter(ends_at__lte=act.now, is_emptied=False).order_by("ends_at", "id")
    return await over.only(*PLANNED_BY)


async def _is_due(event: Event, *, act: Act) -> bool:
    if not plan_of(event).is_due(act.now):
        return False
    return event.status != Status.DRAFT or await holds_anything(event.id)


@one_transaction
async def check_may_go(event_id: uuid.UUID, *, act: Act) -> None:
    """Refuses `NotOverYet` for what is still to come: people would lose their place without a word."""
    event = await Event.claim_any(event_id)
    if event.status == Status.PUBLISHED and act.now < event.ends_at:
        raise rules.NotOverYet()


async def forget_event(event_id: uuid.UUID, *, act: Act) -> None:
    """Everything that is held of the event's people goes, for good; counts stay.

    Five steps, each of which may be the last before a crash: asked again, it goes on where it stood. From the first on
    nobody registers, writes or reads here any more (`EventForgotten`); after the third nothing opens, in no backup
    either. Refuses `KeyringBusy`.
    """
    await _freeze(event_id, act=act)
    act.vault.forget(str(event_id))
    for table, key in _OF_PEOPLE.values():
        while await _empty_some(table, key, event_id):
            pass
    await _finish(event_id)
    await scrub(*_OF_PEOPLE, "history_line", "event")


async def _freeze(event_id: uuid.UUID, *, act: Act) -> None:
    """From the mark on nobody comes in, so everybody can be counted without holding up anybody else."""
    if not await _mark_forgotten(event_id, act=act):
        counts = await counts_of_event(event_id, act=act)
        await _keep_counts(event_id, counts)


@one_transaction
async def _mark_forgotten(event_id: uuid.UUID, *, act: Act) -> bool:
    """Whether the counts are there already."""
    event = await Event.claim_any(event_id)
    if event.forgotten_on is None:
        event.forgotten_on = act.now.date()
        await event.save(update_fields=["forgotten_on"])
    return event.counts is not None


@one_transaction
async def _keep_counts(event_id: uuid.UUID, counts: Mapping[str, Any]) -> None:
    event = await Event.claim_any(event_id)
    if event.counts is None:
        event.counts = dict(counts)
        await event.save(update_fields=["counts"])


@one_transaction
async def _empty_some(table: Any, key: str, event_id: uuid.UUID) -> bool:
    """Delete some of the table's rows of the event; False when there are none."""
    ids = await table.filter(event_id=event_id).order_by(key).limit(AT_ONCE).values_list(key, flat=True)
    if ids:
        await table.filter(**{f"{key}__in": ids}).delete()
    return bool(ids)


@one_transaction
async def _finish(event_id: uuid.UUID) -> None:
    event = await Event.claim_any(event_id)
    event.join_link, event.is_emptied = None, True
    event.revision += 1
    await event.save(update_fields=["join_link", "is_emptied", "revision"])
