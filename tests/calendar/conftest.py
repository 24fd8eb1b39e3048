"""What the calendar tests share: node, with the parsers that are not ours."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.node import tools


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """Runs a script of tests/node; installs its packages the first time, and fails loudly if it cannot."""
    tools.install()
    return tools.run
