"""What the tests of access share: the gallery's instances, and one Chromium for each file."""

from collections.abc import Iterator

import pytest

from tests.gallery.pictures import Gallery, served
from tests.gallery.shots import SHOTS
from tests.journeys.conftest import browser

__all__ = ["browser", "houses"]

Houses = dict[str, Gallery]


@pytest.fixture(scope="module")
def houses() -> Iterator[Houses]:
    with served(SHOTS) as houses:
        yield houses
