"""An address of an international domain is one address: invited in one spelling, registered in the other."""

import pytest

from events_app.acts import Who
from events_app.addresses import kept
from events_app.registrations import posting
from events_app.registrations.actions import registering
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.rules import CodeForAnother
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

SPELLINGS = ["salma@bücher.example", "Salma@BÜCHER.example", "salma@xn--bcher-kva.example"]


async def code_for(house: House, event_id: object, people: str) -> str:
    """The code that an organizer makes at the desk for one person, bound to the address."""
    desk = await house.desk()
    answer = await desk.post(
        f"/desk/events/{event_id}/invitations",
        batch="Partners", purpose="open", quota="", people=people, number="", language="en", is_bound="y",
    )  # fmt: skip
    assert answer.status_code == 303, words_of(answer)
    invitation = await Invitation.get()
    return str(posting.reveal_guest(invitation, act=house.office.at(make.NOW, Who.APP))["code"])


@pytest.mark.parametrize("invited", SPELLINGS)
@pytest.mark.parametrize("registers", SPELLINGS)
async def test_nobody_is_turned_away_for_the_other_spelling_of_the_invited_address(
    house: House, invited: str, registers: str
) -> None:
    event = await make.event(house.vault)
    code = await code_for(house, event.id, f"Salma <{invited}>")
    client = await house.client()

    answer = await client.post(
        f"/events/{event.slug}/register",
        data={"name": "Salma", "address": registers, "language": "en", "code": code},
    )

    assert answer.status_code == 303, words_of(answer)
    assert (await Invitation.get()).state == "used"
    assert await Registration.filter(event_id=event.id, live=1).count() == 1


@pytest.mark.parametrize("registers", SPELLINGS)
async def test_an_invitation_of_an_older_version_is_never_shut_to_its_own_person(
    house: House, registers: str
) -> None:
    """It was bound to the address as it had been typed: in its own letters."""
    event = await make.event(house.vault)
    code = await code_for(house, event.id, "Salma <salma@bücher.example>")
    older = kept("salma@bücher.example").earlier
    await Invitation.all().update(address_index=house.vault.blind_index(str(event.id), older))

    receipt = await registering.register(
        event.id, make.applicant("Salma", address=registers, code=code), act=house.office.at(make.NOW)
    )

    assert receipt.status == "confirmed"
    assert (await Invitation.get()).state == "used"


async def test_a_bound_code_still_opens_nothing_for_another_address(house: House) -> None:
    event = await make.event(house.vault)
    code = await code_for(house, event.id, "Salma <salma@bücher.example>")

    with pytest.raises(CodeForAnother):
        await make.registered(event, "Omar", office=house.office, code=code)


async def test_people_at_the_desk_see_the_address_in_its_own_letters(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    await code_for(house, event.id, "salma@xn--bcher-kva.example")
    asked = make.applicant("Omar", address="omar@xn--bcher-kva.example")
    await registering.register(event.id, asked, act=house.office.at(make.NOW))

    invitations = words_of(await desk.get(f"/desk/events/{event.id}/invitations"))
    people = words_of(await desk.get(f"/desk/events/{event.id}/registrations"))
    found = [
        words_of(await desk.get(f"/desk/events/{event.id}/registrations?q={part}"))
        for part in ("bücher", "xn--bcher")
    ]

    assert "salma@bücher.example" in invitations
    assert "omar@bücher.example" in people
    assert "xn--" not in invitations + people
    assert all("omar@bücher.example" in page for page in found)


async def test_a_form_never_gives_an_address_back_in_other_letters(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()

    answer = await client.post(
        f"/events/{event.slug}/register",
        data={"name": "", "address": "salma@bücher.example", "language": "en"},
    )

    assert answer.status_code == 422
    assert 'value="salma@bücher.example"' in answer.text
    assert "xn--" not in answer.text


@pytest.mark.parametrize(
    "form", ["{code}", "{upper}", "{spread}", "https://events.example.org/events/x/register?code={code}"]
)
async def test_a_code_is_taken_as_it_was_pasted(house: House, form: str) -> None:
    event = await make.event(house.vault)
    code = await code_for(house, event.id, "Salma <salma@example.org>")
    typed = form.format(code=code, upper=code.upper(), spread="–".join((code[:4], code[4:8], code[8:])))
    client = await house.client()

    answer = await client.post(
        f"/events/{event.slug}/register",
        data={"name": "Salma", "address": "salma@example.org", "language": "en", "code": typed},
    )

    assert answer.status_code == 303, words_of(answer)


async def test_a_name_that_nobody_sees_is_asked_for_again(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()

    answer = await client.post(
        f"/events/{event.slug}/register",
        data={"name": "\u200b\u2060", "address": "sal\u00adma@exam\u200bple.org", "language": "en"},
    )

    assert answer.status_code == 422
    assert "Please tell us a name we may use." in words_of(answer)
    assert 'value="salma@example.org"' in answer.text
