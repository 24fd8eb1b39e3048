"""What is done for one person costs the same however many others there are: no list of them is read under the claim."""

from collections.abc import Awaitable
from datetime import timedelta

import pytest

from events_app.acts import Office
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.mailings.actions import reminding
from events_app.mailings.models import Reminded, Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.personal.models import place_in_line
from events_app.registrations.actions import deciding, leaving, registering
from events_app.registrations.models import Registration
from events_app.registrations.places import is_full, pool_of
from events_app.registrations.rules import Guest
from events_app.registrations.told import mark_of
from events_app.rounds.models import MOVING_UP, Round
from tests import make
from tests.rows import RowsRead, StepsTaken, many_like, needs_sqlite

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

SIZES = (3, 60)
A_ROW = 10
"""Steps: each of the people more would take about as many or more; where random ids fall makes a step or two."""
DAY = 1440


async def rows_of(act: Awaitable[object]) -> int:
    with RowsRead() as read:
        await act
    return read.number


async def crowded(office: Office, people: int, *, reminded: bool = False) -> tuple[Event, Registration]:
    """An event with so many people more than its first, whose places are without limit."""
    event = await make.event(office.vault, slug=f"crowd-{people}", capacity_in_person=None)
    facts = [ReminderFacts(DAY, False, {}), ReminderFacts(2 * DAY, False, {})] if reminded else []
    await reminding.save_reminders(event.id, facts, act=office.at(make.NOW))
    (first,) = await make.registered(event, 1, office=office)
    await many_like(first, people)
    return event, first


async def full(office: Office, waiting: int) -> tuple[Event, Registration, Registration]:
    """Three places, three people, one who waits first, and so many behind."""
    event = await make.event(office.vault, slug=f"full-{waiting}")
    first, *_others, next_one = await make.registered(event, 1, 2, 3, 4, office=office)
    await many_like(next_one, waiting)
    return event, first, next_one


@needs_sqlite
async def test_a_registration_never_reads_who_was_reminded(office: Office) -> None:
    read = []
    for people in SIZES:
        event, _first = await crowded(office, people, reminded=True)
        now = event.starts_at - timedelta(hours=3)
        await many_reminded(event)
        read.append(await rows_of(registering.register(event.id, make.applicant(2), act=office.at(now))))

    assert read[0] == read[1]


async def many_reminded(event: Event) -> None:
    for reminder in await Reminder.filter(event_id=event.id):
        mark = mark_of(reminding.due_at(reminder, event))
        people = await Registration.filter(event_id=event.id)
        await Reminded.bulk_create(
            Reminded(reminder_id=reminder.id, registration_id=each.id, told=mark) for each in people
        )


@needs_sqlite
async def test_a_batch_of_reminders_never_reads_who_has_had_them(office: Office) -> None:
    read = []
    for people in SIZES:
        event, _first = await crowded(office, people, reminded=True)
        await many_reminded(event)
        await make.registered(event, 2, office=office)
        read.append(await rows_of(reminding.remind(act=office.at(event.starts_at - timedelta(hours=24)))))
        await Event.filter(id=event.id).update(status="draft")

    assert read[0] == read[1]


@needs_sqlite
async def test_a_place_given_back_never_reads_the_whole_line(office: Office) -> None:
    read = []
    for waiting in (SIZES[1], 3 * SIZES[1]):
        _event, first, _next_one = await full(office, waiting)
        read.append(await rows_of(leaving.cancel(first.id, act=office.at(make.NOW))))

    assert read[0] == read[1]


@needs_sqlite
async def test_whoever_comes_to_a_full_event_never_reads_the_line(office: Office) -> None:
    read = []
    for waiting in SIZES:
        event, _first, _next_one = await full(office, waiting)
        read.append(await rows_of(registering.register(event.id, make.applicant(9), act=office.at(make.NOW))))

    assert read[0] == read[1]


@needs_sqlite
async def test_whoever_comes_to_a_full_event_never_passes_those_who_wait(office: Office) -> None:
    steps = []
    for waiting in SIZES:
        event, _first, _next_one = await full(office, waiting)
        with StepsTaken() as taken:
            assert (await one_transaction(pool_of)(event, "in_person")).waiting
        steps.append(taken.number)

    assert steps[0] > 0
    assert abs(steps[1] - steps[0]) < A_ROW


@needs_sqlite
async def test_nobody_is_counted_where_seats_are_without_limit(office: Office) -> None:
    steps = []
    for people in SIZES:
        event, _first = await crowded(office, people)
        with StepsTaken() as taken:
            assert (await one_transaction(pool_of)(event, "in_person")).free is None
        steps.append(taken.number)

    assert steps[0] > 0
    assert abs(steps[1] - steps[0]) < A_ROW


async def test_while_the_line_moves_up_every_one_who_waits_is_counted(office: Office) -> None:
    event, first, _next_one = await full(office, 5)
    await Registration.filter(id=first.id).update(status="cancelled", seated=False, live=None)

    open_to_all = (await one_transaction(pool_of)(event, "in_person")).free, await is_full(event, "in_person")
    await Round.create(event_id=event.id, what=MOVING_UP, until=0)
    moving = (await one_transaction(pool_of)(event, "in_person")).free, await is_full(event, "in_person")

    assert (open_to_all, moving) == ((1, False), (0, True))


@needs_sqlite
async def test_the_place_in_line_is_counted_and_never_read(office: Office) -> None:
    read, places = [], []
    for waiting in SIZES:
        event, _first, _next_one = await full(office, waiting)
        (last,) = await make.registered(event, 9, office=office)
        with RowsRead() as rows:
            places.append(await one_transaction(place_in_line)(last))
        read.append(rows.number)

    assert (read, places) == ([1, 1], [each + 2 for each in SIZES])


async def test_a_large_party_at_the_head_never_hides_who_waits_pages_behind_it(office: Office) -> None:
    event = await make.event(office.vault, most_guests=3, capacity_in_person=3)
    first, *_others = await make.registered(event, 1, 2, 3, office=office)
    guests = [Guest(f"Colleague {number}") for number in range(1, 3)]
    (leader,) = await make.registered(event, 4, office=office, guests=guests)
    behind = await many_like(leader, 120)
    for pair in zip(behind[::2], behind[1::2], strict=True):
        ids = [each.id for each in pair]
        await Registration.filter(id__in=ids).update(party=ids[0], waitlist_order=pair[0].waitlist_order)
    (alone,) = await make.registered(event, 5, office=office)

    await leaving.cancel(first.id, act=office.at(make.NOW))

    assert [(await Registration.get(id=each.id)).status for each in (leader, alone)] == [
        "waitlisted",
        "confirmed",
    ]


async def test_the_look_for_reminders_never_reads_the_texts_of_events(office: Office) -> None:
    event, _first = await crowded(office, 1, reminded=True)

    due = await reminding.due_reminders(event.starts_at - timedelta(hours=47))
    with make.Statements() as asked:
        await reminding.due_reminders(event.starts_at - timedelta(hours=47))

    assert (len(due), asked.number) == (1, 1)


async def test_what_lapses_promotes_with_the_same_statements_whoever_waits(office: Office) -> None:
    asked = []
    for waiting in SIZES:
        _event, first, _next_one = await full(office, waiting)
        await leaving.leave(first.id, act=office.at(make.NOW))
        later = make.NOW + timedelta(hours=2)
        with make.Statements() as statements:
            await deciding.lapse(first.id, act=office.at(later))
        asked.append(statements.number)

    assert asked[0] == asked[1]
