"""What the tests of access share: the gallery's instances, and one Chromium for each file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.gallery.pictures import Gallery, served
from tests.gallery.shots import SHOTS
from tests.journeys.conftest import CHROMIUM, FLAGS, PATIENCE

Houses = dict[str, Gallery]


@pytest.fixture(scope="module")
def houses() -> Iterator[Houses]:
    with served(SHOTS) as houses:
        yield houses


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE)
        yield browser
        browser.close()
