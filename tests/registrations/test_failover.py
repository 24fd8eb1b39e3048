"""The database's primary is killed, or falls silent, while two hundred register: nothing acknowledged is lost."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from events_app.acts import Office
from events_app.database import close_database, migrate, open_database
from events_app.events.models.event import Event
from events_app.registrations.actions import registering
from events_app.registrations.models import Registration
from events_app.work import MODELS
from tests import make
from tests.databases import ENGINE
from tests.registrations.failing import PEOPLE, PLACES, Said, two_storms
from tests.standby import Cluster, Door, a_cluster

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    # Tortoise keeps the SQL that it made for one engine: a process that has spoken to SQLite cannot go on here.
    pytest.mark.skipif(ENGINE == "sqlite", reason="about PostgreSQL itself"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with a_cluster() as cluster:
        yield cluster


async def test_who_registers_in_the_moment_the_connection_is_lost_has_one_place_one_letter_and_a_receipt_that_is_true(
    cluster: Cluster, office: Office
) -> None:
    await migrate(cluster.url)
    await open_database(cluster.url, models=MODELS)
    event = await make.event(office.vault, capacity_in_person=1)
    cluster.freeze(1)  # the primary keeps what it is told, and waits for its standby before it says so

    registering_now = asyncio.create_task(
        registering.register(event.id, make.applicant(1), act=office.at(make.NOW))
    )
    while await asyncio.to_thread(cluster.order, 0, END_WHO_WAITS) != [True]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    cluster.thaw(1)
    receipt = await registering_now

    row = await Registration.get(event_id=event.id)
    letters = await make.posted(event, office)
    await close_database()
    assert (receipt.registration_id, receipt.status, receipt.is_new) == (row.id, "confirmed", True)
    assert [post.kind for post in letters if post.kind != "own_page"] == ["confirmed"]


END_WHO_WAITS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


async def test_an_outage_of_a_second_is_no_error_of_who_reads_and_of_who_writes(
    cluster: Cluster, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate(cluster.url)
    door = Door(cluster.ports[0])
    await door.open()
    await open_database(f"postgresql://postgres@127.0.0.1:{door.port}/postgres", models=MODELS)
    event = await make.event(office.vault, capacity_in_person=1)

    with caplog.at_level(logging.INFO):
        door.shut()
        reading = asyncio.ensure_future(Event.get(id=event.id))
        writing = asyncio.create_task(
            registering.register(event.id, make.applicant(1), act=office.at(make.NOW))
        )
        await asyncio.sleep(1)
        await door.open()
        found, receipt = await reading, await writing

    await close_database()
    door.shut()
    assert (found.id, receipt.status) == (event.id, "confirmed")
    said = [record.getMessage() for record in caplog.records if record.name == "events_app.database.failures"]
    assert [re.split("[:,]", each)[0] for each in said] == [
        "the database does not answer",
        "the database answers again",
    ]
    assert not any(record.exc_info for record in caplog.records)


async def test_nothing_acknowledged_is_lost_when_the_primary_is_killed_and_when_it_falls_silent(
    cluster: Cluster, office: Office, tmp_path: Path
) -> None:
    for event, said in await two_storms(cluster, office, tmp_path / "office"):
        await all_is_well(event, said, office)
    await close_database()


async def all_is_well(event: Event, said: Sequence[Said], office: Office) -> None:
    told = {number: what for one in said for number, what in one["told"].items()}
    rows = {str(row.id): row for row in await Registration.filter(event_id=event.id)}
    letters = Counter(post.kind for post in await make.posted(event, office))

    assert len(told) == len(rows) == PEOPLE
    assert Counter(row.status for row in rows.values()) == {
        "confirmed": PLACES,
        "waitlisted": PEOPLE - PLACES,
    }
    assert [number for number, (_, which) in told.items() if which not in rows] == [], (
        "acknowledged, and lost"
    )
    assert all(rows[which].status == status for status, which in told.values())
    assert (letters["confirmed"], letters["waitlisted"]) == (PLACES, PEOPLE - PLACES)
    assert letters["already"] <= sum(one["unsure"] for one in said)
