"""A name and an address are put right from the list, without JavaScript, in so many clicks and no more."""

import pytest

from tests.journeys import acts
from tests.journeys.conftest import NewPerson
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

ROUND_TABLE = {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق تعبر الحدود"}
WRONG = {"en": ("Selma Hadad", "selma.hadad@example.org"), "ar": ("سلمة حداد", "salma.hadad@example.org")}
RIGHT = {"en": ("Salma Haddad", "salma.haddad@example.org"), "ar": ("سلمى حدّاد", "salma.haddad@example.org")}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_salmas_name_and_address_are_corrected_in_three_clicks_from_the_list(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    organizer = new_person(language)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    desk = acts.open_event(organizer, demonstration, ROUND_TABLE[language])
    name, address = WRONG[language]
    organizer.open(f"{desk}/registrations/new")
    organizer.fill({"name": name, "address": address})
    organizer.send()
    first = letters.wait_for(2, seconds=90)
    assert {letter.recipient for letter in first} == {address}
    organizer.open(f"{desk}/registrations")

    organizer.press(organizer.page.get_by_role("link", name=name))  # 1
    organizer.follow("/correction")  # 2
    organizer.picture("correction")
    right_name, right_address = RIGHT[language]
    organizer.fill({"name": right_name, "address": right_address})
    organizer.send()  # 3

    assert organizer.page.locator("h1").inner_text() == right_name
    said = organizer.page.inner_text("main")
    assert organizer.sentence("Name corrected") in said
    assert organizer.sentence("Email address corrected") in said
    written = letters.wait_for(5, seconds=90)[2:]
    assert sorted(letter.recipient for letter in written) == sorted([address, right_address, right_address])
    old = next(letter for letter in written if letter.recipient == address)
    body = old.message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert organizer.sentence("The organizers have corrected the address of this registration.") in text
    assert right_address not in text
