"""Whole lists are opened with breaths: others are answered meanwhile."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing
from events_app.people.reading import BREATH
from events_app.registrations.models import Registration
from events_app.vault import Reader
from tests import make
from tests.people.test_search import copies_of_one

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

MANY = 2 * BREATH + 1


async def opened_between_breaths(office: Office, work: Any) -> int:
    """The most people who are opened while nobody else can act."""
    breaths, opened = 0, Counter[int]()

    async def somebody_else() -> None:
        nonlocal breaths
        while True:
            await asyncio.sleep(0)
            breaths += 1

    def noting(reader: Reader, *, scope: str, context: str) -> None:
        opened[breaths] += 1

    office.vault._may_read = noting
    task = asyncio.create_task(somebody_else())
    await work
    task.cancel()
    assert opened.total() >= MANY
    return max(opened.values())


async def test_who_is_registered_elsewhere_is_never_sought_without_a_breath(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=999)
    other = await make.event(office.vault, slug="other", capacity_in_person=999)
    await copies_of_one(event, MANY, office=office)
    await make.registered(other, 1, office=office)

    clashes = announcing.clashes_of(await Event.find(event.id), act=office.at(make.NOW))

    assert await opened_between_breaths(office, clashes) <= BREATH


async def test_who_was_reached_is_never_shown_without_a_breath(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=999)
    await copies_of_one(event, MANY, office=office)
    about = {"scope": str(event.id), "event_id": event.id, "kind": "mailings.changed"}
    rows = Registration.filter(event_id=event.id)
    letters = [Letter(thread=each.id, facts=b"", posted_day=make.NOW.date(), **about) async for each in rows]
    await Letter.bulk_create(letters, batch_size=100)

    reached = announcing.reached_by(await Event.find(event.id), act=office.at(make.NOW))

    assert await opened_between_breaths(office, reached) <= BREATH
