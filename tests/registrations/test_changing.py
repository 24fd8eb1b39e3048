"""What people change themselves: another address, passing on, being forgotten."""

import re
from datetime import timedelta

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.linking import actions as linking
from events_app.mail.models import Letter
from events_app.registrations import posting, rules
from events_app.registrations.actions import changing, forgetting, leaving, registering
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Guest
from tests import make
from tests.make import COURIER, NOW, House, words_of

pytestmark = pytest.mark.anyio
NEW = "new@example.org"


def token_of(row: Registration, office: Office) -> str:
    return reveal_person(row, vault=office.vault, reader=COURIER).token


async def test_the_letter_to_a_new_address_does_not_open_the_persons_page(house: House) -> None:
    """The address may be a stranger's, by a slip of the hand."""
    event, office = await make.event(house.vault), house.office
    (row,) = await make.registered(event, 1, office=office)
    stranger = await house.client()

    await make.new_address_asked(row, NEW, office=office, now=clock.now())

    letter = (await make.posted(event, office))[-1]
    assert (letter.kind, letter.to) == ("new_address", NEW)
    assert token_of(row, office) not in letter.everything
    path = letter.facts["own_url"].removeprefix(make.BASE)
    assert (await stranger.get(path.partition("/address/")[0])).status_code == 404
    other = path.rpartition("/")[0] + "/another"
    assert NEW not in (await stranger.get(other)).text
    assert (await stranger.post(other)).status_code == 409
    assert "guest1@example.org" not in (await stranger.get(path)).text
    assert NEW in words_of(await stranger.get(path))
    answer = await stranger.post(path)
    assert answer.status_code == 303
    moved = await make.row_of(event, NEW, office=office)
    assert answer.headers["location"] == f"/registrations/{token_of(moved, office)}"
    assert "too old" in words_of(await stranger.get(path))
    assert [post.draft.method for post in (await make.posted(event, office))[-2:]] == ["CANCEL", "REQUEST"]


async def test_a_hold_moves_with_its_person(database: object, office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=0, sends_holds=True)
    (row,) = await make.registered(event, 1, office=office)

    await make.new_address_asked(row, NEW, office=office)
    url = (await make.posted(event, office))[-1].facts["own_url"]
    await linking.take_new_address(row.id, url.rpartition("/")[2], act=office.at(NOW))

    last = (await make.posted(event, office))[-1]
    assert (last.to, last.kind, last.draft.method) == (NEW, "waitlisted", "REQUEST")


async def test_somebody_is_forgotten_after_the_event_too(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await Letter.all().update(state="sent")

    await forgetting.erase(row.id, act=office.at(event.ends_at + timedelta(days=1)))

    erased = await Registration.get(id=row.id)
    assert (erased.erased, erased.status) == (True, "confirmed")
    assert reveal_person(erased, vault=office.vault, reader=COURIER).name == ""
    assert await Letter.all().count() == 2


async def test_an_invitation_forgets_whom_it_was_for_when_they_are_forgotten(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    guest = Invitee("Guest 1", "guest1@example.org", "en")
    await inviting.invite(
        event.id, [guest], batch="b", purpose="open", quota_id=None, is_bound=True, act=office.at(NOW)
    )
    await inviting.send_invitations(event.id, "b", act=office.at(NOW))
    (code,) = re.findall(r"code=(\w+)", (await make.posted(event, office))[0].draft.text)
    (row,) = await make.registered(event, 1, office=office, code=code)
    await Letter.all().update(state="sent")

    await forgetting.erase(row.id, act=office.at(NOW))

    invitation = await Invitation.get(event_id=event.id)
    opened = posting.reveal_guest(invitation, act=office.at(NOW))
    assert (set(opened.values()), invitation.address_index, invitation.state) == ({""}, None, "used")
    letters = await Letter.filter(state="sent")
    assert [(each.words, bytes(each.facts), each.message) for each in letters] == [("gone", b"", None)] * 3


async def passed_on(event: Event, row: Registration, office: Office) -> str:
    """The code by which guest 2 may take the place."""
    await changing.pass_on(
        row.id, name="Guest 2", address="guest2@example.org", language="en", act=office.at(NOW)
    )
    url = (await make.posted(event, office))[-1].facts["own_url"]
    return str(url).partition("code=")[2]


async def test_a_place_that_is_gone_is_refused_to_new_and_known_addresses_alike(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    code = await passed_on(event, row, office)
    await leaving.cancel(row.id, act=office.at(NOW))

    for _known in (False, True):
        with pytest.raises(rules.CodeRevoked):
            await make.registered(event, 2, office=office, code=code)
        await registering.register(event.id, make.applicant(2), act=office.at(NOW))


async def test_one_place_that_is_passed_on_is_not_taken_by_two(database: object, office: Office) -> None:
    event = await make.event(office.vault, most_guests=2)
    (row,) = await make.registered(event, 1, office=office)
    code = await passed_on(event, row, office)

    with pytest.raises(rules.TooManyGuests):
        await make.registered(event, 2, office=office, code=code, guests=[Guest("Guest 3")])
