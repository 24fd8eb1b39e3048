"""A server that refuses us stops the courier and burns no letter; one that refuses a letter refuses only that one."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from events_app.clock import now
from events_app.mail.models import Letter, MailStop
from events_app.mail.standing import Standing
from tests.mail.office import QUICK, Office, until
from tests.mail.smtp import SmtpServer, free_port

pytestmark = pytest.mark.anyio

HOURS = replace(QUICK, long_pauses=(3600,))


async def test_a_refusal_of_our_sender_burns_no_letter(
    office: Office, server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.always_mail = "550 5.7.1 events@example.org: sender not allowed"
    await office.post_many(20)
    async with office.at_work(office.courier(server, pace=HOURS)):
        await until(MailStop.exists)
    letters = await Letter.all()
    stop = await MailStop.get()

    assert {letter.state for letter in letters} == {"queued"}
    assert {(letter.attempts, letter.tried_day, letter.doubts) for letter in letters} == {(0, None, 0)}
    assert (stop.reason, stop.words) == ("refuses us", "550 5.7.1 … sender not …")
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "the mail server refuses us, whatever the letter (550 5.7.1 … sender not …); nothing is lost, "
        "next call in 3600 seconds"
    ]


async def test_the_letters_leave_when_the_server_takes_our_sender_again(
    office: Office, server: SmtpServer
) -> None:
    server.always_mail = "554 5.7.1 service unavailable; client host blocked"
    await office.post_many(20)
    async with office.at_work(office.courier(server)):
        await until(MailStop.exists)
        server.always_mail = ""
        await until(office.is_quiet)

    assert await office.states() == ["sent"] * 20
    assert await MailStop.exists() is False


async def test_a_refusal_when_we_call_burns_no_letter(office: Office) -> None:
    async def blocked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.7.1 your host is blocked\r\n")
        await writer.drain()
        writer.close()

    port = free_port()
    await office.post_many(5)
    listening = await asyncio.start_server(blocked, "127.0.0.1", port)
    async with listening, office.at_work(office.courier(SmtpServer(port=port), pace=HOURS)):
        await until(MailStop.exists)

    assert await office.states() == ["queued"] * 5
    assert (await MailStop.get()).reason == "refuses us"


async def test_the_same_refusal_of_several_people_in_a_row_stops_the_courier_and_burns_nothing(
    office: Office, server: SmtpServer
) -> None:
    """Guests of one domain only: a domain that refuses us is not our server, so it takes more of them."""
    for number in range(1, 31):
        server.always_rcpt[f"guest{number}@example.org"] = "554 5.7.1 rejected"
    await office.post_many(30)
    async with office.at_work(office.courier(server, pace=HOURS)):
        await until(MailStop.exists)
    assert set(await office.states()) == {"queued"}

    server.always_rcpt.clear()
    await office.make_due()
    await office.deliver(server)

    assert await office.states() == ["sent"] * 30


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_letter_refused_for_itself_is_refused_while_the_others_go_on(
    office: Office, server: SmtpServer, where: str
) -> None:
    getattr(server, where)["guest1@example.org"] = ["554 5.7.1 rejected"] * 9
    await office.post()
    async with office.at_work(office.courier(server)):
        while (await office.letter()).state != "refused":
            await office.post()
            await asyncio.sleep(0.05)
        await until(office.is_quiet)
    states = await office.states()

    assert states == ["refused", *["sent"] * (len(states) - 1)]


def test_two_domains_that_refuse_us_in_a_row_are_enough() -> None:
    standing = Standing(away=(1,), refusing=(1,))

    answers = [standing.suspects_us(1, "a.example"), standing.suspects_us(2, "a.example")]
    answers.append(standing.suspects_us(3, "b.example"))

    assert answers == [None, None, True]


def test_one_letter_is_never_several_in_a_row() -> None:
    standing = Standing(away=(1,), refusing=(1,))

    assert [standing.suspects_us(1, "a.example") for _ in range(20)] == [None] * 20


def test_the_pauses_grow_and_then_stay_while_the_server_refuses_us() -> None:
    standing, moment, waits = Standing(away=(1,), refusing=(15, 60, 900)), now(), []
    for _ in range(4):
        stop = standing.stopped("refuses us", "550", now=moment)
        assert standing.stopped("refuses us", "550", now=moment) is stop
        waits.append((stop.until - moment).total_seconds())
        moment = stop.until + timedelta(seconds=1)

    assert waits == [15, 60, 900, 900]
    standing.took(1)
    assert (standing.stop, standing.may_call(moment)) == (None, True)


@pytest.mark.engine_free
def test_a_clock_that_is_set_back_makes_no_pause_longer() -> None:
    seconds = [1000.0]
    standing = Standing(away=(60,), refusing=(60,), monotonic=lambda: seconds[0])
    moment = now()
    standing.stopped("away", "", now=moment)

    set_back = moment - timedelta(hours=2)
    before = standing.may_call(set_back)
    seconds[0] += 60

    assert (before, standing.may_call(set_back)) == (False, True)
