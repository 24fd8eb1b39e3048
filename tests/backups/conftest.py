"""Installations that were never started."""

from pathlib import Path

import pytest

from events_app.settings import Settings
from tests.backups.installations import settings_of
from tests.conftest import MakeDatabase


@pytest.fixture
async def settings(new_database: MakeDatabase, tmp_path: Path) -> Settings:
    """An installation that was never started, on the engine under test."""
    return settings_of(await new_database(), tmp_path / "var")
