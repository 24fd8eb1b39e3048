"""Somebody is taken away (an import is undone) while others wait for the claim to act on them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from events_app.acts import Office
from events_app.database import one_transaction, rows
from events_app.events.models.event import Event
from events_app.registrations.actions import changing, deciding, forgetting, leaving
from events_app.registrations.models import Registration
from events_app.registrations.rules import Guest, NoSuchRegistration
from tests import make
from tests.databases import ENGINE
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


def acts_on(row: Registration, office: Office) -> list[Coroutine[Any, Any, Any]]:
    act = office.at(NOW)
    return [
        leaving.leave(row.id, act=act),
        leaving.cancel(row.id, act=act),
        leaving.confirm_address(row.id, act=act),
        changing.switch_mode(row.id, "in_person", act=act),
        changing.bring(row.id, Guest("Sami"), act=act),
        deciding.approve(row.id, act=act),
        forgetting.erase(row.id, act=act),
    ]


async def until_all_wait(people: int) -> None:
    """PostgreSQL: each has read who it is about, and waits for the claim. On SQLite nobody reads before their turn."""
    waiting = """
        SELECT COUNT(*) AS "people" FROM "pg_stat_activity"
        WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'
    """
    while ENGINE == "postgresql" and (await rows(waiting))[0]["people"] < people:  # noqa: ASYNC110 - the database
        await asyncio.sleep(0.01)


async def test_whoever_acts_on_somebody_who_is_gone_meanwhile_never_meets_a_fault(office: Office) -> None:
    event = await make.event(office.vault, most_guests=2)
    (row,) = await make.registered(event, 1, office=office)
    claimed, go_on = asyncio.Event(), asyncio.Event()

    @one_transaction
    async def take_away() -> None:
        await Event.claim(event.id)
        claimed.set()
        await go_on.wait()
        await Registration.filter(id=row.id).delete()

    taking = asyncio.create_task(take_away())
    await claimed.wait()
    acting = [asyncio.create_task(each) for each in acts_on(row, office)]
    await until_all_wait(len(acting))
    go_on.set()
    await taking
    outcomes = await asyncio.gather(*acting, return_exceptions=True)

    assert [type(each) for each in outcomes] == [NoSuchRegistration] * len(acting)
