"""Every page on the smallest phone, at 200 %, by keyboard, without motion, in forced colours, from this house alone."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.access.conftest import Houses
from tests.gallery.pictures import visit
from tests.gallery.shots import SHOTS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.engine_free, pytest.mark.timeout(600)]

MEASURES = Path(__file__).with_name("measures.js").read_text("utf-8").strip()
PAGES = tuple(shot for shot in SHOTS if not shot.path.endswith("/html"))
Findings = dict[str, dict[str, list[str]]]


def measure(page: Page, name: str) -> list[str]:
    found: list[str] = page.evaluate(f"{MEASURES}.{name}()")
    return found


def by_keyboard(page: Page) -> list[str]:
    page.keyboard.press("Tab")
    return measure(page, "unseenFocus")


def in_forced_colours(page: Page) -> list[str]:
    page.emulate_media(forced_colors="active")
    found = measure(page, "edgeless")
    page.emulate_media(forced_colors="none")
    return found


LOOKS: dict[str, tuple[int, Callable[[Page], list[str]]]] = {
    "sideways at 320": (320, lambda page: measure(page, "sideways")),
    "too small to touch": (320, lambda page: measure(page, "small")),
    "moves": (320, lambda page: measure(page, "moving")),
    "no edge in forced colours": (320, in_forced_colours),
    "sideways at 200 %": (640, lambda page: measure(page, "sideways")),
    "focus": (640, by_keyboard),
}
"""What is looked at, how wide the window is then, and how. 1280 points at 200 % are 640."""


@pytest.fixture(scope="module")
def findings(browser: Browser, houses: Houses) -> Findings:
    """One walk through all pages in both languages: what was wrong, by look and by page."""
    found: Findings = defaultdict(dict)
    heard: list[str] = []

    def watch(page: Page) -> None:
        page.on("console", lambda said: heard.append(said.text))
        page.on("response", lambda answer: heard.extend(failed(answer)))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.extend(elsewhere(request.url)))

    for shot, language, page in visit(browser, PAGES, houses, watch=watch, reduced_motion="reduce"):
        name = f"{shot.name}, {language}"
        for look, (width, act) in LOOKS.items():
            page.set_viewport_size({"width": width, "height": 740})
            if wrong := act(page):
                found[look][name] = wrong
        if wrong := [each for each in heard if not each.startswith(STATUS_SAID)]:
            found["complaints"][name] = wrong
        heard.clear()
    return found


STATUS_SAID = "Failed to load resource: the server responded with a status"
"""The browser says so of every refusal too, and those are meant; what a page loads is watched by `failed`."""


def failed(answer: Response) -> list[str]:
    is_page = answer.request.resource_type == "document"
    return [] if is_page or answer.ok or answer.status == 304 else [f"{answer.status} for {answer.url}"]


def elsewhere(url: str) -> list[str]:
    """A request that leaves the house is worth a complaint."""
    return [] if urlsplit(url).hostname == "127.0.0.1" or url.startswith("data:") else [f"asked for {url}"]


@pytest.mark.parametrize("look", [*LOOKS, "complaints"])
def test_nothing_is_wrong_on_any_page(findings: Findings, look: str) -> None:
    assert findings.get(look, {}) == {}
