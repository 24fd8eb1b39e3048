"""Registering and cancelling with Tab, Enter and Space alone; the focus is always in sight."""

import pytest

from tests.journeys import acts
from tests.journeys.conftest import DESKTOP, PHONE, NewPerson
from tests.journeys.keyboard import Keyboard, button_of
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("language", "width"), [("en", DESKTOP), ("ar", DESKTOP), ("en", PHONE), ("ar", PHONE)]
)
def test_a_person_registers_and_cancels_with_the_keyboard_alone(
    language: str, width: int, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    guest = new_person(language, width=width)
    keyboard = Keyboard(guest)
    guest.open(demonstration.url)
    assert keyboard.tab_to(lambda stop: True, "stop").href == "#main"
    keyboard.tab_to(lambda stop: stop.href == "/events/research-launch", "link to the event")
    keyboard.enter()
    keyboard.tab_to(lambda stop: stop.href.endswith("/register"), "link to the form")
    keyboard.enter()

    keyboard.tab_to(lambda stop: stop.id == "name", "name")
    keyboard.type("Dunya")
    keyboard.tab_to(lambda stop: stop.id == "address", "address")
    keyboard.type("dunya@example")
    keyboard.enter(status=422)  # Enter in a line of text sends the form
    guest.page.locator("#summary:focus").wait_for()
    keyboard.tab_to(lambda stop: stop.href == "#address", "link to the wrong address")
    keyboard.press("Enter")
    keyboard.tab_to(lambda stop: stop.id == "address", "address")
    keyboard.press("End")  # Tab has selected what was typed before
    keyboard.type(".org")
    keyboard.tab_to(lambda stop: stop.name == "mode", "way of taking part")
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.tab_to(lambda stop: stop.name == "consent", "consent")
    keyboard.press("Space")
    keyboard.tab_to(lambda stop: stop.type == "submit", "button")
    keyboard.enter()
    assert guest.sees("success")
    assert "dunya@example.org" in guest.page.inner_text("main")

    letters.wait_for(1, seconds=90)
    keyboard.tab_to(lambda stop: stop.href.endswith("/mine"), "way to the personal link")
    keyboard.enter()
    keyboard.tab_to(lambda stop: stop.id == "address", "address")
    keyboard.type("dunya@example.org")
    keyboard.enter()
    guest.open(acts.personal_link(letters.wait_for(2, seconds=90)[1], demonstration))
    keyboard.tab_to(
        lambda stop: stop.type == "summary" and stop.action.endswith("/cancellation"),
        "first step of cancelling",
    )
    keyboard.press("Space")
    for step in ("/cancellation", "/return"):
        keyboard.tab_to(button_of(step), step)
        keyboard.enter()
    assert guest.sees("success")
