"""Questions, without JavaScript: an organizer makes them, and an answer calls up another on a second page."""

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.people import Person
from tests.journeys.served import Served
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ROUND_TABLE = {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق تعبر الحدود"}
LAMP = {"en": "A brighter lamp", "ar": "مصباح أقوى"}
TRAIN = {"en": "Do you come by train?", "ar": "هل الوصول بالقطار؟"}
OTHER = {"en": "Something else", "ar": "أمر آخر"}


def sit_down(organizer: Person, house: Served) -> str:
    """At the desk, on the page of the round table."""
    acts.sign_in(organizer, house, house.told("Organizer:"), house.told("Passphrase:"))
    return acts.open_event(organizer, house, ROUND_TABLE[organizer.language])


def write_question(organizer: Person) -> None:
    """A question of one's own, with yes and no, that must be answered."""
    organizer.select("#kind", "yes_no")
    organizer.press('form[action$="/questions/new"] button')
    organizer.picture("new-question")
    organizer.fill({f"label_{language}": label for language, label in TRAIN.items()})
    organizer.tick("#required")
    organizer.send()
    assert organizer.sees("success")


def bring_to_the_top(organizer: Person, number: int) -> None:
    """In one go, or, for those who cannot drag, place by place."""
    lines = organizer.page.locator(".question-line")
    if organizer.hands.can_drag:
        with organizer.page.expect_navigation():
            organizer.hands.drag(lines.nth(number), lines.first)
        return
    for place in range(number, 0, -1):
        organizer.press(rise(lines.nth(place)))


def rise(line: Locator) -> Locator:
    """The button that moves a question up by one."""
    return line.locator(".question-acts button").first


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_answer_calls_up_a_question_and_nothing_typed_is_lost(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    organizer = new_person(language)
    sit_down(organizer, demonstration)
    organizer.follow("/edit/texts")
    organizer.follow("/questions")
    organizer.picture("no-questions")
    for preset in ("access", "photos"):
        organizer.press(f'button[name="preset"][value="{preset}"]')
        assert organizer.sees("success")
    write_question(organizer)
    organizer.press(rise(organizer.page.locator(".question-line").last))
    organizer.picture("questions")
    labels = organizer.page.locator(".question-label").all_inner_texts()
    assert labels[2] == TRAIN[language]

    guest = new_person(language, width=PHONE)
    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    guest.follow("/register")
    guest.picture("form")
    guest.fill({"name": "دنيا Dunya", "address": "dunya@example.org"})
    guest.tick(guest.page.get_by_label(OTHER[language], exact=True))
    guest.send(status=422)
    guest.picture("train-not-answered")
    summary = guest.page.locator("#summary li")
    assert summary.count() == 1
    assert TRAIN[language] in summary.inner_text()

    guest.choose(guest.page.get_by_label(guest.sentence("No"), exact=True))
    guest.send()
    guest.picture("second-step")
    assert guest.page.inner_text("h1") == guest.sentence("A few more questions")
    assert guest.sees("info")
    more = guest.page.locator("form textarea:visible")
    assert more.count() == 1
    assert guest.page.input_value("#name") == "دنيا Dunya"
    guest.write(more, LAMP[language])
    guest.send()
    guest.picture("receipt")
    assert guest.sees("success")

    letters.wait_for(2, seconds=90)
    guest.follow("/mine")
    guest.write("#address", "dunya@example.org")
    guest.send()
    own = acts.personal_link(letters.wait_for(3, seconds=90)[-1], demonstration)
    guest.open(own)
    guest.picture("own-page")
    assert LAMP[language] in guest.page.inner_text("dl.facts")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_with_javascript_the_question_appears_at_once_and_questions_can_be_dragged(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language, scripts=True)
    at_the_desk = sit_down(organizer, demonstration)
    organizer.follow("/edit/texts")
    organizer.follow("/questions")
    for preset in ("access", "photos"):
        organizer.press(f'button[name="preset"][value="{preset}"]')
    organizer.open(f"{at_the_desk}/questions")
    before = organizer.page.locator(".question-label").all_inner_texts()
    bring_to_the_top(organizer, 2)
    assert organizer.page.locator(".question-label").all_inner_texts() == [before[2], *before[:2]]

    guest = new_person(language, width=PHONE, scripts=True)
    acts.find_event(guest, demonstration, ROUND_TABLE[language])
    guest.follow("/register")
    more = guest.page.locator("fieldset[data-ask]")
    expect(more).to_be_hidden()
    box = guest.page.get_by_label(OTHER[language], exact=True)
    guest.tick(box)
    expect(more).to_be_visible()
    guest.write(more.locator("textarea"), LAMP[language])
    guest.tick(box, ticked=False)
    expect(more).to_be_hidden()
    guest.tick(box)
    guest.fill({"name": "Dunya", "address": "dunya@example.org"})
    guest.send()
    assert guest.sees("success")
