"""What becomes of a letter when the server says no, not now, or nothing at all."""

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from events_app.clock import now
from events_app.mail import again, outbox
from events_app.mail.courier import Courier
from events_app.mail.models import Letter
from events_app.settings import Mail
from events_app.vault import Reader
from tests.mail.office import QUICK, Office, compose, until
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.anyio
GUEST = "guest1@example.org"


async def test_one_connection_carries_many_letters(office: Office, server: SmtpServer) -> None:
    await office.post_many(20)
    async with office.at_work(office.courier(server, connections=1)):
        await until(office.is_quiet)

    assert (len(server.letters), server.connections) == (20, 1)


async def test_a_server_that_hangs_up_on_an_idle_connection_is_called_again(
    office: Office, server: SmtpServer
) -> None:
    async with office.at_work(office.courier(server, connections=1)):
        await office.post()
        await until(office.is_quiet)
        await asyncio.to_thread(server.stop)
        server.start()
        await office.post()
        await until(office.is_quiet)

    assert await office.states() == ["sent", "sent"]
    assert (await office.letter(2)).attempts == 1


async def test_a_letter_is_tried_again_when_the_server_says_not_now(
    office: Office, server: SmtpServer
) -> None:
    server.rcpt[GUEST] = ["450 4.2.1 greylisted for guest1"]
    server.data[GUEST] = ["451 4.3.0 try again later"]
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.attempts, len(server.letters)) == ("sent", 3, 1)


async def test_a_deferred_letter_says_why_and_when_it_is_due(office: Office, server: SmtpServer) -> None:
    server.always_rcpt[GUEST] = f"450 4.2.1 <{GUEST}>: greylisted, try again Guest One"
    await office.post()
    begun = now()
    async with office.at_work(office.courier(server, pace=replace(QUICK, backoff=(600,)))):
        await until(lambda: Letter.filter(attempts=1).exists())
    letter = await office.letter()

    assert letter.state == "queued"
    assert letter.last_error == "450 4.2.1 … greylisted try again …"
    assert letter.due_at is not None
    assert letter.due_at >= (begun + timedelta(seconds=600)).timestamp() * 1000 - 1
    assert letter.tried_day is not None


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_letter_is_refused_when_the_server_says_never(
    office: Office, server: SmtpServer, where: str
) -> None:
    getattr(server, where)[GUEST] = ["550 5.1.1 user unknown"]
    await office.post()
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert await office.states() == ["refused", "sent"]
    assert (letter.last_error, letter.due_at, letter.attempts) == ("550 5.1.1 user unknown", None, 1)


async def test_a_letter_is_given_up_after_days_of_trying(office: Office, server: SmtpServer) -> None:
    server.always_rcpt[GUEST] = "451 4.3.0 try again later"
    await office.post()
    await Letter.all().update(tried_day=(now() - timedelta(days=4)).date())
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.last_error) == ("refused", "given up: 451 4.3.0 try again later")


async def test_a_server_that_is_down_for_a_while_costs_no_letter(office: Office) -> None:
    server = SmtpServer()
    await office.post_many(20)
    async with office.at_work(office.courier(server)):
        await until(lambda: Letter.filter(last_error__startswith="away: ").exists())
        untried = await Letter.filter(last_error="").count()
        server.start()
        await until(office.is_quiet)
    server.stop()

    assert await office.states() == ["sent"] * 20
    assert len({letter.message_id for letter in server.letters}) == len(server.letters) == 20
    assert untried > 0


async def test_a_server_that_does_not_let_us_in_costs_no_letter(office: Office, server: SmtpServer) -> None:
    await office.post()
    settings = Mail(host=server.host, port=server.port, security="starttls", sender_address="e@example.org")
    courier = Courier(settings, office.vault, {"test": compose}, reader=Reader("courier"), pace=QUICK)
    async with office.at_work(courier):
        await until(lambda: Letter.filter(last_error__startswith="away: ").exists())
    letter = await office.letter()

    assert (letter.state, letter.attempts, letter.tried_day) == ("queued", 0, None)
    assert server.letters == []


async def test_a_server_that_asks_us_to_sign_in_refuses_us_and_not_the_letter(
    office: Office, server: SmtpServer
) -> None:
    server.rcpt[GUEST] = ["530 5.7.0 authentication required"]
    server.data[GUEST] = ["530 5.7.0 authentication required"]
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.doubts, letter.attempts) == ("sent", 0, 1)


async def test_a_letter_lost_before_data_is_not_in_doubt(office: Office, server: SmtpServer) -> None:
    server.rcpt[GUEST] = ["hang up"]
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.doubts, len(server.letters)) == ("sent", 0, 1)


@pytest.mark.parametrize(("reply", "copies"), [("hang up", 1), ("take and hang up", 2)])
async def test_a_letter_lost_during_data_is_in_doubt_and_sent_again_with_the_same_id(
    office: Office, server: SmtpServer, reply: str, copies: int
) -> None:
    server.data[GUEST] = [reply]
    await office.post()
    await office.deliver(server)
    letter = await office.letter()
    listed = await outbox.letters_of(office.event_id, states=["unsure"])

    assert (letter.state, letter.doubts, letter.attempts) == ("sent", 1, 2)
    assert [received.message_id for received in server.letters] == [letter.message_id] * copies
    assert len({received.raw for received in server.letters}) == 1
    assert [each.id for each in listed] == [letter.id]


async def test_a_letter_in_doubt_is_left_to_a_person_if_it_was_posted_so(
    office: Office, server: SmtpServer
) -> None:
    server.data[GUEST] = ["take and hang up"]
    letter = await office.post(when_unsure="ask")
    await office.deliver(server)
    assert await office.states() == ["unsure"]

    await again.retry(letter.id, now=now())
    await office.deliver(server)

    assert await office.states() == ["sent"]
    assert len({received.message_id for received in server.letters}) == 1
    assert len(server.letters) == 2


async def test_a_letter_that_is_always_in_doubt_is_left_to_a_person(
    office: Office, server: SmtpServer
) -> None:
    server.data[GUEST] = ["take and hang up"] * 10
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.doubts, len(server.letters)) == ("unsure", 5, 5)


PLUS, MAILBOX = "events+r-abcdefghijklmnopqrstuvwxyz@example.org", "events@example.org"


async def test_delivery_reports_come_to_the_registrations_own_address(
    office: Office, server: SmtpServer
) -> None:
    office.return_path = PLUS
    await office.post()
    async with office.at_work(office.courier(server, returns_to=MAILBOX)):
        await until(office.is_quiet)
    (received,) = server.letters

    assert received.sender == PLUS
    assert str(received.message["From"]).endswith("<events@example.org>")
    assert b"+r-" not in received.raw


async def test_a_letter_tried_again_still_names_the_same_return_path(
    office: Office, server: SmtpServer
) -> None:
    office.return_path = PLUS
    server.data[GUEST] = ["451 later"]
    await office.post()
    async with office.at_work(office.courier(server, returns_to=MAILBOX)):
        await until(office.is_quiet)

    assert [received.sender for received in server.letters] == [PLUS]


async def test_without_a_mailbox_that_takes_mail_in_no_letter_names_another_sender(
    office: Office, server: SmtpServer
) -> None:
    office.return_path = PLUS
    await office.post()
    await office.deliver(server)

    assert [received.sender for received in server.letters] == [MAILBOX]


async def test_a_server_that_takes_no_plus_address_as_sender_stops_no_letter(
    office: Office, server: SmtpServer
) -> None:
    office.return_path = PLUS
    server.by_sender[PLUS] = "553 5.7.1 sender address rejected: not owned by user"
    await office.post()
    await office.post()
    async with office.at_work(office.courier(server, returns_to=MAILBOX)):
        await until(office.is_quiet)

    assert [received.sender for received in server.letters] == [MAILBOX] * 2


async def test_only_an_address_that_nobody_has_is_said_to_have_come_back(
    office: Office, server: SmtpServer
) -> None:
    heard = []

    async def came_back(thread: uuid.UUID, address: str) -> None:
        heard.append((thread, address))

    threads = [uuid.uuid4() for _ in range(3)]
    server.rcpt[GUEST] = ["550 5.1.1 user unknown"]
    server.data["guest2@example.org"] = ["552 5.3.4 too large"]
    for thread in threads:
        await office.post(thread=thread)
    async with office.at_work(office.courier(server, came_back=came_back)):
        await until(office.is_quiet)

    assert heard == [(threads[0], GUEST)]
    assert await office.states() == ["refused", "refused", "sent"]
