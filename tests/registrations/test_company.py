"""People who came together: who is cancelled with whom, said before; and whom each belongs to afterwards."""

import html
import re

import httpx2
import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.registrations.actions import changing, leaving
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.posting import reveal_guest, reveal_person
from events_app.registrations.rules import Guest, NoSuchRegistration
from tests import make
from tests.make import COURIER, NOW, House, words_of

pytestmark = pytest.mark.anyio

COMPANY = [Guest("Nour", "nour@example.org"), Guest("Omar")]


async def came_together(
    office: Office, **changes: object
) -> tuple[Event, Registration, dict[str, Registration]]:
    """Rana, with Nour who has an address and Omar who has none."""
    event = await make.event(office.vault, most_guests=3, capacity_in_person=4)
    (rana,) = await make.registered(event, "Rana", office=office, guests=COMPANY)
    return event, rana, await by_name(event, office)


async def by_name(event: Event, office: Office) -> dict[str, Registration]:
    rows = await Registration.filter(event_id=event.id).order_by("arrival")
    return {reveal_person(row, vault=office.vault, reader=COURIER).name: row for row in rows}


async def own_page(event: Event, address: str, office: Office) -> str:
    posts = [post for post in await make.posted(event, office) if post.to == address]
    return str(posts[-1].facts["own_url"]).removeprefix(make.BASE)


async def test_a_colleague_is_never_told_that_others_are_cancelled_with_them(house: House) -> None:
    event, _rana, _rows = await came_together(house.office)
    client = await house.client()

    leader = words_of(await client.get(await own_page(event, "rana@example.org", house.office)))
    colleague = words_of(await client.get(await own_page(event, "nour@example.org", house.office)))

    assert "Those who come with you are cancelled too." in leader
    assert "Those who come with you are cancelled too." not in colleague
    assert "Remove" not in colleague


async def test_who_registered_others_takes_one_out_and_the_others_stay(house: House) -> None:
    event, rana, rows = await came_together(house.office)
    client = await house.client()
    own = await own_page(event, "rana@example.org", house.office)

    answer = await client.post(f"{own}/company/removal", data={"who": rows["Omar"].id.hex})

    assert answer.status_code == 303
    after = await by_name(event, house.office)
    assert {name: row.status for name, row in after.items()} == {
        "Rana": "confirmed",
        "Nour": "confirmed",
        "Omar": "cancelled",
    }
    assert {row.party for row in after.values()} == {rana.id}


@pytest.mark.usefixtures("database")
async def test_nobody_takes_out_somebody_whom_they_did_not_register(office: Office) -> None:
    event, rana, rows = await came_together(office)
    (stranger,) = await make.registered(event, 9, office=office)

    for who, whom in ((rana, stranger), (rows["Nour"], rows["Omar"]), (rana, rana), (stranger, rana)):
        with pytest.raises(NoSuchRegistration):
            await leaving.take_out(who.id, whom.id, act=office.at(NOW))

    assert {row.status for row in await Registration.filter(event_id=event.id)} == {"confirmed"}


async def deleted(client: httpx2.AsyncClient, own: str, **typed: str) -> httpx2.Response:
    return await client.post(f"{own}/erasure", data=typed)


async def test_nobody_is_cancelled_without_a_word_by_who_registered_them_and_deletes_their_data(
    house: House,
) -> None:
    event, _rana, rows = await came_together(house.office)
    client = await house.client()
    own = await own_page(event, "rana@example.org", house.office)

    page = await client.get(own)
    unsaid = await deleted(client, own)
    assert "They keep their seats" in words_of(page)
    assert "Email address of Omar" in re.sub("[\u2066-\u2069]", "", html.unescape(words_of(page)))
    assert unsaid.status_code == 422
    assert {row.status for row in (await by_name(event, house.office)).values()} == {"confirmed"}

    field = f"address_{rows['Omar'].id.hex}"
    wrong = await deleted(client, own, company="stay", **{field: "omar@"})
    assert (wrong.status_code, "omar@" in wrong.text) == (422, True)
    twice = await deleted(client, own, company="stay", **{field: "omar@example.org"})

    assert twice.status_code == 303
    after = await by_name(event, house.office)
    assert {name: row.status for name, row in after.items() if name} == {
        "Nour": "confirmed",
        "Omar": "confirmed",
    }
    assert [after[name].party for name in ("Nour", "Omar")] == [None, None]
    for address in ("nour@example.org", "omar@example.org"):
        theirs = await client.get(await own_page(event, address, house.office))
        assert "You have a seat" in words_of(theirs)


async def test_who_has_no_address_goes_with_the_leader_only_after_it_was_said(house: House) -> None:
    event, _rana, _rows = await came_together(house.office)
    client = await house.client()
    own = await own_page(event, "rana@example.org", house.office)

    assert "If not selected, their seat goes to somebody else." in words_of(await client.get(own))
    await deleted(client, own, company="stay")

    after = await by_name(event, house.office)
    assert {name: row.status for name, row in after.items() if name} == {
        "Nour": "confirmed",
        "Omar": "cancelled",
    }


async def test_all_are_cancelled_where_that_was_chosen(house: House) -> None:
    event, _rana, _rows = await came_together(house.office)
    client = await house.client()

    await deleted(client, await own_page(event, "rana@example.org", house.office), company="go")

    assert {row.status for row in await Registration.filter(event_id=event.id)} == {"cancelled"}
    assert "cancelled nour@example.org" in await make.kinds(event, house.office)


@pytest.mark.usefixtures("database")
async def test_an_address_that_is_registered_already_is_never_told_apart(office: Office) -> None:
    event, rana, rows = await came_together(office)
    await make.registered(event, "Dalal", office=office)

    await leaving.let_company_stay(rana.id, {rows["Omar"].id: "dalal@example.org"}, act=office.at(NOW))

    assert (await Registration.get(id=rows["Omar"].id)).party == rana.id
    assert (await make.kinds(event, office))[-1] == "already dalal@example.org"


@pytest.mark.usefixtures("database")
async def test_who_came_with_somebody_who_passes_on_never_belongs_to_nobody(office: Office) -> None:
    event, rana, _rows = await came_together(office)
    await changing.pass_on(
        rana.id, name="Ghada", address="ghada@example.org", language="en", act=office.at(NOW)
    )
    invitation = await Invitation.get(registration_id=rana.id, state="sent")
    code = reveal_guest(invitation, act=office.at(NOW))["code"]

    (ghada,) = await make.registered(event, "Ghada", office=office, code=code)

    after = await by_name(event, office)
    assert (after["Nour"].party, after["Omar"].party) == (None, ghada.id)
    assert ghada.party == ghada.id
    await leaving.cancel(ghada.id, act=office.at(NOW))
    assert [row.status for row in (await by_name(event, office)).values()] == [
        "cancelled",
        "confirmed",
        "cancelled",
        "cancelled",
    ]


@pytest.mark.usefixtures("database")
async def test_who_waits_and_goes_is_never_given_a_seat_on_the_way_out(office: Office) -> None:
    event = await make.event(office.vault, most_guests=1, capacity_in_person=2)
    await make.registered(event, 1, office=office)
    (rana,) = await make.registered(event, "Rana", office=office, guests=COMPANY[:1])

    await leaving.let_company_stay(rana.id, {}, act=office.at(NOW))
    stayed_in_line = (await Registration.get(id=rana.id)).status
    await leaving.leave(rana.id, act=office.at(NOW))

    rows = await by_name(event, office)
    assert stayed_in_line == "waitlisted"
    assert (rows["Rana"].status, rows["Nour"].status) == ("cancelled", "confirmed")
    assert "promoted rana@example.org" not in await make.kinds(event, office)
