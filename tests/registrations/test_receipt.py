"""The page after the form: one place for each address, and a way to take back what went to a wrong one."""

import re
from typing import Any

import httpx2
import pytest

from events_app.acts import Office
from events_app.clock import now as clock_now
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.linking import actions as linking
from events_app.registrations import posting, rules
from events_app.registrations.actions import changing, deciding, leaving, registering
from events_app.registrations.actions.registering import Receipt
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.rules import Guest
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio


async def sent(client: httpx2.AsyncClient, event: Event, who: str, **more: str) -> httpx2.Response:
    """Somebody's form, and the receipt that follows."""
    said = {"name": who, "address": f"{who.lower()}@example.org", "language": "en", **more}
    answer = await client.post(f"/events/{event.slug}/register", data=said)
    return await client.get(answer.headers["location"])


async def lapsed(house: House) -> None:
    for each in await deciding.due_now(clock_now()):
        await deciding.lapse(each, act=house.office.at(clock_now()))


async def taken_back(client: httpx2.AsyncClient, receipt: httpx2.Response) -> httpx2.Response:
    action = re.search(r'action="(/registrations/[^"]+/retraction)"', receipt.text)
    assert action
    return await client.post(action[1])


def bare(page: httpx2.Response) -> str:
    """The page without what is sealed into its address."""
    return re.sub(r"r\.[A-Za-z0-9_-]+", lambda token: f"r.{len(token[0])}", page.text)


async def test_a_wrong_address_never_keeps_the_place_of_who_registers_again(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=2, keeps_waitlist=False, most_guests=1)
    client = await house.client()
    wrong = await sent(client, event, "Rnaa", **{"guests-0-name": "Omar"})

    answer = await taken_back(client, wrong)
    again = await sent(client, event, "Rana", **{"guests-0-name": "Omar"})

    assert answer.headers["location"] == f"/events/{event.slug}/register"
    assert "You have a seat" in words_of(again)
    assert await Registration.filter(event_id=event.id, seated=True).count() == 2
    await lapsed(house)
    assert await Registration.filter(event_id=event.id, live=1).count() == 2
    assert "cancelled rnaa@example.org" in await make.kinds(event, house.office)
    assert (await taken_back(client, wrong)).status_code == 303
    assert await Registration.filter(event_id=event.id, live=1).count() == 2


async def test_taking_back_never_tells_who_is_registered_and_never_cancels_them(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=5)
    (rana,) = await make.registered(event, "Rana", office=house.office)
    client, other = await house.client(), await house.client()

    known, new = await sent(client, event, "Rana"), await sent(other, event, "Rnaa")
    answers = [await taken_back(client, known), await taken_back(other, new)]
    pages = [await each.get(f"/events/{event.slug}/register") for each in (client, other)]

    assert bare(known) == bare(new).replace("rnaa@", "rana@")
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].headers["location"] == answers[1].headers["location"]
    said = "What you sent a moment ago does not count any more."
    assert all(said in words_of(page) for page in pages)
    await lapsed(house)
    assert (await Registration.get(id=rana.id)).status == "confirmed"
    assert (await Registration.get(id=rana.id)).due_for == ""


async def take_back(event: Event, receipt: Receipt, office: Office) -> None:
    assert receipt.registration_id is not None
    await linking.retract(
        event.id,
        receipt.registration_id,
        is_new=receipt.is_new,
        code_id=receipt.code_id,
        act=office.at(NOW),
    )


@pytest.mark.usefixtures("database")
async def test_the_line_never_waits_for_a_place_that_was_taken_back(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    receipt = await registering.register(event.id, make.applicant(1), act=office.at(NOW))
    (waiting,) = await make.registered(event, 2, office=office)
    assert receipt.registration_id is not None

    await linking.retract(event.id, receipt.registration_id, is_new=receipt.is_new, act=office.at(NOW))
    with pytest.raises(rules.NothingToUndo):
        await leaving.stay(receipt.registration_id, act=office.at(NOW))
    (again,) = await make.registered(event, 3, office=office)

    assert again.status == "waitlisted"
    assert (await Registration.get(id=waiting.id)).status == "confirmed"


@pytest.mark.usefixtures("database")
async def test_a_code_is_never_spent_on_a_registration_that_was_taken_back(office: Office) -> None:
    event = await make.event(office.vault, invitation_only=True)
    await inviting.invite(
        event.id, [Invitee()], batch="b", purpose="open", quota_id=None, is_bound=False, act=office.at(NOW)
    )
    code = posting.reveal_guest(await Invitation.get(batch="b"), act=office.at(NOW))["code"]
    receipt = await registering.register(event.id, make.applicant(1, code=code), act=office.at(NOW))
    assert receipt.registration_id is not None

    await take_back(event, receipt, office)

    assert (await Invitation.get(batch="b")).state == "created"  # it was never sent, and the desk says so
    (right,) = await make.registered(event, 2, office=office, code=code)
    assert right.status == "confirmed"


@pytest.mark.parametrize("most", [0, 2])
async def test_who_registers_somebody_else_with_their_own_address_is_told_how_it_is_done(
    house: House, most: int
) -> None:
    event = await make.event(house.vault, most_guests=most)
    await make.registered(event, "Rana", office=house.office)

    receipt = words_of(await sent(await house.client(), event, "Omar", address="rana@example.org"))
    letter = (await make.posted(event, house.office))[-1].draft

    assert "There is one seat for each address." in receipt
    assert ("is added as a colleague" in receipt) == bool(most)
    for said in (letter.text, letter.html):
        assert ("You can bring them as a colleague, on your own page:" in said) == bool(most)
        assert "Omar" not in said


async def test_a_colleague_is_brought_later_as_long_as_there_is_a_place(house: House) -> None:
    event = await make.event(house.vault, most_guests=2, capacity_in_person=2)
    (rana,) = await make.registered(event, "Rana", office=house.office)
    own = f"/registrations/{posting.reveal_person(rana, vault=house.vault, reader=make.COURIER).token}"
    client = await house.client()
    assert "Bring a colleague" in words_of(await client.get(own))

    nameless = await client.post(f"{own}/company", data={"address": "omar@example.org"})
    brought = await client.post(f"{own}/company", data={"name": "Omar", "address": "omar@example.org"})
    full = await client.post(f"{own}/company", data={"name": "Nour"})

    assert [nameless.status_code, brought.status_code, full.status_code] == [422, 303, 409]
    omar = await make.row_of(event, "omar@example.org", office=house.office)
    assert (omar.status, omar.party) == ("confirmed", rana.id)
    assert (await make.kinds(event, house.office))[-1] == "confirmed omar@example.org"
    assert await Registration.filter(event_id=event.id, seated=True).count() == 2


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("rule", ["needs_approval", "invitation_only", "most_guests"])
async def test_nobody_brings_a_colleague_past_what_the_event_asks(office: Office, rule: str) -> None:
    event = await make.event(office.vault, most_guests=1, capacity_in_person=9)
    (rana,) = await make.registered(
        event, "Rana", office=office, guests=[Guest("Omar")] * (rule == "most_guests")
    )
    if rule != "most_guests":
        changes: dict[str, Any] = {rule: True}
        await make.change(event, office, **changes)

    with pytest.raises((rules.ChangeNotPossible, rules.TooManyGuests)):
        await changing.bring(rana.id, Guest("Nour"), act=office.at(NOW))
