"""Registering is the same work for an address that is known as for a new one: else its time tells who is registered."""

import sys
import threading
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.mailings.actions import reminding
from events_app.mailings.rules import ReminderFacts
from events_app.registrations.actions import registering
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.posting import COURIER, reveal_person
from events_app.registrations.rules import Applicant, Guest
from events_app.vault import Vault
from events_app.vault.rules import Json
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
KNOWN, NEW, ANOTHER, THIRD = 1, 2, 3, 4
COMPANY = [Guest("Rana", "rana@example.org"), Guest("Sami")]
SOON = timedelta(hours=3)

WAYS: dict[str, dict[str, Any]] = {
    "a seat at once": {},
    "an address to confirm": {"confirms_address": True},
    "approval by hand": {"needs_approval": True},
    "a waiting line": {"capacity_in_person": 3, "keeps_waitlist": True},
    "a line with holds in calendars": {"capacity_in_person": 3, "keeps_waitlist": True, "sends_holds": True},
}


class CountingVault(Vault):
    """A vault that knows how often it sealed."""

    sealed = 0

    def seal(self, scope: str, context: str, value: Mapping[str, Json]) -> bytes:
        self.sealed += 1
        return super().seal(scope, context, value)


@dataclass(frozen=True)
class Work:
    """What an act was: questions to the database, seals, calls of functions on this thread."""

    statements: int
    seals: int
    calls: int


class Calls:
    """`with Calls() as made: ...; made.number`"""

    number = 0

    def __enter__(self) -> "Calls":
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _count(self, _frame: FrameType, what: str, _of: object) -> None:
        self.number += what in {"call", "c_call"} and threading.current_thread() is threading.main_thread()


async def work_of(act: Awaitable[object], vault: CountingVault) -> Work:
    before = vault.sealed
    with make.Statements() as asked, Calls() as made:
        await act
    return Work(asked.number, vault.sealed - before, made.number)


@pytest.fixture
def counting(office: Office, tmp_path: Path) -> Iterator[Office]:
    vault = CountingVault(tmp_path / "office")
    vault.open()
    yield Office(vault, office.site)
    vault.close()


async def both(
    event: Event, office: Office, *, at: timedelta = timedelta(), **said: Any
) -> tuple[Work, Work]:
    """The work for whoever is registered, and for somebody new; three are registered."""
    assert isinstance(office.vault, CountingVault)
    act = office.at(NOW + at)
    await make.registered(event, KNOWN, ANOTHER, THIRD, office=office)
    await registering.register(event.id, make.applicant(ANOTHER), act=act)  # whatever is made ready once
    works = []
    for who in (KNOWN, NEW):
        asked: Applicant = replace(make.applicant(who), **said)
        works.append(await work_of(registering.register(event.id, asked, act=act), office.vault))
    return works[0], works[1]


def assert_equal(known: Work, new: Work) -> None:
    assert (known.statements, known.seals) == (new.statements, new.seals)
    assert abs(known.calls - new.calls) < new.calls / 10


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("company", [[], COMPANY], ids=["alone", "with company"])
async def test_the_work_of_registering_never_tells_whether_the_address_is_known(
    counting: Office, way: str, company: list[Guest]
) -> None:
    event = await make.event(counting.vault, most_guests=2, **{"capacity_in_person": 50, **WAYS[way]})

    known, new = await both(event, counting, guests=company)

    assert_equal(known, new)


async def test_reminders_that_are_due_never_tell_whether_the_address_is_known(counting: Office) -> None:
    event = await make.event(counting.vault, capacity_in_person=50)
    await reminding.save_reminders(event.id, [ReminderFacts(1440, False, {})], act=counting.at(NOW))

    known, new = await both(event, counting, at=event.starts_at - NOW - SOON)

    assert_equal(known, new)


async def test_work_in_vain_changes_nothing_of_who_is_registered(office: Office) -> None:
    event = await make.event(office.vault, most_guests=2, capacity_in_person=50)
    (row,) = await make.registered(event, KNOWN, office=office)
    before = [dict(each) for each in await Registration.all().order_by("id").values()]
    lines = await HistoryLine.all().count()
    letters = await Letter.all().count()

    typed = replace(make.applicant(KNOWN), name="Somebody else", needs="All of them", guests=COMPANY)
    await registering.register(event.id, typed, act=office.at(NOW + timedelta(hours=1)))

    assert [dict(each) for each in await Registration.all().order_by("id").values()] == before
    assert await HistoryLine.all().count() == lines
    assert await Letter.all().count() == letters + 2
    assert reveal_person(row, vault=office.vault, reader=COURIER).name == "Guest 1"
    assert {post.to for post in await make.posted(event, office)} == {"guest1@example.org"}
