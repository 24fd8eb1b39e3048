"""Couriers killed at random moments: no letter is lost, and none is doubled without saying so."""

import asyncio
import random
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path

import pytest

from events_app.mail import outbox
from events_app.mail.models import Letter
from tests.databases import DatabaseUnderTest
from tests.mail.office import Office, until
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
LETTERS, THREADS, COURIERS, KILLS = 300, 100, 3, 10


@pytest.mark.slow
async def test_killed_couriers_lose_no_letter_and_double_none_without_saying_so(
    office: Office, server: SmtpServer, database: DatabaseUnderTest, tmp_path: Path
) -> None:
    await office.post_many(LETTERS, threads=THREADS)
    server.slow = 0.02
    server.always_rcpt["guest7@example.org"] = "550 5.1.1 user unknown"
    for number in range(20, 50):
        server.rcpt[f"guest{number}@example.org"] = ["451 4.2.0 greylisted"]
    words = (database.url, str(tmp_path / "vault"), str(server.port))
    couriers = [await started(*words) for _ in range(COURIERS)]
    try:
        for kill in range(KILLS):
            done = kill * LETTERS // (KILLS + 2)
            await until(partial(arrived, server, done))
            await asyncio.sleep(random.uniform(0, 0.1))
            victim = couriers.pop(
                random.randrange(COURIERS - 1)
            )  # not the youngest, which may do nothing yet
            victim.kill()
            await victim.wait()
            couriers.append(await started(*words))
        await until(office.is_quiet, seconds=60)
    finally:
        for courier in couriers:
            courier.kill()
            await courier.wait()
    await prove(office, server)


async def prove(office: Office, server: SmtpServer) -> None:
    received, threads = defaultdict(list), defaultdict(list)
    for each in server.letters:
        number = int(each.subject.removeprefix("Letter "))
        received[number].append(each.message_id)
        threads[number % THREADS].append(number)
    letters = await Letter.all().order_by("number")
    listed = {
        letter.id for letter in await outbox.letters_of(office.event_id, states=["unsure"], limit=LETTERS)
    }

    refused = {7, 7 + THREADS, 7 + 2 * THREADS}
    assert {n for n, letter in enumerate(letters, start=1) if letter.state != "sent"} == refused
    assert {letters[n - 1].state for n in refused} == {"refused"}
    for number, letter in enumerate(letters, start=1):
        copies = received[number]
        assert set(copies) == (set() if number in refused else {letter.message_id})
        assert len(copies) <= 1 + letter.doubts
        assert (letter.id in listed) == (letter.doubts > 0)
    assert all(numbers == sorted(numbers) for numbers in threads.values())


async def arrived(server: SmtpServer, count: int) -> bool:
    return len(server.letters) >= count


async def started(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.mail.worker", *words, cwd=ROOT)
