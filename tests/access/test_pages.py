"""Every page and letter by axe-core's rules for WCAG 2.2 AA; every page on the smallest phone, at 200 %, by keyboard.

And without motion, in forced colours, from this house alone. One walk through all of them finds what is wrong with all.
"""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.access.conftest import Houses
from tests.gallery.pictures import THEMES, visit
from tests.gallery.shots import SHOTS
from tests.journeys.conftest import LOCALES
from tests.node import tools

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.engine_free, pytest.mark.timeout(1800)]

MEASURES = Path(__file__).with_name("measures.js").read_text("utf-8").strip()
PAGES = tuple(shot for shot in SHOTS if not shot.path.endswith("/html"))
LETTERS = tuple(shot for shot in SHOTS if shot.path.endswith("/html"))
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
    "text at 360": (360, lambda page: measure(page, "texts")),
    "sideways at 320": (320, lambda page: measure(page, "sideways")),
    "too small to touch": (320, lambda page: measure(page, "small")),
    "moves": (320, lambda page: measure(page, "moving")),
    "no edge in forced colours": (320, in_forced_colours),
    "sideways at 200 %": (640, lambda page: measure(page, "sideways")),
    "focus": (640, by_keyboard),
    "text at 1280": (1280, lambda page: measure(page, "texts")),
}
"""What is looked at, how wide the window is then, and how. 1280 points at 200 % are 640."""


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async (tags) => {
  const only = {type: "tag", values: tags};
  const told = await axe.run(document, {runOnly: only, resultTypes: ["violations"], elementRef: false});
  const places = (rule) => rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
  return told.violations.map((rule) => `${rule.id}: ${places(rule)}`);
}"""
THEME_OF = dict(zip(LOCALES, THEMES, strict=True))
"""Rules are asked in each language, colours in each theme: these are the same in both languages, and cost the most."""
LETTERS_MAY = ("region", "landmark-one-main", "page-has-heading-one")
"""A letter is no page: mail programs put it into theirs, with landmarks of their own."""


@pytest.fixture(scope="module")
def axe() -> str:
    tools.install()
    return (tools.FOLDER / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def findings(browser: Browser, houses: Houses, axe: str) -> Findings:
    """One walk through all pages in both languages, one through all letters: what was wrong, by look and page."""
    found: Findings = defaultdict(dict)
    heard: list[str] = []

    def watch(page: Page) -> None:
        page.add_init_script(axe)  # so, and not by a tag: a page's own policy stays in force
        page.on("console", lambda said: heard.append(said.text))
        page.on("response", lambda answer: heard.extend(failed(answer)))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.extend(elsewhere(request.url)))

    for shot, language, page in visit(browser, PAGES, houses, watch=watch, reduced_motion="reduce"):
        complaints = list(heard)
        wrong = by_axe(page, THEME_OF[language])
        heard.clear()  # what axe itself asked for
        wrong |= looked_at(page)
        wrong["complaints"] = [each for each in complaints + heard if not each.startswith(STATUS_SAID)]
        heard.clear()
        note(found, wrong, f"{shot.name}, {language}")
    # A letter's own policy forbids every script, axe's too.
    letters = visit(browser, LETTERS, houses, watch=watch, bypass_csp=True, reduced_motion="reduce")
    for shot, language, page in letters:
        note(found, by_axe(page, THEME_OF[language], may=LETTERS_MAY), f"{shot.name}, {language}")
    return found


def note(found: Findings, wrong: dict[str, list[str]], name: str) -> None:
    for look, broken in wrong.items():
        if broken:
            found[look][name] = broken


def by_axe(page: Page, theme: str, *, may: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The rules that a page breaks; it stays in this theme."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    told: Any = page.evaluate(AXE, TAGS)
    return {f"axe, {theme}": [each for each in told if each.split(":")[0] not in may]}


def looked_at(page: Page) -> dict[str, list[str]]:
    """What is wrong, by look."""
    found, now_wide = {}, 0
    for look, (width, act) in LOOKS.items():
        if width != now_wide:
            page.set_viewport_size({"width": width, "height": 740})
            now_wide = width
        found[look] = act(page)
    return found


STATUS_SAID = "Failed to load resource: the server responded with a status"
"""The browser says so of every refusal too, and those are meant; what a page loads is watched by `failed`."""


def failed(answer: Response) -> list[str]:
    is_page = answer.request.resource_type == "document"
    return [] if is_page or answer.ok or answer.status == 304 else [f"{answer.status} for {answer.url}"]


def elsewhere(url: str) -> list[str]:
    """A request that leaves the house is worth a complaint."""
    return [] if urlsplit(url).hostname == "127.0.0.1" or url.startswith("data:") else [f"asked for {url}"]


@pytest.mark.parametrize("look", [*LOOKS, *(f"axe, {theme}" for theme in THEMES), "complaints"])
def test_nothing_is_wrong_on_any_page(findings: Findings, look: str) -> None:
    assert findings.get(look, {}) == {}


def test_axe_would_notice(browser: Browser, houses: Houses, axe: str) -> None:
    """The net has no hole: a page with mistakes is found out, in this browser and with these options."""
    page = browser.new_page()
    page.add_init_script(axe)
    page.goto(houses["empty"].url)
    page.locator("main").evaluate(
        "main => { main.innerHTML = '<h1>Pale</h1><input><img src=x><a href=x></a>';"
        " main.firstChild.style.color = '#999' }"
    )
    found = {each.split(":")[0] for each in by_axe(page, THEMES[0])[f"axe, {THEMES[0]}"]}
    page.close()

    assert {"color-contrast", "label", "image-alt", "link-name"} <= found
