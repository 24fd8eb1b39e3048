"""Our font comes without a jump: until it is here, another one stands in that is as wide and as high."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.access.conftest import Houses
from tests.gallery.pictures import context_of
from tests.gallery.shots import SHOTS, Shot

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.engine_free, pytest.mark.timeout(300)]

LANGUAGES = ("en", "ar")
WIDTHS = (1280, 360)
CHOSEN = tuple(shot for shot in SHOTS if shot.name in {"home", "event", "register", "overview"})
FONTS = "**/static/fonts/**"
HEADINGS = """() => [...document.querySelectorAll("h1, h2, .event-line")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height > 1)
  .map((each) => {
    const box = each.getBoundingClientRect();
    return [each.textContent.trim().slice(0, 40), Math.round(box.top + scrollY), Math.round(box.height)];
  })"""
SHIFTS = """() => new Promise((done) => {
  let all = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) all += each.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(all), 300);
})"""
PICTURES = """() => new Promise((done) => {
  const isDue = (each) => !each.complete && each.getBoundingClientRect().top < innerHeight;
  const look = () => [...document.images].some(isDue) ? setTimeout(look, 50) : done();
  look();
})"""
STEADY = 0.02
"""Sum of the shifts, as browsers count them; from 0.1 on they call it a bad page."""
ABOVE = 400
"""Points: further down a long paragraph before it may break one line earlier or later."""

Seen = dict[str, list[Any]]


def headings(context: BrowserContext, address: str) -> Seen:
    """The text, the top and the height of every heading, at each width."""
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.fonts.ready")
    found: Seen = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[str(width)] = page.evaluate(HEADINGS)
    page.close()
    return found


def jumps(ours: list[Any], theirs: list[Any]) -> list[str]:
    """Headings that are of another height in the two fonts, or stand elsewhere."""
    found = []
    for (text, top, high), (_same, other_top, other_high) in zip(ours, theirs, strict=True):
        if high != other_high or (top < ABOVE and abs(top - other_top) > 2):
            found.append(f"{text}: {top} and {high} high, {other_top} and {other_high}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_jumps_when_our_font_comes(browser: Browser, houses: Houses, language: str) -> None:
    seen = dict[str, list[Seen]]()
    for has_fonts in (False, True):
        for shot in CHOSEN:
            with of(browser, houses, shot, language) as context:
                if not has_fonts:
                    context.route(FONTS, lambda route: route.abort())
                address = houses[shot.house].address(shot, language)
                seen.setdefault(shot.name, []).append(headings(context, address))

    wrong = {
        f"{name}, {width}": jumps(ours[width], theirs[width])
        for name, (theirs, ours) in seen.items()
        for width in ours
    }
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_shifts_when_our_font_comes_late(browser: Browser, houses: Houses, language: str) -> None:
    shifted = {}
    for shot in CHOSEN:
        with of(browser, houses, shot, language) as context:
            page = context.new_page()
            let_go = held_back(page)
            page.goto(houses[shot.house].address(shot, language), wait_until="domcontentloaded")
            page.evaluate(PICTURES)
            before = page.evaluate(SHIFTS)  # the other font stands there; logos have come
            let_go()
            page.evaluate("document.fonts.ready")
            shifted[shot.name] = page.evaluate(SHIFTS) - before

    assert {name: shift for name, shift in shifted.items() if shift > STEADY} == {}


def held_back(page: Page) -> Any:
    """Keeps the fonts of a page waiting until what is given back is called."""
    waiting: list[Route] = []
    is_held = True

    def come(route: Route) -> None:
        if is_held:
            waiting.append(route)
        else:
            route.continue_()

    def let_go() -> None:
        nonlocal is_held
        is_held = False
        for route in waiting:
            route.continue_()

    page.route(FONTS, come)
    return let_go


def of(browser: Browser, houses: Houses, shot: Shot, language: str) -> Any:
    viewport = {"width": WIDTHS[0], "height": 800}
    return context_of(browser, houses[shot.house], language, signed_in=shot.signed_in, viewport=viewport)
