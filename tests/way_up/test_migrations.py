"""What an installation has applied keeps its name and its text, and nothing new comes before it: or it never starts."""

import json
from pathlib import Path

import pytest

from events_app.database.migration import missing, read_migrations
from events_app.database.schema import MIGRATIONS

pytestmark = pytest.mark.engine_free

INSTALLED = Path(__file__).with_name("installed.json")
"""The migrations of the newest landing, each with the checksum of its text. A landing adds what it brings."""


def test_no_installation_of_the_newest_landing_is_refused_at_its_next_start() -> None:
    installed: dict[str, str] = json.loads(INSTALLED.read_text("utf-8"))
    migrations = read_migrations(MIGRATIONS)

    wanted = missing(migrations, installed)

    assert [each.name for each in migrations] == [*sorted(installed), *(each.name for each in wanted)]
