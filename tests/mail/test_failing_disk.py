"""What becomes of a letter when the database cannot write."""

import asyncio
from dataclasses import replace

import pytest
from tortoise.connection import get_connection

from events_app.database import is_sqlite
from tests.mail.office import QUICK, Office, until
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.anyio
GUEST = "guest1@example.org"


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
