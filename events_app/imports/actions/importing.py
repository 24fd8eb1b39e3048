"""Bringing a list in: what it is given is written down whole, or not at all; its people follow, a few at a time."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from events_app import shadows
from events_app.acts import Act, Who
from events_app.database import insertion, one_transaction, row_of, write
from events_app.events.models.event import Event, hosts_of
from events_app.events.rules import Opening
from events_app.imports.actions.newcomers import Newcomer, newcomer, sealed_pages
from events_app.imports.actions.planning import Forecast, forecast, free_seats, refuse_what_is_over
from events_app.imports.models import COMING, ImportBatch, ImportDraft, ImportPage
from events_app.imports.rules import (
    Candidate,
    Choice,
    LettersNeedPublishing,
    NobodyLeft,
    NobodyNew,
    NotEnoughPlaces,
    Plan,
    plan_of,
)
from events_app.mail import outbox
from events_app.offload.breathing import with_breaths
from events_app.optouts.actions import opted_out_among
from events_app.registrations.facts import (
    Facts,
    Person,
    event_facts,
    letter_facts,
    organizer_address,
    organizer_name,
)
from events_app.registrations.models import (
    ErasedMark,
    Registration,
    end_of_line,
    next_arrival,
)
from events_app.registrations.places import pool_for_newcomers
from events_app.registrations.posting import (
    history_line,
    person_context,
)
from events_app.registrations.rules import ANSWER_OF, Status
from events_app.registrations.told import skip_what_is_due
from events_app.tokens import digest


async def begin(draft: ImportDraft, lines: Sequence[Candidate], *, wish: Choice, act: Act) -> ImportBatch:
    """Give everybody who is new their seat or place in line, all or nobody, and write them down, sealed: they come in
    by `running.go_on`. The draft is gone.

    Refuses `NotEnoughPlaces`, `NobodyNew`, `LettersNeedPublishing`, `EventOver`, `EventCalledOff`. Importing one draft
    twice is importing it once.
    """
    if done := await ImportBatch.get_or_none(id=draft.id):
        return done
    trial = await forecast(
        draft.event_id, lines, wish=wish, act=act
    )  # before the transaction, as is all that grows
    newcomers = [
        newcomer(line, place, index)
        for line, place, index in zip(trial.new, trial.places, trial.indexes, strict=True)
    ]
    pages = await sealed_pages(draft, newcomers, wish=wish, act=act)
    return await _begin(draft, trial, newcomers, pages, wish=wish, act=act)


@one_transaction
async def _begin(
    draft: ImportDraft,
    trial: Forecast,
    newcomers: Sequence[Newcomer],
    pages: Sequence[ImportPage],
    *,
    wish: Choice,
    act: Act,
) -> ImportBatch:
    event = await Event.claim(draft.event_id)
    if done := await ImportBatch.get_or_none(id=draft.id):
        return done
    refuse_what_is_over(event, act=act)
    if wish.writes and event.opening(act.now) == Opening.DRAFT:
        raise LettersNeedPublishing()
    for mode in event.modes:
        await pool_for_newcomers(event, mode.value, act=act)  # nobody on the list overtakes who waits
    plan = await _plan(event, trial, wish=wish)
    if plan.too_many and (wish.everybody or not event.keeps_waitlist):
        raise NotEnoughPlaces(missing=plan.too_many)
    if not trial.new:
        raise NobodyLeft() if trial.erased else NobodyNew()
    batch = await ImportBatch.create(
        id=draft.id,
        event_id=event.id,
        imported_on=act.now.date(),
        rows=len(newcomers),
        state=COMING,
        plan=asdict(plan),
    )
    await ImportPage.bulk_create(pages)
    for way, seats in plan.seats.items():
        mark = seats_mark(batch.id, way)
        await shadows.cast(event.id, mark, mode=way, people=seats, until=shadows.UNTIL_GIVEN_BACK)
    await _write_the_last(batch, event, newcomers, act=act)
    await ImportDraft.filter(id=draft.id).delete()
    return batch


def seats_mark(batch_id: uuid.UUID, mode: str) -> bytes:
    """Under which the seats of those are held who are still to come."""
    return hashlib.sha256(f"import {batch_id} {mode}".encode()).digest()


async def _plan(event: Event, trial: Forecast, *, wish: Choice) -> Plan:
    plan = plan_of(trial.places, await free_seats(event))
    return replace(
        plan,
        arrival=await next_arrival(event.id),
        order=await end_of_line(event.id),
        writes=wish.writes,
        brings_back=wish.brings_back,
    )


async def _write_the_last(
    batch: ImportBatch, event: Event, newcomers: Sequence[Newcomer], *, act: Act
) -> None:
    """Who has the highest numbers of all comes first: so whoever registers from now on is behind them all."""
    plan = Plan(**batch.plan)
    last = max(newcomers, key=lambda each: each.place.at)
    last_in_line = max(newcomers, key=lambda each: plan.line(each.place) or 0)
    await write_people(batch, event, [last] if last is last_in_line else [last, last_in_line], act=act)


async def write_people(batch: ImportBatch, event: Event, newcomers: Sequence[Newcomer], *, act: Act) -> None:
    """These people of a list are here, under the event's claim, with their letters where they are wished for.

    Who is here already by themselves, or was erased meanwhile, is passed over; the seat that they would have had is for
    whoever is next.
    """
    plan = Plan(**batch.plan)
    people = await _still_to_come(event, newcomers, plan)
    rows = await _rows_of(batch, event, people, plan, act=act)
    if rows:
        lines = [history_line(row, "imported", act=act.of(Who.ORGANIZER)) for row in rows]
        await write(insertion("registration", [row_of(each) for each in rows]))
        await write(insertion("history_line", lines))
    await skip_what_is_due(
        event, [row for row in rows if row.live], now=act.now
    )  # nothing that nobody asked for
    if plan.writes:
        await post_letters(event, list(zip(rows, (each.person for each in people), strict=True)), act=act)
    sitting = [each.place.mode for each in newcomers if plan.status(each.place) == Status.CONFIRMED]
    for mode, number in Counter(sitting).items():
        await shadows.hand_over(seats_mark(batch.id, mode), number)
    batch.done += len(people)
    batch.passed_over += len(newcomers) - len(people)
    await batch.save(update_fields=["done", "passed_over"])


async def _still_to_come(event: Event, newcomers: Sequence[Newcomer], plan: Plan) -> list[Newcomer]:
    """Without those who have registered themselves since the list was begun, or have asked to be erased, and without a
    way of taking part that is not there any more."""
    indexes = [each.index for each in newcomers]
    living = Registration.filter(event_id=event.id, live=1, address_index__in=indexes)
    taken = {bytes(index) for index in await living.values_list("address_index", flat=True)}
    marked = ErasedMark.filter(event_id=event.id, mark__in=indexes)
    marks = set(map(bytes, await marked.values_list("mark", flat=True))) - taken
    if plan.brings_back:
        marks = set()
    return [
        each
        for each in newcomers
        if each.index not in marks
        and not (each.lives and each.index in taken)
        and each.place.mode in event.modes
    ]


async def _rows_of(
    batch: ImportBatch, event: Event, people: Sequence[Newcomer], plan: Plan, *, act: Act
) -> list[Registration]:
    """The rows to be written. A calendar holds an entry of ours only where a letter goes out (`invited`)."""
    addresses = [each.person.address for each in people] if plan.writes else []
    opted_out = await opted_out_among(addresses, event, vault=act.vault)
    names = {code: await organizer_name(event, code, act=act) for code in {each.language for each in people}}
    rows = list[Registration]()
    for each in people:
        person, status = each.person, plan.status(each.place)
        has_entry = status == Status.CONFIRMED or (status == Status.WAITLISTED and event.sends_holds)
        is_written_to = bool(person.address) and person.address not in opted_out
        rows.append(
            Registration(
                id=each.row_id,
                event_id=event.id,
                status=status,
                seated=status == Status.CONFIRMED,
                mode=each.place.mode,
                language=each.language,
                address_index=each.index,
                live=1 if each.lives else None,
                arrival=plan.arrival + each.place.at,
                waitlist_order=plan.line(each.place),
                registered_on=min(each.registered_on or act.now.date(), act.now.date()),
                token_digest=digest(person.token),
                person=act.vault.seal(str(event.id), person_context(each.row_id), person.as_json()),
                answer=ANSWER_OF[status],
                invited=plan.writes and is_written_to and has_entry,
                organizer_address=organizer_address(act.site),
                organizer_name=names[each.language],
                telling=event.telling,
                import_batch_id=batch.id,
            )
        )
    return rows


async def post_letters(event: Event, people: Sequence[tuple[Registration, Person]], *, act: Act) -> int:
    """The letter that each of them owes by their status, and the own page after an invitation; says how many people.
    Nobody gets one without an address, or who has said that they want no letters.
    """
    hosts = await hosts_of(event.id)
    about = {
        code: event_facts(event, hosts, language=code, site=act.site)
        for code in {row.language for row, _person in people}
    }
    addresses = [person.address for _row, person in people]
    opted_out = await opted_out_among(addresses, event, vault=act.vault)
    written = [
        (row, letter_facts(row, person, about[row.language], office=act.office, now=act.now))
        async for row, person in with_breaths(people)
        if row.status in {Status.CONFIRMED, Status.WAITLISTED}
        and person.address
        and person.address not in opted_out
    ]
    for status in (Status.CONFIRMED, Status.WAITLISTED):
        await _post(event, status.value, [each for each in written if each[0].status == status], act=act)
    await _post(event, "own_page", [each for each in written if each[0].invited], act=act)
    return len(written)


async def _post(
    event: Event, letter: str, written: Sequence[tuple[Registration, Facts]], *, act: Act
) -> None:
    await outbox.post_many(
        f"registrations.{letter}",
        [outbox.Posting(row.id, facts) for row, facts in written],
        vault=act.vault,
        scope=str(event.id),
        event_id=event.id,
        now=act.now,
    )
