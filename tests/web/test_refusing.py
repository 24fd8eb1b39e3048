"""What is said when the disk is full or nobody answers at the database: 503 in words, and one line in the log."""

import errno
import logging
import sqlite3
import uuid
from collections import Counter

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.connection import get_connection

from events_app.database import NoRoom, OutcomeUnknown
from events_app.database.failures import DatabaseAway, DatabaseTrouble, RetryableError
from events_app.database.sqlite import SqliteClient
from events_app.mail.models import Letter
from events_app.registrations.actions.deciding import lapse
from events_app.registrations.models import Registration
from events_app.registrations.rules import NoSuchRegistration
from tests import make
from tests.databases import ENGINE
from tests.make import House

pytestmark = pytest.mark.anyio


@pytest.mark.skipif(ENGINE != "sqlite", reason="about SQLite's file")
async def test_a_full_disk_is_no_failure_of_ours_and_nothing_is_half_written(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    fill_the_disk()

    with caplog.at_level(logging.WARNING):
        answers = [
            await client.post(
                f"/events/{event.slug}/register",
                data={"name": "L", "address": f"l{number}@example.org", "language": "en", "needs": "x" * 900},
            )
            for number in range(60)
        ]
    page = await client.get(f"/events/{event.slug}")

    count = Counter(answer.status_code for answer in answers)
    assert set(count) - {303} == {503}
    assert "Our disk is full, so nothing was saved." in answers[-1].text
    assert "Too many attempts" not in answers[-1].text
    assert "retry-after" not in answers[-1].headers
    assert page.status_code == 200
    assert await Registration.all().count() == count[303]
    assert len({letter.thread for letter in await Letter.all()}) == count[303]
    said = [record.getMessage() for record in caplog.records if record.name.startswith("events_app")]
    assert [each for each in said if "503" in each][1:] == []
    assert "SQLITE_FULL" in "".join(said)
    assert not any(record.exc_info for record in caplog.records)


def fill_the_disk() -> None:
    client = get_connection("default")
    assert isinstance(client, SqliteClient)
    client.writer.connection.execute("VACUUM")  # what other tests deleted left room
    (pages,) = client.writer.connection.execute("PRAGMA page_count").fetchone()
    client.writer.connection.execute(f"PRAGMA max_page_count = {pages}")


FULL = sqlite3.OperationalError("database or disk is full")
FULL.sqlite_errorcode, FULL.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"


@pytest.mark.parametrize(
    ("error", "said", "after"),
    [
        (DatabaseAway("gone"), "We cannot reach our database just now. Nothing was saved", "10"),
        (RetryableError("again"), "We cannot reach our database just now. Nothing was saved", "10"),
        (OutcomeUnknown("perhaps"), "cannot say whether this was saved", None),
        (NoRoom("full"), "Our disk is full", None),
        (FULL, "Our disk is full", None),
        (OSError(errno.ENOSPC, "no space"), "Our disk is full", None),
        (OSError(errno.EACCES, "not yours"), "Something broke on our side", None),
        (sqlite3.OperationalError("no such column"), "Something broke on our side", None),
    ],
)
async def test_whoever_cannot_be_answered_hears_whether_waiting_helps(
    house: House, error: Exception, said: str, after: str | None
) -> None:
    async def fail(request: Request) -> Response:
        raise error

    house.app.router.routes.insert(0, Route("/fails", fail))

    answer = await (await house.client()).get("/fails")

    assert said in answer.text
    assert answer.status_code == (500 if "broke" in said else 503)
    assert answer.headers.get("retry-after") == after


@pytest.mark.engine_free
def test_every_trouble_of_the_database_is_one() -> None:
    for kind in (DatabaseAway, NoRoom, OutcomeUnknown, RetryableError):
        assert issubclass(kind, DatabaseTrouble)


async def test_a_row_that_is_gone_meanwhile_is_never_a_failure_of_ours(house: House) -> None:
    async def late(request: Request) -> Response:
        await Registration.get(id=uuid.uuid4())
        raise AssertionError("it is gone")

    house.app.router.routes.insert(0, Route("/late", late))
    client = await house.client()

    answer = await client.get("/late")

    assert answer.status_code == 410
    assert "is not there any more" in answer.text


async def test_whoever_is_gone_before_their_event_is_claimed_is_refused_in_words(house: House) -> None:
    with pytest.raises(NoSuchRegistration):
        await lapse(uuid.uuid4(), act=house.office.at(make.NOW))
