"""How much of a list is in sight: on a phone from where on, on a laptop how many people."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.access.conftest import Houses
from tests.gallery.pictures import context_of
from tests.gallery.shots import SHOTS

pytestmark = [pytest.mark.browser, pytest.mark.engine_free]

LIST = next(shot for shot in SHOTS if shot.name == "list")
SEEN = """() => {
  const rows = [...document.querySelectorAll(".people tbody tr")].map((row) => row.getBoundingClientRect());
  return {top: rows[0].top, rows: rows.filter((row) => row.bottom <= innerHeight).length};
}"""


def list_in(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    page.evaluate("document.fonts.ready")
    seen: dict[str, Any] = page.evaluate(SEEN)
    return seen


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_first_person_stands_at_260_points_or_above_on_a_phone(
    browser: Browser, houses: Houses, language: str
) -> None:
    house = houses["rich"]
    phone: Any = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with context_of(browser, house, language, signed_in=True, **phone) as context:
        assert list_in(context.new_page(), house.address(LIST, language))["top"] <= 260


def test_twenty_people_are_in_sight_on_a_screen_of_900_points(browser: Browser, houses: Houses) -> None:
    house = houses["rich"]
    with context_of(browser, house, "en", signed_in=True, viewport={"width": 1280, "height": 900}) as context:
        assert list_in(context.new_page(), house.address(LIST, "en"))["rows"] >= 20


def test_the_bar_for_acts_on_several_people_appears_with_the_first_who_is_selected(
    browser: Browser, houses: Houses
) -> None:
    house = houses["rich"]
    with context_of(browser, house, "en", signed_in=True, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(house.address(LIST, "en"))
        bar = page.locator("#bulk")

        assert not bar.is_visible()
        page.locator("input[name=id]").first.check()
        assert bar.is_visible()


def test_the_menu_of_a_phone_opens_without_a_script(browser: Browser, houses: Houses) -> None:
    house = houses["rich"]
    phone: Any = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    with context_of(browser, house, "en", signed_in=True, **phone) as context:
        page = context.new_page()
        page.goto(house.address(LIST, "en"))
        page.locator(".desk-menu > summary").click()
        page.get_by_role("link", name="Settings", exact=True).click()

        assert page.url.endswith("/desk/settings")
