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


CROWDED = """<!doctype html><style>
  body { margin: 0; font: 16px/1.5 sans-serif }
  #narrow { width: 60px; overflow: hidden; white-space: nowrap }
  .badge { display: inline-block; width: 30px; white-space: nowrap }
  #low { height: 10px; overflow: hidden }
  #upon { margin-top: -32px }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden }
  #scrolls { width: 60px; overflow: auto; white-space: nowrap }
  h1 { line-height: 1.1; width: 200px }
</style><h1>Two lines that stand <i>closely together</i> and may</h1><p id=narrow>Cut at the side, too wide</p>
<p><span class=badge>Confirmed by email</span></p><p id=low>Cut below</p><p>Text below</p><p id=upon>Text above</p>
<table><thead><tr><th>Only for ears as well</th></tr></thead></table>
<p class=unseen>Only for ears, longer than a point</p><p id=scrolls>Can be scrolled to its very end</p>"""


def test_text_that_is_cut_or_stands_on_other_text_is_found_and_nothing_else(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 600})
    page.set_content(CROWDED)
    told = measure(page, "texts")
    page.close()

    assert [each.partition('"')[0].strip() for each in told if not each.startswith('"')] == [
        "cut: <p#narrow> Cut at the side, too wide",
        "runs out of <span.badge> Confirmed by email: <span.badge> Confirmed by email",
        "cut: <p#low> Cut below",
    ]
    assert [each for each in told if each.startswith('"')] == [
        '"Text below" under "Text above" in <p#upon> Text above'
    ]
