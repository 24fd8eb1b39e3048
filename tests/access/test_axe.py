"""Every page and letter of the gallery, in both languages, light and dark, passes axe-core's rules for WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.access.conftest import Houses
from tests.gallery.pictures import THEMES, visit
from tests.gallery.shots import SHOTS
from tests.node import tools

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.engine_free, pytest.mark.timeout(600)]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """async ([tags, rules]) => {
  const only = rules ? {type: "rule", values: rules} : {type: "tag", values: tags};
  const told = await axe.run(document, {runOnly: only, resultTypes: ["violations"], elementRef: false});
  const places = (rule) => rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
  return told.violations.map((rule) => `${rule.id}: ${places(rule)}`);
}"""
LETTERS_MAY = ("region", "landmark-one-main", "page-has-heading-one")
"""A letter is no page: mail programs put it into theirs, with landmarks of their own."""


@pytest.fixture(scope="module")
def axe() -> str:
    tools.install()
    return Path(tools.FOLDER / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def test_no_page_and_no_letter_breaks_a_rule(browser: Browser, houses: Houses, axe: str) -> None:
    found = {}
    for shot, language, page in visit(browser, SHOTS, houses, bypass_csp=True):
        page.evaluate(axe)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            # The structure is the same in both themes; only colours are looked at twice.
            rules = ["color-contrast"] if theme == "dark" else None
            if broken := look(page, rules, may=LETTERS_MAY if shot.path.endswith("/html") else ()):
                found[f"{shot.name}, {language}, {theme}"] = broken

    assert found == {}


def look(page: Page, rules: list[str] | None, *, may: tuple[str, ...]) -> list[str]:
    told: Any = page.evaluate(LOOK, [TAGS, rules])
    return [each for each in told if each.split(":")[0] not in may]


def test_axe_would_notice(browser: Browser, houses: Houses, axe: str) -> None:
    """The net has no hole: a page with mistakes is found out, in this browser and with these options."""
    page = browser.new_page(bypass_csp=True)
    page.goto(houses["empty"].url)
    page.locator("main").evaluate(
        "main => main.innerHTML = '<h1 style=\"color: #999\">Pale</h1><input><img src=x><a href=x></a>'"
    )
    page.evaluate(axe)
    found = {each.split(":")[0] for each in look(page, None, may=())}
    page.close()

    assert {"color-contrast", "label", "image-alt", "link-name"} <= found
