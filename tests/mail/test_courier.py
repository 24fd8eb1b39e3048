"""The courier: what it sends, in which order, what it keeps, and how it stops."""

import asyncio
import logging
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from events_app.clock import now
from events_app.database import data_version, is_sqlite
from events_app.mail.courier import Courier
from events_app.mail.models import Letter
from events_app.mail.rules import WhenUnsure
from events_app.settings import Mail
from events_app.vault import Reader
from tests.mail.office import INVITE, QUICK, Office, compose, until
from tests.mail.smtp import SmtpServer, free_port

pytestmark = pytest.mark.anyio
GUEST = "guest1@example.org"


async def test_a_letter_arrives_as_it_was_built(office: Office, server: SmtpServer) -> None:
    await office.post()
    await office.deliver(server)
    letter, (received,) = await office.letter(), server.letters
    alternative, attachment = received.message.iter_parts()

    assert (received.sender, received.recipient) == ("events@example.org", GUEST)
    assert str(received.message["From"]) == "Side events <events@example.org>"
    assert received.message_id == letter.message_id
    assert attachment.get_payload(decode=True) == INVITE
    assert list(alternative.iter_parts())[2].get_payload(decode=True) == INVITE


async def test_the_senders_name_of_the_settings_is_never_overruled(
    office: Office, server: SmtpServer
) -> None:
    await office.post("test.hosted")
    await office.deliver(server)

    assert str(server.letters[0].message["From"]) == "Side events <events@example.org>"


async def test_the_bytes_kept_are_the_bytes_sent(office: Office, server: SmtpServer) -> None:
    await office.post()
    await office.deliver(server)
    letter = await office.letter()
    assert letter.message is not None

    kept = office.vault.reveal_bytes(letter.scope, letter.message_context, letter.message, Reader("courier"))

    assert kept == server.letters[0].raw


async def test_a_letter_that_was_sent_keeps_its_day_and_no_minute(office: Office, server: SmtpServer) -> None:
    before = now().date()
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.due_at, letter.lease_by, letter.last_error) == ("sent", None, None, "")
    assert letter.sent_day is not None
    assert before <= letter.sent_day <= now().date()
    assert letter.doubts == 0


async def test_the_courier_wakes_up_when_a_letter_is_posted(office: Office, server: SmtpServer) -> None:
    async with office.at_work(office.courier(server, pace=replace(QUICK, poll=3600))):
        await asyncio.sleep(0.2)
        await office.post()
        await until(office.is_quiet)

    assert await office.states() == ["sent"]


async def test_letters_of_one_thread_leave_in_the_order_of_posting(
    office: Office, server: SmtpServer
) -> None:
    threads = [uuid.uuid4() for _ in range(4)]
    server.rcpt[GUEST] = ["451 later"]
    for number in range(24):
        await office.post(thread=threads[number % 4])
    couriers = [office.courier(server, connections=4) for _ in range(2)]
    async with office.at_work(couriers[0]), office.at_work(couriers[1]):
        await until(office.is_quiet)
    arrived = [int(letter.subject.removeprefix("Letter ")) for letter in server.letters]

    for first in range(1, 5):
        assert [number for number in arrived if number % 4 == first % 4] == list(range(first, 25, 4))


async def test_a_cancel_never_overtakes_its_request(office: Office, server: SmtpServer) -> None:
    thread = uuid.uuid4()
    server.rcpt[GUEST] = ["451 later", "451 later"]
    server.data[GUEST] = ["hang up"]
    await office.post(thread=thread)
    await office.post(thread=thread)
    await office.deliver(server)

    assert [letter.subject for letter in server.letters] == ["Letter 1", "Letter 2"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("test.broken", "LookupError"), ("test.forged", "UnsafeHeader"), ("unknown.letter", "KeyError")],
)
async def test_a_letter_that_cannot_be_composed_is_withheld_and_the_others_go_on(
    office: Office, server: SmtpServer, kind: str, error: str
) -> None:
    thread = uuid.uuid4()
    await office.post(kind, thread=thread)
    await office.post(thread=thread)
    await office.deliver(server)

    assert await office.states() == ["withheld", "sent"]
    assert (await office.letter()).last_error == error


async def test_a_letter_whose_keys_are_forgotten_is_withheld(office: Office, server: SmtpServer) -> None:
    await office.post()
    office.vault.forget(str(office.event_id))
    await office.deliver(server)

    assert ((await office.letter()).state, (await office.letter()).last_error) == ("withheld", "NoKey")


async def test_without_a_mail_server_letters_are_composed_and_kept(office: Office) -> None:
    await office.post()
    await office.deliver(None)
    letter = await office.letter()

    assert (letter.state, letter.due_at) == ("kept", None)
    assert letter.message is not None
    assert letter.message_id is not None


async def test_an_idle_courier_writes_nothing(office: Office, server: SmtpServer) -> None:
    await office.post()
    await office.post("test.broken")
    async with office.at_work(office.courier(server, pace=replace(QUICK, poll=0.01))):
        await until(office.is_quiet)
        before = await fingerprint()
        await asyncio.sleep(0.3)
        after = await fingerprint()

    assert after == before


async def test_an_idle_courier_beside_waiting_letters_writes_nothing(
    office: Office, server: SmtpServer
) -> None:
    thread = uuid.uuid4()
    await office.post(thread=thread)
    await office.post(thread=thread)
    later = int((now() + timedelta(minutes=50)).timestamp() * 1000)
    await Letter.filter(number=(await office.letter()).number).update(due_at=later)
    async with office.at_work(office.courier(server, pace=replace(QUICK, poll=0.01))):
        before = await fingerprint()
        await asyncio.sleep(0.3)
        after = await fingerprint()

    assert after == before
    assert await office.states() == ["queued", "queued"]


async def test_a_stopped_courier_finishes_what_it_is_sending_and_gives_back_the_rest(
    office: Office, server: SmtpServer
) -> None:
    server.slow = 0.3
    await office.post_many(6)
    async with office.at_work(office.courier(server, connections=2)):
        await until(lambda: Letter.filter(state="sending").exists())
    states = await office.states()

    assert "sending" not in states
    assert set(states) == {"sent", "queued"}
    assert await Letter.filter(lease_by__not_isnull=True).count() == 0
    assert len(server.letters) == states.count("sent")


@pytest.mark.parametrize(("when_unsure", "state"), [("again", "sent"), ("ask", "unsure")])
async def test_a_courier_that_dies_while_sending_leaves_a_letter_in_doubt(
    office: Office, server: SmtpServer, when_unsure: WhenUnsure, state: str
) -> None:
    server.slow = 60
    await office.post(when_unsure=when_unsure)
    dying = asyncio.create_task(office.courier(server).run())
    await until(lambda: Letter.filter(state="sending").exists())
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    server.slow = 0
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.doubts) == (state, 1)


async def test_letters_are_rationed(office: Office, server: SmtpServer) -> None:
    await office.post_many(4)
    settings = Mail(
        host=server.host, port=server.port, security="none", sender_address="e@example.org", per_minute=600
    )
    courier = Courier(settings, office.vault, {"test": compose}, reader=Reader("courier"), pace=QUICK)
    begun = asyncio.get_running_loop().time()
    async with office.at_work(courier):
        await until(office.is_quiet)

    assert asyncio.get_running_loop().time() - begun >= 0.3


async def test_no_address_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    server = SmtpServer(port=free_port())
    server.rcpt[GUEST] = ["hang up"]
    server.always_rcpt["guest2@example.org"] = "550 guest2@example.org unknown"
    caplog.set_level(logging.DEBUG)
    for kind in ("test.letter", "test.letter", "test.broken", "test.forged"):
        await office.post(kind)
    async with office.at_work(office.courier(server)):
        await until(lambda: Letter.exclude(last_error="").exists())
        server.start()
        await until(office.is_quiet)
    server.stop()
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail."))

    assert "guest" not in ours
    assert "canary" not in ours


async def fingerprint() -> list[object]:
    """Changes when anything is written: SQLite's own counter, or which transaction last wrote each row."""
    if is_sqlite():
        return [await data_version()]
    question = "SELECT number, xmin::text, xmax::text, ctid::text FROM letter ORDER BY number"
    return list(await get_connection("default").execute_query_dict(question))


async def test_a_letter_names_the_first_of_its_thread_to_the_same_address(
    office: Office, server: SmtpServer
) -> None:
    thread = uuid.uuid4()
    for _ in range(3):
        await office.post(thread=thread)
    office.firsts.clear()
    await office.post(thread=thread)
    await office.deliver(server)
    by_subject = {letter.subject: letter.message for letter in server.letters}
    first = by_subject["Letter 1"]["Message-ID"]

    named = [by_subject[f"Letter {number}"]["In-Reply-To"] for number in range(1, 5)]

    assert named == [None, first, first, None]
