"""A page is light: under 100 KB without fonts, fonts once and for good, nothing that needs the script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.access.conftest import Houses
from tests.gallery.pictures import context_of, visit
from tests.gallery.shots import SHOTS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.engine_free, pytest.mark.timeout(300)]

LANGUAGES = ("en", "ar")
MOST = 100 * 1024
PAGES = tuple(shot for shot in SHOTS if not shot.path.endswith("/html"))
ACTED_ON = tuple(shot for shot in PAGES if shot.prepare)


@pytest.fixture(params=LANGUAGES)
def answers(browser: Browser, houses: Houses, request: pytest.FixtureRequest) -> Iterator[list[Response]]:
    """Everything that a first visit to an event's page asks for."""
    house = houses["rich"]
    with context_of(browser, house, request.param, signed_in=False) as context:
        page = context.new_page()
        found: list[Response] = []
        page.on("response", lambda answer: found.append(answer))
        page.goto(f"{house.url}/events/research-launch", wait_until="networkidle")
        yield found


def of_kind(answers: list[Response], *kinds: str) -> list[Response]:
    return [answer for answer in answers if answer.request.resource_type in kinds]


def test_an_event_page_is_under_100_kb_without_its_fonts(answers: list[Response]) -> None:
    sizes = {
        answer.url: answer.request.sizes()["responseBodySize"]
        for answer in answers
        if answer not in of_kind(answers, "font")
    }

    assert len(sizes) >= 4  # the page, the style, the script, a logo
    assert sum(sizes.values()) < MOST, sizes


def test_fonts_come_once_are_kept_for_good_and_the_first_one_early(answers: list[Response]) -> None:
    fonts = of_kind(answers, "font")
    urls = [font.url[font.url.index("/static/") :] for font in fonts]

    assert len(urls) == len(set(urls))
    assert {font.headers["cache-control"] for font in fonts} == {"public, max-age=31536000, immutable"}
    preload = '<link rel="preload" href="'
    page = of_kind(answers, "document")[0].text()
    assert page.partition(preload)[2].partition('"')[0] in urls


def test_an_english_page_does_without_the_arabic_font(browser: Browser, houses: Houses) -> None:
    with context_of(browser, houses["rich"], "en", signed_in=False) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{houses['rich'].url}/events/research-launch", wait_until="networkidle")

    assert [url for url in asked if "plex-arabic" in url] == []


def test_styles_and_scripts_are_kept_for_a_year_under_the_name_of_their_content(
    answers: list[Response],
) -> None:
    kept = {
        answer.url.rpartition("/")[2].partition("?")[0]: (
            answer.headers["cache-control"],
            "?v=" in answer.url,
        )
        for answer in of_kind(answers, "stylesheet", "script")
        if "/static/" in answer.url
    }

    forever = ("public, max-age=31536000, immutable", True)
    assert kept == {"house.css": forever, "house.js": forever}


def test_every_page_stands_without_the_script(browser: Browser, houses: Houses) -> None:
    """What the server says is the page: one heading, before any browser has touched it."""
    headless = []
    for is_signed_in in (False, True):
        for kind, house in houses.items():
            with context_of(browser, house, "en", signed_in=is_signed_in) as context:
                for shot in PAGES:
                    if (shot.house, shot.signed_in) == (kind, is_signed_in):
                        said = context.request.get(house.address(shot, "en")).text()
                        headless += [shot.name] if said.count("<h1") != 1 else []

    assert headless == []


def test_every_act_is_done_without_the_script(browser: Browser, houses: Houses) -> None:
    def watch(page: Page) -> None:
        page.route("**/static/js/**", lambda route: route.abort())

    headless = []
    for shot, language, page in visit(browser, ACTED_ON, houses, ("en",), watch=watch):
        if page.locator("h1").count() != 1:
            headless.append(f"{shot.name}, {language}")

    assert headless == []
