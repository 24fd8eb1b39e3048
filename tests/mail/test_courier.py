"""The courier: what it sends, in which order, and what becomes of a letter when the server says no."""

import asyncio
import logging
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from events_app.clock import now
from events_app.database import data_version, is_sqlite
from events_app.mail import outbox
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


async def test_the_courier_wakes_up_when_a_letter_is_posted(office: Office, server: SmtpServer) -> None:
    async with office.at_work(office.courier(server, pace=replace(QUICK, poll=3600))):
        await asyncio.sleep(0.2)
        await office.post()
        await until(office.is_quiet)

    assert await office.states() == ["sent"]


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
        await until(lambda: Letter.filter(attempts__gt=0).exists())
        untried = await Letter.filter(attempts=0).count()
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
        await until(lambda: Letter.filter(attempts__gt=1).exists())
    letter = await office.letter()

    assert letter.state == "queued"
    assert letter.last_error.startswith("no connection: ")
    assert server.letters == []


async def test_a_server_that_asks_us_to_sign_in_refuses_us_and_not_the_letter(
    office: Office, server: SmtpServer
) -> None:
    server.rcpt[GUEST] = ["530 5.7.0 authentication required"]
    server.data[GUEST] = ["530 5.7.0 authentication required"]
    await office.post()
    await office.deliver(server)
    letter = await office.letter()

    assert (letter.state, letter.doubts, letter.attempts) == ("sent", 0, 3)


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

    await outbox.retry(letter.id, now=now())
    await office.deliver(server)

    assert await office.states() == ["sent"]
    assert len({received.message_id for received in server.letters}) == 1
    assert len(server.letters) == 2


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
    later = int((now() + timedelta(days=1)).timestamp() * 1000)
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
        await until(lambda: Letter.filter(attempts__gt=0).exists())
        server.start()
        await until(office.is_quiet)
    server.stop()
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail."))

    assert "guest" not in ours
    assert "canary" not in ours


async def test_an_outcome_that_cannot_be_recorded_at_once_is_recorded_later(
    office: Office, server: SmtpServer
) -> None:
    await office.post()
    await refuse_writing("sent")
    async with office.at_work(office.courier(server, pace=replace(QUICK, lease=60, insist=(0.05,) * 100))):
        await server.letters_of(1)
        await allow_writing("sent")
        await until(office.is_quiet)
    letter = await office.letter()

    assert (letter.state, letter.doubts, len(server.letters)) == ("sent", 0, 1)


async def test_an_outcome_that_is_never_recorded_leaves_a_doubt_and_the_same_id(
    office: Office, server: SmtpServer
) -> None:
    await office.post()
    await refuse_writing("sent")
    async with office.at_work(office.courier(server)):
        await server.letters_of(1)
        await asyncio.sleep(0.3)
        await allow_writing("sent")
        await until(office.is_quiet)
    letter = await office.letter()

    assert (letter.state, letter.doubts) == ("sent", 1)
    assert [received.message_id for received in server.letters] == [letter.message_id] * 2


async def test_when_the_disk_is_full_nothing_is_sent_that_is_not_written(
    office: Office, server: SmtpServer
) -> None:
    await office.post()
    await refuse_writing("sending")
    async with office.at_work(office.courier(server)):
        await asyncio.sleep(0.3)
        states, arrived = await office.states(), len(server.letters)
        await allow_writing("sending")
        await until(office.is_quiet)
    letter = await office.letter()

    assert (states, arrived) == (["queued"], 0)
    assert (letter.state, letter.doubts, len(server.letters)) == ("sent", 0, 1)


async def fingerprint() -> list[object]:
    """Changes when anything is written: SQLite's own counter, or which transaction last wrote each row."""
    if is_sqlite():
        return [await data_version()]
    question = "SELECT number, xmin::text, xmax::text, ctid::text FROM letter ORDER BY number"
    return list(await get_connection("default").execute_query_dict(question))


async def refuse_writing(state: str) -> None:
    """From now on the database itself refuses to write this state, as a full disk would."""
    if is_sqlite():
        await get_connection("default").execute_script(
            f"CREATE TRIGGER full_{state} BEFORE UPDATE ON letter WHEN NEW.state = '{state}' "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END;"
        )
        return
    await get_connection("default").execute_script(
        f"CREATE FUNCTION full_{state}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$; "
        f"CREATE TRIGGER full_{state} BEFORE UPDATE ON letter FOR EACH ROW WHEN (NEW.state = '{state}') "
        f"EXECUTE FUNCTION full_{state}();"
    )


async def allow_writing(state: str) -> None:
    if is_sqlite():
        await get_connection("default").execute_script(f"DROP TRIGGER full_{state};")
        return
    await get_connection("default").execute_script(f"DROP FUNCTION full_{state}() CASCADE;")
