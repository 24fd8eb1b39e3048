"""The measures of tests/access notice what they are for."""

import pytest
from playwright.sync_api import Browser

from tests.access.test_pages import by_keyboard, in_forced_colours, measure

pytestmark = [pytest.mark.browser, pytest.mark.engine_free]

BAD = """<!doctype html><style>
  body { margin: 0 }
  a:focus, button:focus { outline: none }
  .button { height: 20px; border: 0; appearance: none; transition: color 1s }
  #wide { width: 500px; height: 9px }
  #over { position: fixed; inset: 0 0 auto 0; height: 60px; background: red }
  p { margin: 80px 0 }
</style><div id=over></div><a href=x id=under>Under</a><p><button class=button>Small</button></p><div id=wide></div>"""


def test_each_measure_finds_its_mistake(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.set_content(BAD)
    told = {name: " ".join(measure(page, name)) for name in ("sideways", "small", "moving")}
    told |= {"edges": " ".join(in_forced_colours(page)), "focus": " ".join(by_keyboard(page))}
    page.close()

    assert "500 of 320" in told["sideways"]
    assert "#wide" in told["sideways"]
    assert "<button.button> Small" in told["small"]
    assert "<button.button> Small" in told["moving"]
    assert "<button.button> Small" in told["edges"]
    assert "focus not seen: <button.button> Small" in told["focus"]
    assert "under <div#over> : <a#under> Under" in told["focus"]
