"""How much it takes to register, and to cancel from the confirmation, on a phone: counted, in both languages."""

import pytest

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.hands import CountingPointer
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

MOST_TAPS, MOST_FIELDS = 4, 2
ROUND_TABLE = {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق تعبر الحدود"}
GUESTS = {"en": ("Zoë Nakamura", "zoe.nakamura@example.org"), "ar": ("ليلى الخوري", "layla@example.org")}


@pytest.mark.parametrize("hands", [CountingPointer], ids=["counting"], indirect=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_to_come_and_to_stay_away_take_four_taps_each_at_most(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    """To register, two fields are filled, counted from the home page; to cancel, nothing is typed, counted with the
    tap on the link in the email that comes with the confirmation."""
    name, address = GUESTS[language]
    guest = new_person(language, width=PHONE)
    hands = guest.hands
    assert isinstance(hands, CountingPointer)

    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    acts.register(guest, name=name, address=address)
    assert guest.sees("success")
    assert (hands.fields, hands.clicks) == (["name", "address"], 3)
    assert len(hands.fields) <= MOST_FIELDS
    assert hands.clicks <= MOST_TAPS

    _invitation, own_page = letters.wait_for(2, seconds=90)
    link_taps, hands.clicks, hands.fields = 1, 0, []
    guest.open(acts.personal_link(own_page, demonstration))
    acts.cancel(guest)
    assert hands.fields == []
    assert link_taps + hands.clicks == MOST_TAPS
