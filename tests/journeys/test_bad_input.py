"""Bad input, without JavaScript: every error beside its field and in the summary, and nothing typed is lost."""

import re

import pytest

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.hands import Pointer
from tests.journeys.people import Person
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NO_NAME = "Please tell us a name we may use."
NO_ADDRESS = "We need an email address for your invitation."
NO_MODE = "Please choose one."
NO_CONSENT = "To register, you need to agree to this."
WRONG_TIME = "“%(typed)s” is not a time of day. Please write it such as 13:00 or 1 pm."


def errors(person: Person) -> dict[str, str]:
    """The error beside each field, by the field's id; each must be tied to its field, and stand in the summary.

    The summary must have the focus.
    """
    assert person.page.locator("#summary:focus").count() == 1
    found = {}
    for error in person.page.locator(".field-error").all():
        blamed = (error.get_attribute("id") or "").removesuffix("-error")
        tied = person.page.locator(f'[aria-describedby~="{blamed}-error"]')
        assert tied.count() == 1
        assert person.page.locator(f'[id="{blamed}"]').count() == 1
        found[blamed] = unmarked(error.inner_text()).split(":", 1)[-1].strip()
    summary = person.page.locator("#summary li")
    for line, (blamed, sentence) in zip(summary.all(), found.items(), strict=True):
        target = (line.locator("a").get_attribute("href") or "#").removeprefix("#")
        assert target in {blamed, f"{blamed}-0"}
        assert person.page.locator(f'[id="{target}"]').count() == 1
        assert sentence in unmarked(line.inner_text())
    return found


def unmarked(text: str) -> str:
    """Without the marks that keep what was typed apart from the sentence that quotes it."""
    return re.sub("[\u2066-\u2069\u200e]", "", text)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_with_errors_says_all_of_them_and_keeps_what_was_typed(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    guest = new_person(language, width=PHONE)
    guest.open(f"{demonstration.url}/events/research-launch/register")
    guest.send(status=422)
    guest.picture("empty")
    empty = {"name": NO_NAME, "address": NO_ADDRESS, "mode": NO_MODE, "consent": NO_CONSENT}
    assert errors(guest) == {field: guest.sentence(said) for field, said in empty.items()}

    needs = "كرسي متحرك\nand a seat near the door, <b>please</b>"
    guest.fill({"name": "دنيا <script>alert(1)</script> & Co", "address": "dunya@example", "needs": needs})
    guest.select("#language", "ar" if language == "en" else "en")
    guest.choose('input[name="mode"][value="online"]')
    guest.tick("#consent")
    guest.send(status=422)
    guest.picture("wrong-address")
    assert list(errors(guest)) == ["address"]
    assert guest.page.input_value("#name") == "دنيا <script>alert(1)</script> & Co"
    assert guest.page.input_value("#address") == "dunya@example"
    assert guest.page.input_value("#needs") == needs
    assert guest.page.input_value("#language") == ("ar" if language == "en" else "en")
    assert guest.page.locator('input[name="mode"][value="online"]').is_checked()
    assert guest.page.locator("#consent").is_checked()

    guest.write("#address", "dunya@example.org")
    guest.send()
    assert guest.sees("success")
    letter = letters.wait_for(1, seconds=90)[0]  # the personal link follows in a second one
    assert letter.message["Content-Language"] == ("ar" if language == "en" else "en")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_at_the_desk_says_what_is_wrong_with_a_time(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    organizer.follow("/desk/events/new")
    organizer.fill({"title_ar": "بلا وقت", "starts_on": "2027-03-28"})
    organizer.fill({"starts_time": "13:00 AM", "ends_time": "04:00"})
    organizer.write("#zone", "Europe/Brussels")
    organizer.send(status=422)
    said = organizer.sentence(WRONG_TIME) % {"typed": "13:00 AM"}
    assert errors(organizer) == {"starts_time": said}
    assert organizer.page.input_value("#starts_time") == "13:00 AM"

    organizer.write("#starts_time", "02:30")
    organizer.send(status=422)
    organizer.picture("gap")
    assert list(errors(organizer)) == ["starts_time"]
    assert organizer.page.input_value("#title_ar") == "بلا وقت"

    organizer.write("#starts_on", "2027-10-31")
    organizer.send(status=422)
    organizer.picture("twice")
    assert list(errors(organizer)) == ["starts_time"]
    organizer.choose('input[name="starts_fold"][value="1"]')
    organizer.send()
    starts, ends = organizer.moments()
    assert f"{starts:%H:%M}–{ends:%H:%M}" == "01:30–03:00"


@pytest.mark.parametrize("hands", [Pointer], ids=["pointer"], indirect=True)
def test_strange_words_in_an_address_break_no_page(demonstration: Served, new_person: NewPerson) -> None:
    """Addresses are typed: there is nothing to do by hand."""
    organizer = new_person("en")
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    event = acts.open_event(organizer, demonstration, "Round table: documents that travel")
    for number in ("²", "-1", "0", "٣", "9" * 30, "x", ""):
        organizer.open(f"{event}/registrations?page={number}&status={number}&q={number}")
        organizer.open(f"{event}/letters?before={number}&state={number}")
    for unknown in (
        "/events/%00",
        "/conferences/x%00",
        "/?lang=%00",
        "/events/%FF",
        f"/desk/events/{'9' * 40}",
    ):
        response = organizer.page.goto(f"{demonstration.url}{unknown}")
        assert response is not None
        assert response.status == 404, unknown
