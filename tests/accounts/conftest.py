"""A vault with the keys of the house, and a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events_app.vault import Vault

NOW = datetime(2026, 11, 22, 16, 3, 20, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(tmp_path)
    vault.open()
    vault.make_keys("site")
    yield vault
    vault.close()


@pytest.fixture
def now() -> datetime:
    return NOW
