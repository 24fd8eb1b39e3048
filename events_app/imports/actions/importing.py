"""Bringing a list in: tried without writing a thing, then written as a whole, or not at all."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.database import one_transaction
from events_app.events.models.event import Event, hosts_of
from events_app.events.rules import Opening
from events_app.imports.models import ImportBatch, ImportDraft
from events_app.imports.rules import (
    Candidate,
    Choice,
    LettersNeedPublishing,
    NobodyLeft,
    NobodyNew,
    NotEnoughPlaces,
)
from events_app.mail import outbox
from events_app.offload.breathing import with_breaths
from events_app.optouts.actions import opted_out_of
from events_app.people.duplicates import Unaddressed, unaddressed
from events_app.registrations.actions.registering import REFUSAL_AT
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
    HistoryLine,
    Registration,
    end_of_line,
    next_arrival,
)
from events_app.registrations.places import pool_for_newcomers, pool_of
from events_app.registrations.posting import person_context
from events_app.registrations.rules import ANSWER_OF, Status
from events_app.registrations.told import skip_what_is_due
from events_app.tokens import digest, new_token

AT_ONCE: Final = 250
"""Rows written with one call."""


@dataclass(frozen=True)
class Forecast:
    """What importing a list would do, and has done when it was imported under the same conditions.

    `new` people have a status and an address index each. `twice` pairs a row with the earlier one that has the same
    address; `known` are rows of people registered already, `erased` those of people who had asked to be erased from
    this event; all are left out. `missing` people can neither sit nor wait. `unwanted` of the new people have said
    that they want no letters, so none is sent to them.
    """

    new: Sequence[Candidate]
    statuses: Sequence[Status]
    indexes: Sequence[bytes]
    twice: Sequence[tuple[int, int]]
    known: Sequence[int]
    erased: Sequence[int]
    missing: int
    unwanted: int = 0

    def count(self, status: Status, mode: str) -> int:
        return sum(
            each == status and line.applicant.mode == mode
            for line, each in zip(self.new, self.statuses, strict=True)
        )

    @property
    def without_address(self) -> int:
        return sum(not line.applicant.address for line in self.new)


async def forecast(event_id: uuid.UUID, lines: Sequence[Candidate], *, wish: Choice, act: Act) -> Forecast:
    """What importing these people would do now. Refuses `EventOver` and `EventCalledOff`. It writes nothing."""
    return await _plan(await Event.find(event_id), lines, wish=wish, act=act)


async def _plan(event: Event, lines: Sequence[Candidate], *, wish: Choice, act: Act) -> Forecast:
    """Exact only under the event's claim."""
    if event.opening(act.now) in {Opening.PAST, Opening.CANCELLED}:
        raise REFUSAL_AT[event.opening(act.now)]()
    living = Registration.filter(event_id=event.id, live=1)
    taken = {bytes(index) for index in await living.values_list("address_index", flat=True)}
    marked = ErasedMark.filter(event_id=event.id)
    marks = set() if wish.brings_back else set(map(bytes, await marked.values_list("mark", flat=True)))
    may_be_here = any(not line.applicant.address for line in lines)
    here = await unaddressed(event.id, act=act) if may_be_here else Unaddressed()
    first: dict[bytes, int] = {}
    new, indexes, twice, known = list[Candidate](), list[bytes](), list[tuple[int, int]](), list[int]()
    erased = list[int]()
    async for line in with_breaths(lines):
        address = line.applicant.address
        index = act.vault.blind_index(str(event.id), kept(address)) if address else secrets.token_bytes(32)
        if index in marks and index not in taken:
            erased.append(line.number)
            continue
        if not line.lives:
            new.append(line)
            indexes.append(index)
            continue
        if index in first:
            twice.append((line.number, first[index]))
        elif index in taken or (not address and here.takes(line.applicant.name, line.leader)):
            known.append(line.number)
        else:
            new.append(line)
            indexes.append(index)
        first.setdefault(index, line.number)
    statuses, missing = await _statuses(event, new, everybody=wish.everybody)
    opted_out = await opted_out_of(event, vault=act.vault)
    unwanted = len([1 async for line in with_breaths(new) if line.applicant.address in opted_out])
    return Forecast(new, statuses, indexes, twice, known, erased, missing, unwanted)


async def _statuses(event: Event, new: Sequence[Candidate], *, everybody: bool) -> tuple[list[Status], int]:
    """In the order of the list: a seat while they last (whoever waits needs more than are free), then the waiting
    list; and how many can have neither. Whoever stands otherwise on the list keeps that."""
    rooms = {mode.value: await pool_of(event, mode.value) for mode in event.modes}
    free = {mode: room.free for mode, room in rooms.items()}
    statuses, missing = list[Status](), 0
    for line in new:
        mode = line.applicant.mode
        left = free[mode]
        if line.status != Status.CONFIRMED:
            statuses.append(line.status)
            continue
        if left is None or left > 0:
            statuses.append(Status.CONFIRMED)
            free[mode] = None if left is None else left - 1
            continue
        statuses.append(Status.WAITLISTED)
        missing += everybody or not event.keeps_waitlist
    return statuses, missing


@dataclass(frozen=True)
class _Newcomer:
    """Somebody of the list, sealed for a row that is not there yet."""

    line: Candidate
    row_id: uuid.UUID
    person: Person
    blob: bytes


async def import_list(
    draft: ImportDraft, lines: Sequence[Candidate], *, wish: Choice, act: Act
) -> ImportBatch:
    """Write everybody who is new, all or nobody, and the letters if they are wished for; the draft is gone.

    Refuses `NotEnoughPlaces`, `NobodyNew`, `LettersNeedPublishing`, `EventOver`, `EventCalledOff`. Importing one draft
    twice is importing it once.
    """
    newcomers: dict[int, _Newcomer] = {}
    async for line in with_breaths(lines):  # before the transaction, which is shorter by this
        said, row_id = line.applicant, uuid.uuid4()
        person = Person(said.name, said.address, said.needs, new_token(), dict(said.answers))
        blob = act.vault.seal(str(draft.event_id), person_context(row_id), person.as_json())
        newcomers[line.number] = _Newcomer(line, row_id, person, blob)
    return await _import(draft, newcomers, wish=wish, act=act)


@one_transaction
async def _import(
    draft: ImportDraft, newcomers: Mapping[int, _Newcomer], *, wish: Choice, act: Act
) -> ImportBatch:
    event = await Event.claim(draft.event_id)
    if done := await ImportBatch.get_or_none(id=draft.id):
        return done
    if wish.writes and event.opening(act.now) == Opening.DRAFT:
        raise LettersNeedPublishing()
    for mode in event.modes:
        await pool_for_newcomers(event, mode.value, act=act)  # nobody on the list overtakes who waits
    lines = [newcomer.line for newcomer in newcomers.values()]
    plan = await _plan(event, lines, wish=wish, act=act)
    if plan.missing:
        raise NotEnoughPlaces(missing=plan.missing)
    if not plan.new:
        raise NobodyLeft() if plan.erased else NobodyNew()
    batch = await ImportBatch.create(
        id=draft.id, event_id=event.id, imported_on=act.now.date(), rows=len(plan.new)
    )
    people = [newcomers[line.number] for line in plan.new]
    rows = await _rows_of(event, plan, people, wish=wish, act=act)
    for row in rows:
        row.import_batch_id = batch.id
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        await Registration.bulk_create(some)
        await HistoryLine.bulk_create(_imported(row, act.now) for row in some)
    living = [row for row in rows if row.live]
    await skip_what_is_due(event, living, now=act.now)  # nothing leaves that nobody asked for
    if wish.writes:
        named = [(row, newcomer.person) for row, newcomer in zip(rows, people, strict=True)]
        await post_letters(event, named, act=act)
    await ImportDraft.filter(id=draft.id).delete()
    return batch


def _imported(row: Registration, now: datetime) -> HistoryLine:
    return HistoryLine(registration_id=row.id, day=now.date(), what="imported", who=Who.ORGANIZER.value)


async def _rows_of(
    event: Event, plan: Forecast, people: Sequence[_Newcomer], *, wish: Choice, act: Act
) -> list[Registration]:
    """The rows to be written. A calendar holds an entry of ours only where a letter goes out (`invited`)."""
    first, arrival = await end_of_line(event.id), await next_arrival(event.id)
    orders = _orders(plan, first=first)
    opted_out = await opted_out_of(event, vault=act.vault)
    names = {
        code: await organizer_name(event, code, act=act)
        for code in {line.applicant.language for line in plan.new}
    }
    rows = list[Registration]()
    async for newcomer, status, index in with_breaths(zip(people, plan.statuses, plan.indexes, strict=True)):
        line, asked = newcomer.line, newcomer.line.applicant
        has_entry = status == Status.CONFIRMED or (status == Status.WAITLISTED and event.sends_holds)
        is_written_to = bool(asked.address) and asked.address not in opted_out
        rows.append(
            Registration(
                id=newcomer.row_id,
                event_id=event.id,
                status=status,
                seated=status == Status.CONFIRMED,
                mode=asked.mode,
                language=asked.language,
                address_index=index,
                live=1 if line.lives else None,
                arrival=arrival + len(rows),
                waitlist_order=orders.get(line.number),
                registered_on=min(line.registered_on or act.now.date(), act.now.date()),
                token_digest=digest(newcomer.person.token),
                person=newcomer.blob,
                answer=ANSWER_OF[status],
                invited=wish.writes and is_written_to and has_entry,
                organizer_address=organizer_address(act.site),
                organizer_name=names[asked.language],
                telling=event.telling,
            )
        )
    return rows


def _orders(plan: Forecast, *, first: int) -> dict[int, int]:
    """The place in line of each row that waits: first those who wait on the list, in its own order of waiting, then
    those for whom there is no place any more."""
    waiting = [
        (line.status != Status.WAITLISTED, line.line is None, line.line or 0, at, line.number)
        for at, (line, status) in enumerate(zip(plan.new, plan.statuses, strict=True))
        if status == Status.WAITLISTED
    ]
    return {number: first + at for at, (*_rest, number) in enumerate(sorted(waiting))}


async def post_letters(event: Event, people: Sequence[tuple[Registration, Person]], *, act: Act) -> int:
    """The letter that each of them owes by their status, and the own page after an invitation; says how many people.
    Nobody gets one without an address, or who has said that they want no letters.
    """
    hosts = await hosts_of(event.id)
    about = {
        code: event_facts(event, hosts, language=code, site=act.site)
        for code in {row.language for row, _person in people}
    }
    opted_out = await opted_out_of(event, vault=act.vault)
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
