"""A vault of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events_app.vault import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """Open, with keys for the scopes "site" and "event"."""
    vault = Vault(tmp_path)
    vault.open()
    vault.make_keys("site")
    vault.make_keys("event")
    yield vault
    vault.close()
