"""A backup that an older version made is restored by this one: nothing is lost, brought back, or mailed unasked."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine

from events_app import safekeeping
from events_app.acts import Who
from events_app.caretaker import STEPS
from events_app.health.actions.guarding import Guard
from events_app.rounds import actions as rounds
from tests.conftest import MakeDatabase
from tests.databases import run_sql
from tests.way_up import reading
from tests.way_up.installation import MOMENT, Installation, Started, started
from tests.way_up.reading import ROWS, rows_of

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parent
VERSIONS = ("version_0014", "version_0019")
CHANGED = {
    "letter",
    "mailing",
    "mailing_line",
    "session",
    "one_time_link",
    "installation",
    "mail_stop",
    "reminded",
}
"""What a restore changes on purpose: nobody is signed in, no letter leaves before somebody has looked, and a reminder
that came due since counts as had."""


@dataclass(frozen=True)
class Kept:
    """What that version left: its name, and what it read of its own installation before it made the backup."""

    name: str
    said: dict[str, Any]


@pytest.fixture(params=VERSIONS)
def kept(request: pytest.FixtureRequest) -> Kept:
    name: str = request.param
    return Kept(name, json.loads((FOLDER / name / "expected.json").read_text("utf-8")))


@pytest.fixture
async def installation(kept: Kept, new_database: MakeDatabase, tmp_path: Path) -> Installation:
    archives = FOLDER / kept.name
    folder, url = tmp_path / "installation", await new_database()
    installation = Installation(folder, url)
    settings = installation.settings(mail_port=1, inbound_port=2)
    with time_machine.travel(MOMENT, tick=True):
        await safekeeping._restore(settings, archives / "data.zip", archives / "keys.zip", None)
    return installation


@pytest.fixture
async def house(installation: Installation) -> AsyncIterator[Started]:
    async with started(installation) as house:
        await reading.sign_in(house.desk)
        yield house


async def test_a_start_leaves_every_row_as_it_was(kept: Kept, installation: Installation) -> None:
    async with started(installation):
        pass

    tables = [table for table in ROWS if table not in CHANGED]
    assert await rows_of(installation, tables) == {table: kept.said["rows"][table] for table in tables}
    counts = {
        table: number
        for table, number in kept.said["counts"].items()
        if table not in CHANGED | {"migration_applied"}
    }
    assert await reading.counts_of(installation, counts) == counts


async def test_every_personal_link_opens_what_its_person_has_said(kept: Kept, house: Started) -> None:
    assert await reading.people(house.visitor, kept.said["own"]) == kept.said["people"]


async def test_every_list_holds_its_people_and_nobody_else(kept: Kept, house: Started) -> None:
    for event, listed in kept.said["lists"].items():
        assert await reading.people_listed(house.desk, event) == listed


async def test_every_letter_opens_but_those_of_the_erased(
    kept: Kept, installation: Installation, house: Started
) -> None:
    rows = await run_sql(installation.url, "SELECT id FROM letter WHERE words = 'kept'")
    letters = {str(letter): kept.said["letters"][str(letter)] for (letter,) in rows}

    assert len(letters) > 100
    assert await reading.addresses_on(house.desk, letters) == letters


async def test_no_letter_leaves_before_somebody_has_looked(installation: Installation) -> None:
    async with started(installation):
        pass

    assert await reading.one(installation, 'SELECT COUNT(*) FROM "letter" WHERE "due_at" IS NOT NULL') == 0


@pytest.mark.parametrize("kept", ["version_0019"], indirect=True)
async def test_an_act_on_everybody_that_was_half_done_is_finished_and_nobody_is_told_twice(
    installation: Installation, house: Started
) -> None:
    assert await reading.one(installation, "SELECT COUNT(*) FROM round") == 2

    with time_machine.travel(MOMENT, tick=True):
        await rounds.carry_on(STEPS, guard=Guard(), act=house.office.at(MOMENT, Who.APP))

    assert await reading.one(installation, "SELECT COUNT(*) FROM round") == 0
    for slug, kind in (
        ("told-by-rounds", "mailings.changed"),
        ("off-by-rounds", "registrations.event_cancelled"),
    ):
        told = (
            f"FROM letter WHERE kind = '{kind}' AND event_id = (SELECT id FROM event WHERE slug = '{slug}')"
        )
        assert await reading.one(installation, f"SELECT COUNT(*) {told}") == 40
        assert await reading.one(installation, f"SELECT COUNT(DISTINCT thread) {told}") == 40
