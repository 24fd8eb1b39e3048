"""Approval in bulk, a code used twice, another address: in a real browser, without JavaScript, in two languages."""

import re

import pytest

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.invitations import calendar_of, understood
from tests.journeys.people import Person
from tests.journeys.served import Served
from tests.journeys.test_waitlist import ROUND_TABLE
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

AMAL, BASSEL, NEW = "amal@example.org", "bassel@example.org", "amal@example.net"


def at_the_desk(new_person: NewPerson, language: str, house: Served) -> tuple[Person, str]:
    """An organizer at the event's page of the desk; its address."""
    organizer = new_person(language)
    acts.sign_in(organizer, house, house.told("Organizer:"), house.told("Passphrase:"))
    return organizer, acts.open_event(organizer, house, ROUND_TABLE[language])


def switch_on(organizer: Person, event_url: str, name: str) -> None:
    """Tick one box of the event's form and save."""
    organizer.open(f"{event_url}/edit")
    organizer.tick(f"input[name={name}]")
    organizer.press(organizer.page.locator("main form[data-warn] button.button-primary[type=submit]").last)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_two_people_are_approved_with_one_act(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    organizer, event_url = at_the_desk(new_person, language, demonstration)
    switch_on(organizer, event_url, "needs_approval")
    guest = new_person(language, width=PHONE)
    for address in (AMAL, BASSEL):
        acts.find_event(guest, demonstration, ROUND_TABLE[language])
        acts.register(guest, name=address.partition("@")[0], address=address)
        assert guest.sees("info")
        assert not guest.sees("success")

    organizer.open(f"{event_url}/registrations?status=pending")
    for box in organizer.page.locator("table input[name=id]").all():
        organizer.tick(box)
    organizer.press("form#bulk button")
    organizer.send()

    arrived = letters.wait_for(4, seconds=90)
    invited = {letter.recipient: understood(calendar_of(letter)) for letter in arrived[2:]}
    assert [letter.message.get_body(("calendar",)) for letter in arrived[:2]] == [None, None]
    assert {address: each.method for address, each in invited.items()} == {AMAL: "REQUEST", BASSEL: "REQUEST"}
    assert len(acts.read_list(organizer, event_url, status="confirmed")) == 2


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_code_opens_one_registration_and_refuses_the_second_in_words(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer, event_url = at_the_desk(new_person, language, demonstration)
    switch_on(organizer, event_url, "invitation_only")
    organizer.open(f"{event_url}/invitations")
    organizer.write("input[name=batch]", "Partners")
    organizer.write("input[name=number]", "1")
    organizer.press("form:has(input[name=batch]):has(input[name=number]) button[type=submit]")
    code = organizer.page.locator("table code").first.inner_text()

    guest = new_person(language, width=PHONE)
    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    acts.register(guest, name="Nobody", address=BASSEL, status=409)
    assert guest.sees("danger")
    guest.fill({"code": code.upper(), "name": "Amal", "address": AMAL})
    guest.send()
    assert guest.sees("success")

    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    guest.follow("/register")
    guest.fill({"code": code, "name": "Bassel", "address": BASSEL})
    guest.send(status=409)
    assert guest.sees("danger")
    assert guest.page.input_value("input[name=name]") == "Bassel"
    assert len(acts.read_list(organizer, event_url, status="confirmed")) == 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_another_address_moves_the_invitation_and_the_old_link_dies(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    guest = new_person(language, width=PHONE)
    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    acts.register(guest, name="Amal", address=AMAL)
    confirmation, _own_page = letters.wait_for(2, seconds=90)
    first = understood(calendar_of(confirmation))
    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    acts.ask_for_link(guest, AMAL)
    own_page = acts.personal_link(letters.wait_for(3, seconds=90)[2], demonstration)

    guest.open(own_page)
    form = guest.page.locator('form[action$="/address"]')
    guest.unfold(form)
    guest.write(form.locator("input[name=address]"), NEW)
    guest.press(form.locator("button[type=submit]"))
    asked = letters.wait_for(4, seconds=90)[3]
    body = asked.message.get_body(("plain",))
    assert body is not None
    link = re.search(rf"{re.escape(demonstration.url)}/registrations/\S+/address/\S+", body.get_content())
    assert link is not None
    guest.open(link[0])
    guest.press(guest.page.locator('main form[method="post"] button[type=submit]').first)
    assert guest.sees("success")

    *both, _new_own_page = letters.wait_for(7, seconds=90)[4:]
    told = {letter.recipient: understood(calendar_of(letter)) for letter in both}
    assert (asked.recipient, set(told)) == (NEW, {AMAL, NEW})
    assert [told[AMAL].method, told[NEW].method] == ["CANCEL", "REQUEST"]
    assert {told[AMAL].uid, told[NEW].uid} == {first.uid}
    assert first.sequence < told[AMAL].sequence < told[NEW].sequence
    gone = guest.page.goto(own_page)
    assert gone is not None
    assert gone.status == 404
