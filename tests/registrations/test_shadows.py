"""What a stranger sees of places and codes is the same whether the address they typed was registered before or not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.health.actions.guarding import Guard
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.linking import actions as linking
from events_app.registrations import posting
from events_app.registrations.actions import deciding, leaving, registering
from events_app.registrations.actions.registering import Receipt
from events_app.registrations.models import Invitation
from events_app.registrations.places import pool_of
from events_app.registrations.rules import Guest
from events_app.shadows import Shadow
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TARGET = 1


@dataclass
class Stranger:
    """Somebody who types the target's address and watches how many places are free."""

    event: Event
    office: Office
    receipt: Receipt | None = None

    async def free(self) -> int | None:
        return (await pool_of(self.event, "in_person")).free

    async def registers(self, *, at: timedelta = timedelta(), guests: int = 0, code: str = "") -> str:
        them = make.applicant(TARGET, code=code, guests=[Guest(f"Friend {n}") for n in range(guests)])
        try:
            self.receipt = await registering.register(self.event.id, them, act=self.office.at(NOW + at))
        except Refusal as refusal:
            return type(refusal).__name__
        return self.receipt.status

    async def takes_back(self, *, at: timedelta = timedelta()) -> None:
        receipt = self.receipt
        assert receipt is not None
        assert receipt.registration_id is not None
        await linking.retract(
            self.event.id,
            receipt.registration_id,
            is_new=receipt.is_new,
            code_id=receipt.code_id,
            act=self.office.at(NOW + at),
        )

    async def waits(self, *, until: timedelta) -> None:
        """The caretaker looks."""
        act = self.office.at(NOW + until)
        for each in await deciding.due_now(NOW + until):
            await deciding.lapse(each, act=act)
        await linking.lift_shadows(guard=Guard(), act=act)


async def strangers(office: Office, **said: Any) -> list[Stranger]:
    """The same event twice: where the target is registered, and confirmed, and where they are not."""
    both = []
    for known in (True, False):
        wanted: dict[str, Any] = {"confirms_address": True, "confirm_hours": 24, "most_guests": 3, **said}
        event = await make.event(office.vault, capacity_in_person=5 if known else 4, **wanted)
        if known:
            (row,) = await make.registered(event, TARGET, office=office)
            if row.due_for:
                await leaving.confirm_address(row.id, act=office.at(NOW))
        both.append(Stranger(event, office))
    return both


async def test_the_places_that_are_left_never_tell_whose_address_was_typed(office: Office) -> None:
    seen = []
    for stranger in await strangers(office):
        told: list[object] = [await stranger.free()]
        told += [await stranger.registers(), await stranger.free()]
        told += [await stranger.registers(at=MINUTE), await stranger.free()]
        await stranger.waits(until=23 * HOUR)
        told.append(await stranger.free())
        await stranger.waits(until=25 * HOUR)
        told.append(await stranger.free())
        told += [await stranger.registers(at=26 * HOUR, guests=2), await stranger.free()]
        seen.append(told)

    assert seen[0] == seen[1]
    assert seen[0] == [4, "confirmed", 3, "confirmed", 3, 3, 4, "confirmed", 1]


async def test_the_last_place_never_tells_whose_address_was_typed(office: Office) -> None:
    seen = []
    for stranger in await strangers(office, keeps_waitlist=False):
        await make.registered(stranger.event, 11, 12, 13, office=office)
        told: list[object] = [await stranger.free(), await stranger.registers(), await stranger.free()]
        try:
            await make.registered(stranger.event, 14, office=office)
        except Refusal as refusal:
            told.append(type(refusal).__name__)
        seen.append(told)

    assert seen[0] == seen[1] == [1, "confirmed", 0, "EventFull"]


async def test_taking_back_never_tells_whose_address_was_typed(office: Office) -> None:
    seen = []
    for stranger in await strangers(office):
        told: list[object] = [await stranger.registers(), await stranger.free()]
        await stranger.takes_back(at=MINUTE)
        told += [await stranger.free()]
        told += [await stranger.registers(at=MINUTE), await stranger.free()]
        await stranger.waits(until=2 * MINUTE)
        told += [await stranger.registers(at=3 * MINUTE), await stranger.free()]
        seen.append(told)

    assert seen[0] == seen[1]
    assert seen[0] == ["confirmed", 3, 4, "confirmed", 4, "confirmed", 3]


async def test_whoever_waits_gets_the_place_that_a_shadow_held(office: Office) -> None:
    known, _new = await strangers(office)
    await make.registered(known.event, 11, 12, 13, office=office)
    await known.registers()
    for row in await make.registered(known.event, 14, office=office):
        await leaving.confirm_address(row.id, act=office.at(NOW))
    assert (await make.row_of(known.event, "guest14@example.org", office=office)).status == "waitlisted"

    await linking.lift_shadows(guard=Guard(), act=office.at(NOW + 25 * HOUR))

    assert (await make.row_of(known.event, "guest14@example.org", office=office)).status == "confirmed"


async def test_a_shadow_holds_no_person_and_is_gone_with_its_time(office: Office) -> None:
    known, new = await strangers(office)
    for stranger in (known, new):
        await stranger.registers()
        await stranger.registers()
    (shadow,) = await Shadow.all()
    assert (shadow.event_id, shadow.people) == (known.event.id, 1)

    await linking.lift_shadows(guard=Guard(), act=office.at(NOW + 25 * HOUR))

    assert await Shadow.all().count() == 0


async def test_a_shadow_costs_no_statement_more(office: Office) -> None:
    costs = []
    for stranger in await strangers(office):
        with make.Statements() as asked:
            await stranger.registers()
        costs.append(asked.number)

    assert costs[0] == costs[1]


async def test_without_confirmed_addresses_nobody_casts_a_shadow(office: Office) -> None:
    known, _new = await strangers(office, confirms_address=False)

    await known.registers()

    assert await Shadow.all().count() == 0


@pytest.mark.parametrize("confirms", [True, False])
async def test_a_code_is_spent_whoever_types_it_and_given_back_alike(office: Office, confirms: bool) -> None:
    seen = []
    for number, stranger in enumerate(await strangers(office, confirms_address=confirms)):
        batch = f"batch {number}"
        await inviting.invite(
            stranger.event.id, [Invitee()], batch=batch, purpose="open", quota_id=None, is_bound=False,
            act=office.at(NOW),
        )  # fmt: skip
        invitation = await Invitation.get(batch=batch)
        code = str(posting.reveal_guest(invitation, act=office.at(NOW))["code"])
        told = [await stranger.registers(code=code), await stranger.registers(code=code)]
        await stranger.takes_back()
        await invitation.refresh_from_db()
        told.append(invitation.state)
        await stranger.waits(until=MINUTE)
        told.append(await stranger.registers(at=2 * MINUTE, code=code))
        seen.append(told)

    assert seen[0] == seen[1] == ["confirmed", "CodeUsed", "created", "confirmed"]
