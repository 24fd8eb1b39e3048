"""The outbox: posted with the fact or not at all, superseded, looked at, sent again."""

import uuid

import pytest

from events_app.clock import now
from events_app.database import one_transaction
from events_app.mail import again, outbox
from events_app.mail.message import Attachment
from events_app.mail.models import OPEN_COLUMNS, Letter
from events_app.vault import Reader
from tests.mail.office import INVITE, Office
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.anyio
ORGANIZER = Reader("organizer", "1")


async def test_a_letter_is_posted_with_the_fact_or_not_at_all(office: Office) -> None:
    @one_transaction
    async def register_and_fail() -> None:
        await office.post()
        raise LookupError

    with pytest.raises(LookupError):
        await register_and_fail()

    assert await office.states() == []


async def test_what_a_letter_says_is_not_in_its_row(office: Office) -> None:
    letter = await office.post()
    row = await Letter.filter(number=letter.number).values()

    assert "guest1" not in repr(row)
    assert b"guest1" not in row[0]["facts"]


async def test_a_letter_in_the_outbox_shows_its_address_before_it_is_composed(office: Office) -> None:
    letter = await office.post()

    opened = await outbox.read(letter.id, office.vault, ORGANIZER)

    assert (opened.to_address, opened.subject, opened.letter.state) == ("guest1@example.org", "", "queued")


async def test_a_kept_letter_opens_with_text_html_and_invitation(office: Office) -> None:
    letter = await office.post()
    await office.deliver(None)

    opened = await outbox.read(letter.id, office.vault, ORGANIZER)

    assert opened.letter.state == "kept"
    assert opened.to_address == "guest1@example.org"
    assert opened.subject == "Letter 1"
    assert opened.text == "This is letter 1.\n"
    assert opened.html == "<p>This is letter 1.</p>\n"
    assert opened.attachments == (
        Attachment("", "text/calendar", INVITE),
        Attachment("invite.ics", "application/ics", INVITE),
    )


async def test_an_unknown_letter_is_refused(office: Office) -> None:
    with pytest.raises(outbox.NoSuchLetter):
        await outbox.read(uuid.uuid4(), office.vault, ORGANIZER)
    with pytest.raises(outbox.NoSuchLetter):
        await again.retry(uuid.uuid4(), now=now())


async def test_a_newer_letter_supersedes_the_older_one_that_nobody_tried_to_send(
    office: Office, server: SmtpServer
) -> None:
    thread = uuid.uuid4()
    await office.post(thread=thread, replaces="change")
    await office.post(thread=thread, replaces="reminder")
    await office.post(thread=uuid.uuid4(), replaces="change")
    await office.post(thread=thread, replaces="change")
    await office.deliver(server)

    assert await office.states() == ["superseded", "sent", "sent", "sent"]
    assert sorted(letter.subject for letter in server.letters) == ["Letter 2", "Letter 3", "Letter 4"]


async def test_a_letter_that_has_been_tried_is_not_superseded(office: Office, server: SmtpServer) -> None:
    thread = uuid.uuid4()
    await office.post(thread=thread, replaces="change")
    await Letter.all().update(attempts=1)
    await office.post(thread=thread, replaces="change")
    await office.deliver(server)

    assert [letter.subject for letter in server.letters] == ["Letter 1", "Letter 2"]


async def test_the_outbox_counts_letters_by_state(office: Office) -> None:
    await office.post()
    await office.post("test.broken")
    await office.deliver(None)
    await office.post()

    assert await outbox.counts_of(office.event_id) == {"kept": 1, "withheld": 1, "queued": 1}
    assert await outbox.counts_of(uuid.uuid4()) == {}


async def test_the_outbox_is_listed_in_pages_newest_first(office: Office) -> None:
    letters = [await office.post() for _ in range(5)]

    first = await outbox.letters_of(office.event_id, limit=3)
    second = await outbox.letters_of(office.event_id, limit=3, before=first[-1].number)

    assert [letter.id for letter in first + second] == [letter.id for letter in reversed(letters)]
    assert await outbox.letters_of(uuid.uuid4()) == []


async def test_the_outbox_lists_only_the_states_asked_for(office: Office) -> None:
    await office.post()
    await office.post("test.broken")
    await office.deliver(None)

    assert [letter.state for letter in await outbox.letters_of(office.event_id, states=["kept"])] == ["kept"]
    assert await outbox.letters_of(office.event_id, states=["unsure"]) == []


async def test_kept_letters_are_sent_by_hand_once_there_is_a_server(
    office: Office, server: SmtpServer
) -> None:
    letter = await office.post()
    await office.deliver(None)
    kept = await office.letter()

    await again.retry(letter.id, now=now())
    await office.deliver(server)

    assert await office.states() == ["sent"]
    assert [received.message_id for received in server.letters] == [kept.message_id]


async def test_a_letter_that_was_sent_or_is_on_its_way_is_not_sent_again(
    office: Office, server: SmtpServer
) -> None:
    letter = await office.post()
    with pytest.raises(again.LetterNotRetried):
        await again.retry(letter.id, now=now())
    await office.deliver(server)
    with pytest.raises(again.LetterNotRetried):
        await again.retry(letter.id, now=now())

    assert len(server.letters) == 1


async def test_an_older_letter_is_not_sent_after_a_newer_one_of_its_thread(
    office: Office, server: SmtpServer
) -> None:
    thread = uuid.uuid4()
    server.rcpt["guest1@example.org"] = ["550 no such user"]
    older = await office.post(thread=thread)
    await office.post(thread=thread)
    await office.deliver(server)

    assert await office.states() == ["refused", "sent"]
    with pytest.raises(again.LetterOvertaken):
        await again.retry(older.id, now=now())


@pytest.mark.parametrize("refusal", [outbox.NoSuchLetter, again.LetterNotRetried, again.LetterOvertaken])
async def test_every_refusal_of_the_outbox_is_a_sentence(refusal: type[Exception]) -> None:
    assert str(refusal()).endswith(".")


def test_a_list_of_letters_reads_every_column_but_the_sealed_ones() -> None:
    told = Letter.describe()
    columns = {each["name"] for each in [told["pk_field"], *told["data_fields"]]}

    assert sorted(OPEN_COLUMNS) == sorted(columns - {"facts", "message"})
