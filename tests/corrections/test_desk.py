"""The page on which somebody is put right: what it says before, keeps when two save at once, and refuses."""

import asyncio
import html
import re
from typing import Any

import httpx2
import pytest

from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.questions.rules import Kind
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from tests import make
from tests.make import COURIER, NOW, Desk, House, words_of

pytestmark = pytest.mark.anyio


def path(event: Event, row: Registration, end: str = "/correction") -> str:
    return f"/desk/events/{event.id}/registrations/{row.id}{end}"


def mark_on(page: httpx2.Response) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page.text)
    assert found is not None
    return found[1]


def said(**changes: Any) -> dict[str, Any]:
    """What the browser sends of guest 1, as the page was filled."""
    as_it_was = {"name": "Guest 1", "address": "guest1@example.org", "language": "en", "needs": ""}
    return {**as_it_was, "writes": "y", **changes}


async def opened(house: House, **event: Any) -> tuple[Event, Registration, Desk]:
    made = await make.event(house.vault, **event)
    (row,) = await make.registered(made, 1, office=house.office)
    return made, row, await house.desk()


async def name_of(row: Registration, house: House) -> str:
    fresh = await Registration.get(id=row.id)
    return reveal_person(fresh, vault=house.vault, reader=COURIER).name


async def test_only_organizers_correct_and_only_from_their_own_page(house: House) -> None:
    event, row, desk = await opened(house)
    stranger = await house.client()

    for answer in (
        await stranger.get(path(event, row)),
        await stranger.post(path(event, row), data=said(name="X")),
    ):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/sign-in")
    outside = await desk.client.post(path(event, row), data=said(name="X", form_token="another"))
    assert outside.status_code == 403
    assert await name_of(row, house) == "Guest 1"


async def test_the_page_holds_what_is_there_and_says_which_email_follows(house: House) -> None:
    event, row, desk = await opened(house)

    page = await desk.get(path(event, row))

    assert page.status_code == 200
    for value in ('value="Guest 1"', 'value="guest1@example.org"'):
        assert value in page.text
    words = words_of(page)
    for sentence in (
        "A new name: an email with the corrected calendar invitation: Your seat is confirmed.",
        "The organizers have corrected the address of this registration.",
        "Your registration now uses this address.",
        "personal links sent to the old address do not work any more",
        "Access needs and answers: no email.",
    ):
        assert sentence in words
    before = await Letter.all().count()
    assert (await desk.get(path(event, row))).status_code == 200
    assert await Letter.all().count() == before


async def test_saving_leads_back_to_the_person_whose_history_says_it(house: House) -> None:
    event, row, desk = await opened(house)
    page = await desk.get(path(event, row))

    answer = await desk.post(path(event, row), **said(name="Salma Haddad"), seen=mark_on(page))

    assert (answer.status_code, answer.headers["location"]) == (303, path(event, row, ""))
    words = words_of(await desk.get(path(event, row, "")))
    assert "Corrected. The person gets an email." in words
    assert "Name corrected" in words
    assert "an organizer" in words
    assert "Guest 1" not in words


async def test_the_second_of_two_organizers_is_told_and_keeps_what_they_typed(house: House) -> None:
    event, row, desk = await opened(house)
    seen = mark_on(await desk.get(path(event, row)))
    await desk.post(path(event, row), **said(name="Salma Haddad"), seen=seen)

    second = await desk.post(path(event, row), **said(name="Salma Hadad", needs="A ramp"), seen=seen)

    assert second.status_code == 409
    words = words_of(second)
    assert "Somebody else has saved this since you opened it." in words
    assert "Salma Haddad" in words
    assert 'value="Salma Hadad"' in second.text
    assert "Send the email" not in words.partition("Your version")[2].partition("What you typed is in")[0]
    assert await name_of(row, house) == "Salma Haddad"
    on_purpose = await desk.post(path(event, row), **said(name="Salma Hadad"), seen=mark_on(second))
    assert on_purpose.status_code == 303


async def test_of_two_at_the_same_moment_one_is_told(house: House) -> None:
    event, row, desk = await opened(house)
    seen = mark_on(await desk.get(path(event, row)))

    answers = await asyncio.gather(
        *(desk.post(path(event, row), **said(name=name), seen=seen) for name in ("Salma", "Selma"))
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409]


async def test_an_address_that_is_here_already_is_said_beside_the_field(house: House) -> None:
    event, row, desk = await opened(house)
    await make.registered(event, "Basil", office=house.office)
    seen = mark_on(await desk.get(path(event, row)))

    page = await desk.post(path(event, row), **said(name="Salma", address="basil@example.org"), seen=seen)

    assert page.status_code == 409
    assert "Basil is registered with this address already." in words_of(page)
    assert 'id="address-error"' in page.text
    assert 'value="Salma"' in page.text
    assert await name_of(row, house) == "Guest 1"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Please write a name."),
        ({"address": ""}, "An address can be corrected, but not removed."),
        ({"address": "salma@"}, "address"),
        ({"language": "xx"}, "Not a valid choice."),
    ],
)
async def test_bad_input_is_said_beside_the_field_and_nothing_is_saved(
    house: House, wrong: dict[str, str], sentence: str
) -> None:
    event, row, desk = await opened(house)

    page = await desk.post(path(event, row), **said(needs="A ramp", **wrong))

    assert page.status_code == 422
    assert sentence in words_of(page)
    assert "A ramp" in page.text
    assert await Letter.filter(kind="registrations.left_address").count() == 0


@pytest.mark.parametrize(("status", "over"), [("cancelled", False), ("erased", True)])
async def test_who_is_gone_can_be_read_but_not_corrected(house: House, status: str, over: bool) -> None:
    event, row, desk = await opened(house)
    await leaving.cancel(row.id, act=house.office.at(NOW))
    if over:
        await desk.post(path(event, row, "/erasure"))

    person = await desk.get(path(event, row, ""))
    page, posted = await desk.get(path(event, row)), await desk.post(path(event, row), **said(name="Salma"))

    assert "/correction" not in person.text
    assert (person.status_code, page.status_code, posted.status_code) == (200, 409, 409)
    assert "so nothing is corrected" in words_of(page)
    assert "Salma" not in words_of(person)


async def test_a_question_that_people_must_answer_may_be_left_open_and_a_no_is_never_invented(
    house: House,
) -> None:
    event, row, desk = await opened(house)
    must = await make.question(event, Kind.TEXT, required=True)
    visa = await make.question(event, Kind.YES_NO)
    asked = [f"q_{each.id.hex}" for each in (must, visa)]

    page = await desk.get(path(event, row))
    answer = await desk.post(path(event, row), **said(name="Salma"), asked=asked)

    assert "No question has to be answered here" in words_of(page)
    assert answer.status_code == 303
    fresh = await Registration.get(id=row.id)
    assert reveal_person(fresh, vault=house.vault, reader=COURIER).answers == {}
    await desk.post(path(event, row), **said(name="Salma"), asked=asked, **{asked[1]: "no"})
    fresh = await Registration.get(id=row.id)
    assert reveal_person(fresh, vault=house.vault, reader=COURIER).answers == {str(visa.id): False}
    assert re.search(r'value="no" checked', (await desk.get(path(event, row))).text)


@pytest.mark.parametrize("by_hand", [False, True])
async def test_what_an_answer_calls_up_is_asked_next_without_a_script(house: House, by_hand: bool) -> None:
    event, row, desk = await opened(house)
    visa = await make.question(event, Kind.YES_NO)
    passport = await make.question(event, Kind.TEXT, when_question_id=visa.id, when_values=["yes"])
    to = f"/desk/events/{event.id}/registrations/new" if by_hand else path(event, row)
    typed = said(address="new@example.org", mode="in_person")
    first, second = (f"q_{each.id.hex}" for each in (visa, passport))

    more = await desk.post(to, **typed, asked=[first], **{first: "yes"})
    assert more.status_code == 200
    assert "A few more questions" in words_of(more)
    assert await Registration.all().count() == 1
    done = await desk.post(to, **typed, asked=[first, second], **{first: "yes", second: "Lebanese"})

    assert done.status_code == 303
    found = await make.row_of(event, "new@example.org", office=house.office)
    answers = reveal_person(found, vault=house.vault, reader=COURIER).answers
    assert answers == {str(visa.id): True, str(passport.id): "Lebanese"}


async def test_who_is_added_by_hand_is_asked_the_events_own_questions(house: House) -> None:
    event, _row, desk = await opened(house, offers_online=True)
    online = await make.question(event, Kind.TEXT, required=True, only_mode="online")
    new = f"/desk/events/{event.id}/registrations/new"

    page = await desk.get(new)
    answer = await desk.post(
        new, **said(address="b@example.org", mode="online"), asked=[f"q_{online.id.hex}"]
    )

    assert f"q_{online.id.hex}" in html.unescape(page.text)
    assert answer.status_code == 303
