"""A list comes in, and is taken back, a few people at a time: as if it had been at once, whatever happens meanwhile."""

import pytest

from events_app.acts import Office, Who
from events_app.caretaker import Caretaker
from events_app.events.models.event import Event
from events_app.events.rules import Status as EventStatus
from events_app.imports.actions import batches, importing, running
from events_app.imports.actions.newcomers import AT_ONCE, WITH_LETTERS_AT_ONCE
from events_app.imports.models import ImportBatch, ImportPage
from events_app.imports.rules import Candidate, Choice
from events_app.mail.leases import Leases
from events_app.mail.models import Letter
from events_app.registrations.actions import forgetting
from events_app.registrations.models import Registration
from events_app.registrations.places import pool_of
from events_app.registrations.posting import reveal_person
from events_app.shadows import Shadow
from tests import make
from tests.imports.test_actions import WRITES, bring, draft, lines, statuses
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
LONG = 3 * WITH_LETTERS_AT_ONCE


async def begun(
    event: Event, who: list[Candidate], office: Office, wish: Choice = WRITES, *, steps: int = 1
) -> ImportBatch:
    """A list of which only the first come, as when the server is killed then."""
    batch = await importing.begin(await draft(event, office), who, wish=wish, act=office.at(NOW))
    for _ in range(steps):
        assert await running.step(batch.id, act=office.at(NOW))
    return await ImportBatch.get(id=batch.id)


async def in_order(event: Event, office: Office, *by: str) -> list[str]:
    rows = await Registration.filter(event_id=event.id).order_by(*by)
    return [reveal_person(row, vault=office.vault, reader=make.COURIER).address for row in rows]


def addresses(*who: int) -> list[str]:
    return [f"guest{each}@example.org" for each in who]


async def test_a_list_that_is_cut_off_is_never_lost_nor_doubled(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=10)
    batch = await begun(event, lines(*range(LONG)), office)
    assert 0 < batch.done < LONG

    for _ in range(2):
        await Caretaker(office).look()

    batch = await ImportBatch.get(id=batch.id)
    assert (batch.state, batch.done, batch.passed_over) == ("done", LONG, 0)
    assert await statuses(event) == {"confirmed": 10, "waitlisted": LONG - 10}
    assert await in_order(event, office, "arrival") == addresses(*range(LONG))
    assert sorted(await make.kinds(event, office)) == sorted(
        f"{'confirmed' if who < 10 else 'waitlisted'} guest{who}@example.org" for who in range(LONG)
    )
    assert await ImportPage.all().count() == 0
    assert (await pool_of(event, "in_person")).confirmed == 10


async def test_nobody_who_registers_meanwhile_overtakes_the_list(office: Office) -> None:
    """Its seats are held from the beginning on, and so are the numbers of its people in line."""
    event = await make.event(office.vault, capacity_in_person=LONG - 2)
    batch = await begun(event, lines(*range(LONG)), office, steps=0)

    (early,) = await make.registered(event, "Early", office=office)
    await running.step(batch.id, act=office.at(NOW))
    await make.registered(event, "Later", office=office)
    await running.go_on(batch.id, act=office.at(NOW))

    assert early.status == "waitlisted"
    everybody = [*addresses(*range(LONG)), "early@example.org", "later@example.org"]
    assert await in_order(event, office, "arrival") == everybody
    waiting = Registration.filter(event_id=event.id, status="waitlisted").order_by("waitlist_order")
    assert [row.arrival for row in await waiting] == [LONG - 1, LONG, LONG + 1, LONG + 2]
    assert await statuses(event) == {"confirmed": LONG - 2, "waitlisted": 4}


async def test_who_registers_meanwhile_is_never_there_twice_and_their_seat_goes_on(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=LONG)
    batch = await begun(event, lines(*range(LONG)), office)
    (herself,) = await make.registered(event, LONG - 2, office=office)
    (waiting,) = await make.registered(event, "Waiting", office=office)

    await running.go_on(batch.id, act=office.at(NOW))

    batch = await ImportBatch.get(id=batch.id)
    assert (batch.done, batch.passed_over) == (LONG - 1, 1)
    assert herself.status == waiting.status == "waitlisted"  # the list came first
    assert await statuses(event) == {"confirmed": LONG, "waitlisted": 1}
    assert (await Registration.get(id=herself.id)).status == "confirmed"
    assert (await Registration.get(id=herself.id)).import_batch_id is None
    assert await Shadow.all().count() == 0


async def test_a_stopped_list_keeps_who_is_here_and_holds_no_seats(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=LONG)
    batch = await begun(event, lines(*range(LONG)), office)
    (waiting,) = await make.registered(event, "Waiting", office=office)

    for _ in range(2):
        await batches.stop(event.id, batch.id)
    await running.go_on(batch.id, act=office.at(NOW))
    await Caretaker(office).look()

    stopped = await ImportBatch.get(id=batch.id)
    assert (stopped.state, stopped.done) == ("stopped", batch.done)
    assert await statuses(event) == {"confirmed": batch.done + 1}
    assert (await Registration.get(id=waiting.id)).status == "confirmed"
    assert (await ImportPage.all().count(), await Shadow.all().count()) == (0, 0)


async def test_a_stopped_list_can_be_taken_back_and_brought_again(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=None)
    batch = await begun(event, lines(*range(LONG)), office)
    with pytest.raises(batches.StillComing):
        await batches.undo(event.id, batch.id)
    with pytest.raises(batches.NotAllHere):
        await batches.send_letters(event.id, batch.id, act=office.at(NOW))
    await batches.stop(event.id, batch.id)

    await batches.undo(event.id, batch.id)
    await running.go_on(batch.id, act=office.at(NOW))
    assert await statuses(event) == {}
    await bring(event, lines(*range(LONG)), office)

    assert await statuses(event) == {"confirmed": LONG}


async def test_an_undoing_that_is_cut_off_is_carried_on_and_never_seats_its_own_people(
    office: Office,
) -> None:
    event = await make.event(office.vault, capacity_in_person=AT_ONCE)
    batch = await bring(event, lines(*range(3 * AT_ONCE)), office)
    (waiting,) = await make.registered(event, "Waiting", office=office)

    await batches.undo(event.id, batch.id)
    while await Registration.filter(import_batch_id=batch.id).count() == 3 * AT_ONCE:
        assert await running.step(batch.id, act=office.at(NOW))
    assert await statuses(event) == {"confirmed": AT_ONCE, "waitlisted": AT_ONCE + 1}
    await Caretaker(office).look()

    assert await statuses(event) == {"confirmed": 1}
    assert await make.kinds(event, office) == [
        "waitlisted waiting@example.org",
        "promoted waiting@example.org",
    ]
    assert (await ImportBatch.get(id=batch.id)).undone
    assert (await Registration.get(id=waiting.id)).status == "confirmed"


async def test_a_letter_that_leaves_while_a_list_is_taken_back_keeps_everybody_and_every_letter(
    office: Office,
) -> None:
    event = await make.event(office.vault, capacity_in_person=None)
    batch = await bring(event, lines(*range(LONG)), office)
    before = sorted(await make.kinds(event, office))
    courier = Leases("somebody", lease=300)
    leased = await courier.take(5, now=NOW)
    await batches.undo(event.id, batch.id)
    assert await courier.sending(leased[0], b"sealed", "<1@example.org>", now=NOW)

    await running.step(batch.id, act=office.at(NOW))
    assert not await courier.sending(leased[1], b"sealed", "<2@example.org>", now=NOW)
    await Caretaker(office).look()

    batch = await ImportBatch.get(id=batch.id)
    assert (batch.state, batch.undone) == ("done", False)
    assert await statuses(event) == {"confirmed": LONG}
    assert sorted(await make.kinds(event, office)) == before
    assert not await Letter.filter(state="queued", due_at=None).exists()
    with pytest.raises(batches.LettersHaveLeft):
        await batches.undo(event.id, batch.id)


async def test_nobody_of_a_list_comes_to_an_event_that_was_called_off_meanwhile(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=None)
    batch = await begun(event, lines(*range(LONG)), office)
    await Event.filter(id=event.id).update(status=EventStatus.CANCELLED)

    await Caretaker(office).look()

    assert await Registration.filter(event_id=event.id).count() == batch.done
    assert (await ImportBatch.get(id=batch.id)).state == "stopped"


async def test_who_was_erased_meanwhile_never_comes_back_with_the_list(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=None)
    batch = await begun(event, lines(*range(LONG)), office, steps=0)
    (herself,) = await make.registered(event, 5, office=office)
    await forgetting.erase(herself.id, act=office.at(NOW))

    await running.go_on(batch.id, act=office.at(NOW, Who.APP))

    assert (await ImportBatch.get(id=batch.id)).passed_over == 1
    assert await Registration.filter(event_id=event.id, live=1).count() == LONG - 1


@pytest.mark.parametrize(("wish", "most"), [(WRITES, WITH_LETTERS_AT_ONCE), (Choice(), AT_ONCE)])
async def test_no_transaction_of_a_list_grows_with_it(office: Office, wish: Choice, most: int) -> None:
    asked = []
    for slug, people in (("a", 3 * most), ("b", 10 * most)):
        event = await make.event(office.vault, slug=slug, capacity_in_person=None)
        batch = await begun(event, lines(*range(people)), office, wish)
        before = await Registration.filter(event_id=event.id).count()
        with make.Statements() as statements:
            await running.step(batch.id, act=office.at(NOW))
        asked.append(statements.number)
        assert await Registration.filter(event_id=event.id).count() == before + most

    assert asked[0] == asked[1]


async def silent(office: Office, people: int = LONG) -> tuple[Event, ImportBatch]:
    """A list that is here, whose people have had no letter, and are about to get theirs."""
    event = await make.event(office.vault, slug=f"of-{people}", capacity_in_person=None)
    batch = await bring(event, lines(*range(people)), office, Choice())
    await batches.send_letters(event.id, batch.id, act=office.at(NOW))
    return event, batch


def confirmed(*who: int) -> list[str]:
    return [f"confirmed {each}" for each in addresses(*who)]


async def test_letters_that_follow_later_are_never_all_written_at_once_nor_twice(office: Office) -> None:
    event, batch = await silent(office)
    await running.step(batch.id, act=office.at(NOW))
    first = await make.kinds(event, office)

    await batches.send_letters(event.id, batch.id, act=office.at(NOW))  # pressed once more
    for _ in range(2):
        await Caretaker(office).look()

    batch = await ImportBatch.get(id=batch.id)
    assert first == confirmed(*range(WITH_LETTERS_AT_ONCE))
    assert await make.kinds(event, office) == confirmed(*range(LONG))
    assert (batch.state, batch.plan["sent"]) == ("done", LONG)


async def test_no_step_of_letters_that_follow_later_grows_with_the_list(office: Office) -> None:
    asked = []
    for people in (WITH_LETTERS_AT_ONCE + 1, LONG):
        _event, batch = await silent(office, people)
        with make.Statements() as statements:
            await running.step(batch.id, act=office.at(NOW))
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_somebody_unreadable_never_keeps_others_from_letters_that_follow_later(office: Office) -> None:
    event, batch = await silent(office)
    await make.spoiled(await make.row_of(event, "guest1@example.org", office=office))

    await running.go_on(batch.id, act=office.at(NOW))

    assert await make.kinds(event, office) == confirmed(0, *range(2, LONG))


async def test_of_an_event_that_is_called_off_meanwhile_nobody_hears_that_they_have_a_seat(
    office: Office,
) -> None:
    event, batch = await silent(office)
    await running.step(batch.id, act=office.at(NOW))
    await Event.filter(id=event.id).update(status=EventStatus.CANCELLED)

    await running.go_on(batch.id, act=office.at(NOW))

    assert await make.kinds(event, office) == confirmed(*range(WITH_LETTERS_AT_ONCE))
    assert (await ImportBatch.get(id=batch.id)).state == "done"


async def test_a_list_that_is_being_written_to_can_be_taken_back_before_a_letter_has_left(
    office: Office,
) -> None:
    event, batch = await silent(office)
    await running.step(batch.id, act=office.at(NOW))

    await batches.undo(event.id, batch.id)
    await running.go_on(batch.id, act=office.at(NOW))

    assert (await statuses(event), await make.kinds(event, office)) == ({}, [])
