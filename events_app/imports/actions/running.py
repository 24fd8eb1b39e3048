"""How a list comes in, is written to, or is taken back, once that was begun: a few people a transaction."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Final

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from events_app import shadows
from events_app.acts import Act
from events_app.clock import milliseconds
from events_app.database import after_commit, one_transaction
from events_app.events.models.event import Event
from events_app.events.rules import Opening
from events_app.health.actions.guarding import Guard
from events_app.imports.actions.importing import post_letters, seats_mark, write_people
from events_app.imports.actions.newcomers import AT_ONCE, WITH_LETTERS_AT_ONCE, reveal_page
from events_app.imports.models import (
    COMING,
    DONE,
    FREEING,
    GOING,
    HOLDING,
    MOVING,
    STOPPED,
    WRITING,
    ImportBatch,
    ImportPage,
)
from events_app.imports.rules import Plan
from events_app.mail.models import Letter
from events_app.mail.outbox import wake_couriers
from events_app.mail.rules import HAS_PERHAPS_LEFT
from events_app.optouts.actions import opted_out_among
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.places import promote
from events_app.registrations.posting import openable
from events_app.registrations.rules import Status

LETTERS_AT_ONCE: Final = 100


async def carry_on(*, guard: Guard | None = None, act: Act) -> int:
    """Go on with every list; says how many transactions. Idle, it writes nothing.

    Any number of processes may do this at once, and whatever one of them leaves undone the next one does. A list that
    cannot go on keeps no other.
    """
    guard, steps = guard or Guard(), 0
    moving = ImportBatch.filter(state__in=list(MOVING))
    for batch_id, event_id in await moving.values_list("id", "event_id"):
        one = partial(step, batch_id, act=act)
        while await guard.attempt("imports", one, subject=batch_id, event_id=event_id):
            steps += 1
    return steps


async def go_on(batch_id: uuid.UUID, *, act: Act) -> None:
    """To its end, with pauses as long as the work, in which others have their turn."""
    is_moving = True
    while is_moving:
        begun = time.monotonic()
        is_moving = await step(batch_id, act=act)
        await asyncio.sleep(time.monotonic() - begun)


async def step(batch_id: uuid.UUID, *, act: Act) -> bool:
    """The next people of the list come, go, or get their letters; False when that was all."""
    found = await ImportBatch.get_or_none(id=batch_id)
    if found is None or not found.is_moving:
        return False
    return await _step(found, await _letters_to_turn(found), act=act)


@one_transaction
async def _step(found: ImportBatch, letters: Sequence[uuid.UUID], *, act: Act) -> bool:
    event = await Event.claim(found.event_id)
    batch = await ImportBatch.get(id=found.id)
    if batch.state != found.state:
        return batch.is_moving
    if batch.state == COMING:
        return await _bring_some(batch, event, act=act)
    if batch.state == WRITING:
        return await _write_to_some(batch, event, act=act)
    if batch.state == GOING:
        return await _take_some_back(batch, event, act=act)
    return await _turn_letters(batch, letters, act=act)


async def _bring_some(batch: ImportBatch, event: Event, *, act: Act) -> bool:
    plan = Plan(**batch.plan)
    opening = event.opening(act.now)
    if opening in {Opening.PAST, Opening.CANCELLED} or (plan.writes and opening == Opening.DRAFT):
        await stop_here(batch)
        return False
    page = await ImportPage.filter(batch_id=batch.id).order_by("place").first()
    if page is not None:
        people = reveal_page(page, act=act)
        known = Registration.filter(id__in=[each.row_id for each in people])
        here = set(await known.values_list("id", flat=True))
        await write_people(batch, event, [each for each in people if each.row_id not in here], act=act)
        await page.delete()
        if await ImportPage.exists(batch_id=batch.id):
            return True
    await _is_done(batch, event, plan, act=act)
    return False


async def _is_done(batch: ImportBatch, event: Event, plan: Plan, *, act: Act) -> None:
    for mode in plan.seats:
        await shadows.end(seats_mark(batch.id, mode))
    batch.state = DONE
    await batch.save(update_fields=["state"])
    if batch.passed_over:
        await promote(event, act=act)  # to the seats of those who did not need them


async def stop_here(batch: ImportBatch) -> None:
    """Nobody else of the list comes, under the event's claim; the caretaker lets others have the seats (`Shadow`)."""
    await ImportPage.filter(batch_id=batch.id).delete()
    for mode in Plan(**batch.plan).seats:
        await shadows.give_up(seats_mark(batch.id, mode))
    batch.state = STOPPED
    await batch.save(update_fields=["state"])


def letters_of(batch: ImportBatch) -> QuerySet[Letter]:
    return Letter.filter(thread__in=Subquery(Registration.filter(import_batch_id=batch.id).values("id")))


async def has_left(batch: ImportBatch) -> bool:
    """Whether a letter to anybody of the list may have reached them."""
    return await letters_of(batch).filter(state__in=list(HAS_PERHAPS_LEFT)).exists()


async def _letters_to_turn(batch: ImportBatch) -> list[uuid.UUID]:
    """The next that are to be held back, or let go again. They are sought before the transaction."""
    if batch.state not in {HOLDING, FREEING}:
        return []
    queued = letters_of(batch).filter(state="queued", due_at__isnull=batch.state == FREEING)
    return list(await queued.limit(LETTERS_AT_ONCE).values_list("id", flat=True))  # type: ignore[arg-type]


async def _turn_letters(batch: ImportBatch, letters: Sequence[uuid.UUID], *, act: Act) -> bool:
    """Held back, a letter is due never, and no courier's: a courier that has it is told so before it leaves. Only when
    all are is it certain whether one has left."""
    if letters:
        due = milliseconds(act.now) if batch.state == FREEING else None
        await Letter.filter(id__in=letters, state="queued").update(due_at=due, lease_by=None)
        return True
    if batch.state == FREEING:
        after_commit(wake_couriers)
        batch.state = DONE
    else:
        batch.state = FREEING if await has_left(batch) else GOING
    await batch.save(update_fields=["state"])
    return batch.is_moving


async def _take_some_back(batch: ImportBatch, event: Event, *, act: Act) -> bool:
    """First those who wait: else they would be given the seats of the others."""
    theirs = Registration.filter(import_batch_id=batch.id).order_by("-status").limit(AT_ONCE)
    if some := list(await theirs.values_list("id", flat=True)):
        await Letter.filter(thread__in=some).delete()
        await Registration.filter(id__in=some).delete()
        await promote(event, act=act)
    if len(some) == AT_ONCE:
        return True
    batch.undone, batch.state = True, DONE
    await batch.save(update_fields=["undone", "state"])
    return False


async def _write_to_some(batch: ImportBatch, event: Event, *, act: Act) -> bool:
    """The next who have or wait for a place, and have had no letter. Of an event that is over or called off meanwhile
    nobody hears anything more in this way."""
    is_over = event.opening(act.now) in {Opening.PAST, Opening.CANCELLED, Opening.DRAFT}
    living = Registration.filter(event_id=event.id, import_batch_id=batch.id, live=1)
    behind = living.filter(
        arrival__gt=batch.plan["reached"], status__in=[Status.CONFIRMED, Status.WAITLISTED]
    )
    rows = [] if is_over else await behind.order_by("arrival").limit(WITH_LETTERS_AT_ONCE)
    sent = await post_letters(event, await _without_letter(rows, event, act=act), act=act)
    if rows:
        batch.plan = {**batch.plan, "reached": rows[-1].arrival, "sent": batch.plan["sent"] + sent}
    goes_on = len(rows) == WITH_LETTERS_AT_ONCE
    if not goes_on:
        batch.state = DONE if batch.done + batch.passed_over >= batch.rows else STOPPED
    await batch.save(update_fields=["plan", "state"])
    return goes_on


async def _without_letter(
    rows: Sequence[Registration], event: Event, *, act: Act
) -> list[tuple[Registration, Person]]:
    """Those who have had none yet, opened, with the entry that a calendar is about to get noted in their row. Who
    cannot be opened keeps nobody else from theirs."""
    letters = Letter.filter(thread__in=[row.id for row in rows])
    had = set(await letters.values_list("thread", flat=True)) if rows else set()
    opened = [(row, await openable(row, act=act)) for row in rows if row.id not in had]
    there = [(row, person) for row, person in opened if person]
    addresses = [person.address for _row, person in there]
    opted_out = await opted_out_among(addresses, event, vault=act.vault)
    people = list[tuple[Registration, Person]]()
    for row, person in there:
        is_written_to = bool(person.address) and person.address not in opted_out
        row.invited = is_written_to and (row.status == Status.CONFIRMED or event.sends_holds)
        row.telling = event.telling
        await row.save(update_fields=["invited", "telling"])
        people.append((row, person))
    return people
