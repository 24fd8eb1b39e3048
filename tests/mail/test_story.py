"""A bad day at the mail server, told from its beginning to its end: 300 letters, and what became of each."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from events_app.clock import now
from events_app.mail import outbox
from events_app.mail.models import Letter, MailStop
from tests.mail.office import QUICK, Office, until
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]

LETTERS = 300
UNKNOWN = frozenset(range(20, LETTERS + 1, 20))
"""Five in a hundred: the guests whose addresses nobody has."""
PACE = replace(QUICK, lease=3600)
"""The clock jumps: a lease must outlast what the hand does while a letter is on its way."""
LOST, DOUBLED = (33, 177), (58, 231)
"""The guests during whose letters the server hangs up: before it kept the letter, and after."""


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = now() + timedelta(minutes=1)  # later than whatever is posted meanwhile

    def __call__(self) -> datetime:
        return self.moment

    async def pass_until(self, condition: Callable[[], Awaitable[bool]], *, step: float) -> float:
        """Move on by `step` seconds, again and again, until it holds; says how many seconds went by."""
        begun = self.moment
        async with asyncio.timeout(120):
            while not await condition():
                self.moment += timedelta(seconds=step)
                await asyncio.sleep(0.02)
        return (self.moment - begun).total_seconds()


async def test_no_letter_is_refused_for_our_senders_fault_and_the_log_is_the_servers_own_account(
    office: Office, server: SmtpServer
) -> None:
    clock = HandClock()
    server.slow = 0.005
    await office.post_many(LETTERS)
    async with office.at_work(office.courier(server, pace=PACE, connections=4, clock=clock)):
        refuse_some_people_and_hang_up_on_others(server)  # once it takes our sender
        await refuse_our_sender_for_ten_minutes(office, server, clock)
        for left in (100, 200):
            await clock.pass_until(partial(arrived, server, left), step=1)
            await asyncio.to_thread(server.stop)
            await clock.pass_until(lambda: MailStop.filter(reason="away").exists(), step=1)
            server.start()
            await clock.pass_until(lambda: all_is_well(), step=5)
        await clock.pass_until(office.is_quiet, step=30)

    await the_log_is_the_servers_account(office, server)


async def refuse_our_sender_for_ten_minutes(office: Office, server: SmtpServer, clock: HandClock) -> None:
    server.always_mail = "550 5.7.1 sender not allowed"
    ends = clock.moment + timedelta(minutes=10)
    await until(MailStop.exists, seconds=120)

    async def ten_minutes_are_over() -> bool:
        return clock.moment >= ends

    await clock.pass_until(ten_minutes_are_over, step=15)
    assert await outbox.counts_of(office.event_id) == {"queued": LETTERS}
    assert (await MailStop.get()).words == "550 5.7.1 sender not …"
    server.always_mail = ""
    await clock.pass_until(all_is_well, step=30)


def refuse_some_people_and_hang_up_on_others(server: SmtpServer) -> None:
    for guest in UNKNOWN:
        server.always_rcpt[f"guest{guest}@example.org"] = "550 5.1.1 user unknown"
    for guest in LOST:
        server.data[f"guest{guest}@example.org"] = ["hang up"]
    for guest in DOUBLED:
        server.data[f"guest{guest}@example.org"] = ["take and hang up"]


async def arrived(server: SmtpServer, count: int) -> bool:
    return len(server.letters) >= count


async def all_is_well() -> bool:
    return not await MailStop.exists()


async def the_log_is_the_servers_account(office: Office, server: SmtpServer) -> None:
    letters = await Letter.filter(event_id=office.event_id).order_by("number")
    copies = Counter(int(received.subject.removeprefix("Letter ")) for received in server.letters)
    ids = {int(received.subject.removeprefix("Letter ")): received.message_id for received in server.letters}
    log = dict(enumerate(letters, start=1))

    refused = {number for number, letter in log.items() if letter.state == "refused"}
    sent = {number for number, letter in log.items() if letter.state == "sent"}
    assert (sorted(refused), len(sent)) == (sorted(UNKNOWN), LETTERS - len(UNKNOWN))
    assert sent == set(copies)
    assert {log[number].message_id for number in sent} == set(ids.values())
    twice = {number for number, count in copies.items() if count > 1}
    doubted = {number for number, letter in log.items() if letter.doubts}
    assert set(DOUBLED) <= twice <= doubted
    assert all(count <= 1 + log[number].doubts for number, count in copies.items())
    listed = await outbox.letters_of(office.event_id, states=["unsure"], limit=LETTERS)
    assert {letter.id for letter in listed} == {log[number].id for number in doubted}
    assert {log[number].last_error for number in refused} == {"550 5.1.1 user unknown"}
