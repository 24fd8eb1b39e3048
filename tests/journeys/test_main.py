"""The main journey, without JavaScript: an event is published, somebody registers, exports, cancels."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys import acts
from tests.journeys.acts import Account, Plan
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.invitations import calendar_of, understood
from tests.journeys.served import SENDER, Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

RIMA = Account("Rima", "rima@example.org", "seven quiet lamps by the door")
ORGANIZATION = {"en": "The Cedar Archive", "ar": "أرشيف الأرز"}
TITLE = {"en": "Letters that were never sent", "ar": "رسائل لم تُرسل"}
SUMMARY = {"en": "Archivists and families read together.", "ar": "قراءة مشتركة للعائلات وأمناء الأرشيف."}
PLACE = {"en": "Library, Hotel Linden, Brussels", "ar": "المكتبة، فندق ليندن، بروكسل"}
DAY = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"
PLANS = {
    "en": Plan(TITLE, SUMMARY, PLACE, DAY, "13:00", "14:30", "Europe/Brussels"),
    "ar": Plan(TITLE, SUMMARY, PLACE, DAY, "١٧:٣٠", "19:00", "Asia/Beirut"),
}
GUESTS = {"en": ("Zoë Nakamura", "zoe.nakamura@example.org"), "ar": ("ليلى الخوري", "layla@example.org")}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_event_is_published_and_somebody_comes_and_cancels(
    language: str, empty_house: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    name, address = GUESTS[language]
    organizer, guest = new_person(language), new_person(language, width=PHONE)

    acts.make_account(organizer, empty_house.first_link(), RIMA)
    acts.make_organization(organizer, ORGANIZATION, "#7a1f2b")
    at_the_desk = acts.make_event(organizer, PLANS[language])
    acts.preview_and_publish(organizer)

    acts.find_event(guest, empty_house, TITLE[language])
    event_page, moments = guest.page.url, guest.moments()
    acts.register(guest, name=name, address=address)
    assert guest.sees("success")
    assert address in guest.page.inner_text("main")
    assert guest.moments() == moments

    confirmation, _own_page = letters.wait_for(2, seconds=90)
    invited = understood(calendar_of(confirmation))
    assert (confirmation.sender, confirmation.recipient) == (SENDER, address)
    assert (invited.method, invited.sequence, invited.attendee) == ("REQUEST", 0, address)
    assert (invited.starts, invited.ends) == moments
    assert invited.summary.strip("\u200f") == TITLE[language]

    assert acts.read_list(organizer, at_the_desk, search=name.split()[0])[0][:2] == [name, address]
    for rows in acts.export(organizer, at_the_desk):
        assert [row[:2] for row in rows[1:]] == [[name, address]]

    guest.open(event_page)
    acts.ask_for_link(guest, address)
    link_letter = letters.wait_for(3, seconds=90)[2]
    guest.open(acts.personal_link(link_letter, empty_house))
    assert guest.moments() == moments
    acts.cancel_and_keep(guest)
    acts.cancel(guest)

    farewell = understood(calendar_of(letters.wait_for(4, seconds=90)[3]))
    assert (farewell.method, farewell.uid, farewell.attendee) == ("CANCEL", invited.uid, address)
    assert farewell.sequence > invited.sequence
    assert (farewell.starts, farewell.ends) == moments
    assert acts.read_list(organizer, at_the_desk, status="confirmed") == []
    assert acts.read_list(organizer, at_the_desk, status="cancelled")[0][:2] == [name, address]
