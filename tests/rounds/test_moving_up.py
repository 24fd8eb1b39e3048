"""Many seats are free at once: the line moves up in batches and in its order, and nobody who comes is before it."""

import asyncio
from typing import Any

import pytest

from events_app.acts import Office, Who
from events_app.caretaker import STEPS
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import QuotaFacts
from events_app.people.counts import count_behind
from events_app.registrations.actions import changing, deciding, leaving
from events_app.registrations.models import Registration
from events_app.registrations.rules import Guest, ModeFull, Status
from events_app.rounds import actions as rounds
from events_app.rounds.models import Round
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

WAITING = 2 * rounds.AT_ONCE + 3


async def raised(
    office: Office, *, waiting: int = WAITING, to: int = 1 + WAITING, **changes: Any
) -> tuple[Event, list[Registration]]:
    """One sits and many wait, when the places become more."""
    event = await make.event(office.vault, capacity_in_person=1, **changes)
    people = await make.registered(event, *range(1, waiting + 2), office=office)
    return await make.change(event, office, capacity_in_person=to), people


async def carry_on(office: Office) -> int:
    return await rounds.carry_on(STEPS, act=office.at(NOW, Who.APP))


async def seated(event: Event) -> list[int]:
    """Who sits, by arrival."""
    return [
        each.arrival for each in await Registration.filter(event_id=event.id, seated=True).order_by("arrival")
    ]


async def test_no_raised_capacity_gives_everybody_their_seat_in_one_transaction(office: Office) -> None:
    event, people = await raised(office)
    first = await seated(event)

    await asyncio.gather(*(carry_on(office) for _ in range(3)))

    assert len(first) == 1 + rounds.AT_ONCE
    assert await seated(event) == [each.arrival for each in people]
    assert len([kind for kind in await make.kinds(event, office) if kind.startswith("promoted")]) == WAITING
    assert not await Round.exists()


async def test_no_raised_capacity_costs_more_the_more_people_wait(office: Office) -> None:
    asked = []
    for waiting in (rounds.AT_ONCE + 1, WAITING):
        event = await make.event(office.vault, slug=f"of-{waiting}", capacity_in_person=1)
        await make.registered(event, *range(1, waiting + 2), office=office)
        with make.Statements() as statements:
            await make.change(event, office, capacity_in_person=500)
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_nobody_who_comes_between_two_batches_is_before_those_who_wait(office: Office) -> None:
    event, people = await raised(office)

    (newcomer,) = await make.registered(event, "Late", office=office)
    came_as = newcomer.status
    await carry_on(office)

    assert came_as == Status.WAITLISTED
    assert await seated(event) == [each.arrival for each in people]


async def test_whoever_comes_between_two_batches_sits_where_everybody_has_a_seat(office: Office) -> None:
    event, people = await raised(office, to=2 + WAITING)
    before = await seated(event)

    (newcomer,) = await make.registered(event, "Late", office=office)
    together = await seated(event)
    await carry_on(office)

    assert newcomer.status == Status.CONFIRMED
    assert len(together) == len(before) + 1
    assert await seated(event) == [*(each.arrival for each in people), newcomer.arrival]


async def test_no_other_way_to_a_seat_passes_those_who_are_about_to_move_up(office: Office) -> None:
    event, people = await raised(office, most_guests=2)
    applicant = make.applicant("Entered")

    entered = await deciding.register_by_hand(event.id, applicant, act=office.at(NOW, Who.ORGANIZER))
    with pytest.raises(ModeFull):
        await changing.bring(people[0].id, Guest("Colleague"), act=office.at(NOW))
    await carry_on(office)

    assert entered is not None
    assert entered.status == Status.WAITLISTED
    assert await seated(event) == [each.arrival for each in people]


async def test_what_others_give_back_meanwhile_goes_to_who_is_next_in_line(office: Office) -> None:
    event, people = await raised(office, to=WAITING)

    await leaving.cancel(people[0].id, act=office.at(NOW))
    await carry_on(office)

    assert await seated(event) == [each.arrival for each in people[1:]]


async def test_an_organizer_may_still_give_a_seat_out_of_turn_meanwhile(office: Office) -> None:
    event, people = await raised(office)

    await deciding.promote_by_hand(people[-1].id, act=office.at(NOW, Who.ORGANIZER))

    assert (await seated(event))[-1] == people[-1].arrival


async def test_a_quota_that_is_given_back_moves_many_up_in_batches(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=WAITING)
    await inviting.save_quotas(
        event.id, [QuotaFacts("", "Partners", "in_person", WAITING)], act=office.at(NOW)
    )
    people = await make.registered(event, *range(1, WAITING + 1), office=office)

    await inviting.save_quotas(event.id, [], act=office.at(NOW))
    first = await seated(event)
    await carry_on(office)

    assert len(first) == rounds.AT_ONCE
    assert await seated(event) == [each.arrival for each in people]


async def test_offers_are_held_in_batches_too(office: Office) -> None:
    event, people = await raised(office, offers_places=True)
    await carry_on(office)

    assert await seated(event) == [each.arrival for each in people]
    assert await Registration.filter(due_for="offer").count() == WAITING


async def test_whom_an_older_round_is_to_tell_is_not_mixed_up_with_who_moves_up(office: Office) -> None:
    event, _people = await raised(office)

    assert (await count_behind(event.id)).unreached == 0
