"""Without a mail server no page says that anything was sent, written to anybody, or told."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from events_app.i18n import LOCALE_FOLDER
from events_app.web.unsent import UNSENT
from tests import databases, make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

PROMISES = re.compile(
    r"\b(on (its|the|their) way|gets? (an|the|their|this) email"
    r"|email (tells|says|brings)|we (have written|wrote|write|email)|emails? (you|me) (a|the)|asked by email"
    r"|(has|have) been (sent|told|notified)|being (told|notified)|(invitation|email) (was )?sent( again|$)"
    r"|comes? by email|goes to this address|email of their own|is sent once more|send (them|each person))",
    re.IGNORECASE,
)
TRUE_ANYWAY = {
    "An email to somebody on this list has been sent, so the import cannot be undone any more.",
    "The draft is deleted permanently, with its texts and questions. Nobody has registered, and nobody gets an email.",
    "First you see a preview. Nothing is saved until you confirm it, and nobody gets an email unless you "
    "say so. An unfinished list is kept encrypted for 15 minutes, then deleted.",
    "This email has been sent, or is still on its way.",
    "This email is on its way, so it cannot be changed any more.",
    "Nobody gets an email: all of them are created but not sent. Once there is a mail server, they can be sent "
    "together.",
    "Please write what the email says, in at least one language.",
    "Changes, and who has been notified",
    "The data is as on %(day)s. Please check that the lists are right, then tell your administrator, who "
    "lets emails be sent again. Emails that were waiting when the backup was made are on hold, because "
    "they may have been sent since.",
    "%(n)s code is created. Nothing has been sent yet.",
    "Send them their emails",
    "Send them to me again",
    "If not selected, nobody gets an email. You can send the emails later.",
    "No email has been sent for an hour or more",
    "Not everybody at an event has been notified yet. It goes on where it stopped.",
    "If the server was stopped in the middle, the rest is sent automatically a little later. You can "
    "also start it here; nobody gets the email twice.",
    "%(num)d person gets it in another language, because it is not written in theirs.",
}
"""Sentences that say nothing of what was sent, or are said only of what has left."""


@pytest.fixture
async def silent(migrated: tuple[str, list[str]], tmp_path: Path) -> AsyncIterator[House]:
    """A house without a mail server."""
    url, tables = migrated
    await databases.empty(url, tables)
    async with make.house(url, tmp_path / "silent", mail_host="") as house:
        yield house


def sentences() -> dict[str, set[str]]:
    """The catalogue, with the files that say each sentence; of plurals the singular."""
    with (LOCALE_FOLDER / "ar/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="ar")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: {
            place for place, _ in message.locations
        }
        for message in catalogue
        if message.id
    }


@pytest.mark.engine_free
def test_no_sentence_of_a_page_promises_a_letter_without_saying_what_is_true_where_none_is_sent() -> None:
    """A new one gets a line in events_app/web/unsent.py, or stands in TRUE_ANYWAY."""
    said = {
        sentence
        for sentence, places in sentences().items()
        if PROMISES.search(sentence)
        and any(not place.startswith("templates/mail/") for place in places)
        and not places <= {"events_app/web/unsent.py"}
    }

    assert said - UNSENT.keys() - TRUE_ANYWAY == set()


@pytest.mark.engine_free
def test_what_is_said_instead_is_of_a_sentence_that_is_still_said_and_of_no_letter_alone() -> None:
    known = sentences()

    assert UNSENT.keys() - known.keys() == set()
    assert {
        key for key in UNSENT if all(place.startswith("templates/mail/") for place in known[key])
    } == set()
    assert {key for key, other in UNSENT.items() if other in UNSENT} == set()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_receipt_never_says_that_an_address_was_written_to(silent: House, language: str) -> None:
    event = await make.event(silent.vault)
    visitor = await silent.client(**{"accept-language": language})
    typed = {"name": "Salma", "address": "salma@example.org", "language": language}

    answer = await visitor.post(f"/events/{event.slug}/register", data=typed)
    page = words_of(await visitor.get(answer.headers["location"]))

    none = {"en": "This site sends no email at present", "ar": "لا يرسل هذا الموقع رسائل حاليًا"}
    assert none[language] in page
    assert "We have written" not in page
    assert "on its way" not in page


async def test_the_desk_says_on_every_page_that_nobody_gets_a_letter(silent: House) -> None:
    event, desk = await make.event(silent.vault), await silent.desk()
    base = f"/desk/events/{event.id}"

    for path in ("/desk", "/desk/venues", base, f"{base}/registrations", f"{base}/letters"):
        assert "Nobody gets an email" in words_of(await desk.get(path)), path
    assert "No mail server is set up" in words_of(await desk.get("/desk/mail"))


async def test_an_act_at_the_desk_never_says_that_a_letter_goes_out(silent: House) -> None:
    event, desk = await make.event(silent.vault, needs_approval=True), await silent.desk()
    (row,) = await make.registered(event, 1, office=silent.office)
    path = f"/desk/events/{event.id}/registrations/{row.id}"

    await desk.post(f"{path}/approval")
    page = words_of(await desk.get(path))

    assert "Approved. The email is created but not sent." in page


async def test_publishing_says_what_people_will_not_get(silent: House) -> None:
    draft, desk = await make.draft(silent.vault, hosts=[await make.organization()]), await silent.desk()

    page = words_of(await desk.get(f"/desk/events/{draft.id}"))

    assert "No mail server is set up: who registers gets no email and no calendar invitation." in page


async def test_with_a_mail_server_nothing_is_said_of_there_being_none(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    for path in ("/desk", f"/desk/events/{event.id}"):
        assert "No mail server" not in words_of(await desk.get(path))
