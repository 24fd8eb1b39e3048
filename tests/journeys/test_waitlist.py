"""A full event, without JavaScript: the fourth of three waits, somebody cancels, the fourth has a place."""

import pytest

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.invitations import calendar_of, understood
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

ROUND_TABLE = {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق تعبر الحدود"}
FIRST, SECOND, THIRD, FOURTH = (f"{name}@example.org" for name in ("amal", "bassel", "carol", "dunya"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_fourth_of_three_waits_until_somebody_cancels(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    guest = new_person(language, width=PHONE)
    for address in (FIRST, SECOND, THIRD):
        acts.find_event(guest, demonstration, ROUND_TABLE[language])
        moments = guest.moments()
        acts.register(guest, name=address.partition("@")[0], address=address)
        assert guest.sees("success")

    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    acts.register(guest, name="دنيا", address=FOURTH)
    assert guest.sees("warning")
    waiting = letters.wait_for(7, seconds=90)  # the link to the own page follows each invitation
    invited = {letter.recipient for letter in waiting if letter.message.get_body(("calendar",))}
    assert invited == {FIRST, SECOND, THIRD}

    own_pages = {}
    for number, address in enumerate((SECOND, FOURTH)):
        acts.find_event(guest, demonstration, ROUND_TABLE[language])
        acts.ask_for_link(guest, address)
        link_letter = letters.wait_for(8 + number, seconds=90)[-1]
        assert link_letter.recipient == address
        own_pages[address] = acts.personal_link(link_letter, demonstration)
    guest.open(own_pages[FOURTH])
    assert guest.sees("warning")

    guest.open(own_pages[SECOND])
    acts.cancel(guest)
    last_two = {letter.recipient: letter for letter in letters.wait_for(11, seconds=90)[9:]}
    assert understood(calendar_of(last_two[SECOND])).method == "CANCEL"
    promoted = understood(calendar_of(last_two[FOURTH]))
    assert (promoted.method, promoted.sequence, promoted.attendee) == ("REQUEST", 0, FOURTH)
    assert (promoted.starts, promoted.ends) == moments

    guest.open(own_pages[FOURTH])
    assert guest.sees("success")
    organizer = new_person(language)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    at_the_desk = acts.open_event(organizer, demonstration, ROUND_TABLE[language])
    confirmed = acts.read_list(organizer, at_the_desk, status="confirmed")
    assert {row[1] for row in confirmed} == {FIRST, THIRD, FOURTH}
    assert [row[1] for row in acts.read_list(organizer, at_the_desk, status="cancelled")] == [SECOND]
