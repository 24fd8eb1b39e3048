"""What journeys share: a served instance, a mail server, a Chromium whose pages have no JavaScript unless asked for."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from events_app import i18n
from tests.journeys.hands import Hands, Pointer
from tests.journeys.keyboard import Keyboard
from tests.journeys.people import Person
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"en": "en-GB", "ar": "ar-SY"}
PHONE, DESKTOP = 360, 1280
PATIENCE = 60_000  # milliseconds: two slow cores do several things at once
NewPerson = Callable[..., Person]


@pytest.fixture(scope="session", autouse=True)
def _sentences() -> None:
    """The catalogues, so that a test may ask how a sentence reads in a language."""
    i18n.load_languages(tuple(LOCALES))


@pytest.fixture
def letters() -> Iterator[SmtpServer]:
    """The mail server that every instance of this test sends to."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def empty_house(tmp_path: Path, letters: SmtpServer) -> Iterator[Served]:
    """A first start: nobody at the desk, no event, a one-time link in the log."""
    with Served(tmp_path / "instance", "serve", mail_port=letters.port) as house:
        yield house


@pytest.fixture
def demonstration(tmp_path: Path, letters: SmtpServer) -> Iterator[Served]:
    """The example: a conference, one of its events with three seats; the passphrase is in the log."""
    with Served.demonstration(tmp_path / "instance", mail_port=letters.port) as house:
        yield house


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests. It ends with the file, because its event loop holds the thread until then."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(params=[Pointer, Keyboard], ids=["pointer", "keyboard"])
def hands(request: pytest.FixtureRequest) -> type[Hands]:
    """What the people of this test act with: so every journey is walked once by pointer and once by keys alone."""
    chosen: type[Hands] = request.param
    return chosen


@pytest.fixture
def new_person(
    browser: Browser, hands: type[Hands], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[NewPerson]:
    """Somebody with a browser and hands of their own: `new_person("ar", width=PHONE)`.

    JOURNEY_PICTURES in the environment names a folder for pictures of what they see.
    """
    contexts: list[BrowserContext] = []
    album = _album(request.node.name)

    def make(language: str, *, width: int = DESKTOP, scripts: bool = False) -> Person:
        context = browser.new_context(
            locale=LOCALES[language],
            timezone_id="Asia/Damascus",
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        return Person(page, hands(page), language, downloads=tmp_path, album=album)

    yield make
    for context in contexts:
        context.close()


def _album(test: str) -> Path | None:
    folder = os.environ.get("JOURNEY_PICTURES")
    if not folder:
        return None
    album = Path(folder) / re.sub(r"\W+", "-", test).strip("-")
    album.mkdir(parents=True, exist_ok=True)
    return album
