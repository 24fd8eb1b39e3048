"""A backup that version 0014 made is restored by this version: nothing is lost, brought back, or mailed unasked."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from events_app import safekeeping
from tests.conftest import MakeDatabase
from tests.databases import run_sql
from tests.way_up import reading
from tests.way_up.installation import MOMENT, Installation, Started, started
from tests.way_up.reading import ROWS, rows_of

pytestmark = pytest.mark.anyio

VERSION = Path(__file__).parent / "version_0014"
EXPECTED: dict[str, Any] = json.loads((VERSION / "expected.json").read_text("utf-8"))
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


@pytest.fixture
async def installation(new_database: MakeDatabase, tmp_path: Path) -> Installation:
    folder, url = tmp_path / "installation", await new_database()
    installation = Installation(folder, url)
    settings = installation.settings(mail_port=1, inbound_port=2)
    with time_machine.travel(MOMENT, tick=True):
        await safekeeping._restore(settings, VERSION / "data.zip", VERSION / "keys.zip", None)
    return installation


@pytest.fixture
async def house(installation: Installation) -> AsyncIterator[Started]:
    async with started(installation) as house:
        await reading.sign_in(house.desk)
        yield house


async def test_a_start_leaves_every_row_as_it_was(installation: Installation) -> None:
    async with started(installation):
        pass

    tables = [table for table in ROWS if table not in CHANGED]
    assert await rows_of(installation, tables) == {table: EXPECTED["rows"][table] for table in tables}
    counts = {
        table: number
        for table, number in EXPECTED["counts"].items()
        if table not in CHANGED | {"migration_applied"}
    }
    assert await reading.counts_of(installation, counts) == counts


async def test_every_personal_link_opens_what_its_person_has_said(house: Started) -> None:
    assert await reading.people(house.visitor, EXPECTED["own"]) == EXPECTED["people"]


async def test_every_list_holds_its_people_and_nobody_else(house: Started) -> None:
    for event, listed in EXPECTED["lists"].items():
        assert await reading.people_listed(house.desk, event) == listed


async def test_every_letter_opens_but_those_of_the_erased(installation: Installation, house: Started) -> None:
    rows = await run_sql(installation.url, "SELECT id FROM letter WHERE words = 'kept'")
    kept = {str(letter): EXPECTED["letters"][str(letter)] for (letter,) in rows}

    assert len(kept) > 100
    assert await reading.addresses_on(house.desk, kept) == kept


async def test_no_letter_leaves_before_somebody_has_looked(installation: Installation) -> None:
    async with started(installation):
        pass

    assert await reading.one(installation, 'SELECT COUNT(*) FROM "letter" WHERE "due_at" IS NOT NULL') == 0
