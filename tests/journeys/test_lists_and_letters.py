"""Without JavaScript: a list from an old Arabic Excel comes in, its people are written to, each alone and once."""

import re

import pytest

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

ROUND_TABLE = {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق تعبر الحدود"}
LIST = (
    "تقرير المشاركين;;\r\n\r\nالاسم الكامل;البريد الإلكتروني;اللغة\r\nسلمى حداد;salma@example.org;العربية\r\n"
    "يوسف الأسعد;yusuf@example.org;الإنجليزية\r\n;nobody@example.org;\r\nمكررة;SALMA@example.org;\r\n"
).encode("cp1256")
SUBJECT = {"en": "About {event}", "ar": "بخصوص {event}"}
BODY = {"en": "Dear {name},\n\nsee you at {time}.", "ar": "عزيزنا {name}،\n\nنلتقي الساعة {time}."}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_list_is_brought_in_and_its_people_are_written_to(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    organizer = new_person(language, width=PHONE)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    desk = acts.open_event(organizer, demonstration, ROUND_TABLE[language])

    organizer.open(f"{desk}/registrations")
    organizer.follow("/import")
    organizer.attach("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST})
    organizer.send()
    assert "سلمى حداد" in organizer.page.inner_text("main")
    organizer.send()
    organizer.picture("trial")
    assert organizer.page.locator("tbody tr").count() == 1
    organizer.send(status=409)
    organizer.tick("#leave_out")
    organizer.tick("#writes")
    organizer.send()
    assert organizer.sees("success")
    invited = letters.wait_for(4, seconds=90)  # the link to the own page follows each invitation
    assert {letter.recipient for letter in invited} == {"salma@example.org", "yusuf@example.org"}

    organizer.open(f"{desk}/write")
    for code in ("en", "ar"):
        organizer.fill({f"subject_{code}": SUBJECT[code], f"body_{code}": BODY[code]})
    organizer.send()
    organizer.write("#as", "سلمي")  # found however its last letter is written
    organizer.press("form[role=search] button")
    assert f"بخصوص {ROUND_TABLE['ar']}" in organizer.page.inner_text("main")
    organizer.confirm("/sending")
    written = {letter.recipient: letter for letter in letters.wait_for(6, seconds=90)[4:]}

    assert written["salma@example.org"].subject.strip("\u200f") == f"بخصوص {ROUND_TABLE['ar']}"
    assert written["yusuf@example.org"].subject == f"About {ROUND_TABLE['en']}"
    for address, letter in written.items():
        assert re.findall(r"[\w.]+@example\.org", str(letter.message["To"])) == [address]
        assert letter.message["Cc"] is None
