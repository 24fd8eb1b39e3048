"""What only the keyboard has: a way past the header, Enter in a line of text, and an error that takes the focus."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, NewPerson
from tests.journeys.keyboard import Keyboard
from tests.journeys.people import Person
from tests.journeys.served import Served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("hands", [Keyboard], ids=["keyboard"], indirect=True),
]


def strike(person: Person, key: str) -> None:
    """A key that leads nowhere else: what has the focus answers it."""
    person.page.keyboard.press(key)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_first_stop_of_a_page_skips_to_its_content(
    language: str, width: int, demonstration: Served, new_person: NewPerson
) -> None:
    guest = new_person(language, width=width)
    guest.open(f"{demonstration.url}/events/research-launch")
    guest.hands.press(guest.page.locator("a.skip"))
    assert guest.page.locator("main").evaluate("main => main === document.activeElement")
    strike(guest, "Tab")
    assert guest.page.locator("main :focus").count() == 1


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_is_sent_and_mended_without_leaving_the_line(
    language: str, width: int, demonstration: Served, new_person: NewPerson
) -> None:
    guest = new_person(language, width=width)
    guest.open(demonstration.url)
    guest.press(guest.page.locator('a[href="/events/research-launch"]').first)
    guest.follow("/register")
    guest.fill({"name": "Dunya", "address": "dunya@example"})
    guest.choose('input[name="mode"][value="online"]')
    guest.tick("#consent")
    with guest.page.expect_navigation():
        strike(guest, "Enter")  # on a tick it does what the button does

    guest.page.locator("#summary:focus").wait_for()
    guest.hands.press(guest.page.locator('#summary a[href="#address"]'))
    guest.page.locator("#address:focus").wait_for()
    strike(guest, "End")
    guest.page.keyboard.type(".org")
    with guest.page.expect_navigation():
        strike(guest, "Enter")
    assert guest.sees("success")
    assert "dunya@example.org" in guest.page.inner_text("main")


@pytest.mark.parametrize(
    ("mistake", "noticed"),
    [
        ("#goal:focus { outline: none }", "ringed=False"),
        ("#goal:focus { outline-color: transparent }", "ringed=False"),
        ("#goal { position: absolute; inset-inline-start: -400px }", "in_sight=False"),
        ("footer { position: fixed; inset: 0 }", "uncovered=False"),
        ("#goal { visibility: hidden }", "is not among"),
        (".skip { display: none }", "'/other'"),
        ("", ""),
    ],
)
def test_what_is_wrong_with_a_stop_is_noticed(mistake: str, noticed: str, new_person: NewPerson) -> None:
    """The net has no hole: with a mistake in it, this page cannot be walked; without one it can."""
    guest = new_person("en")
    guest.page.set_content(
        f"<style>:focus {{ outline: 3px solid navy }} {mistake}</style>"
        "<a class=skip href=#main>Skip</a> <a href=/other>Another page</a>"
        "<main id=main><button id=goal>Goal</button></main><footer>Bar</footer>"
    )
    goal = guest.page.locator("#goal")
    if noticed:
        with pytest.raises(AssertionError, match=noticed):
            guest.hands.press(goal)
    else:
        guest.hands.press(goal)
