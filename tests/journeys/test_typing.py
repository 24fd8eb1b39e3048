"""At the desk nothing that is being typed is lost, and one sees what it will look like; with a script and without."""

import pytest
from playwright.sync_api import Page, expect

from events_app.i18n import translate, use_language
from tests.journeys import acts
from tests.journeys.conftest import NewPerson
from tests.journeys.hands import Pointer
from tests.journeys.people import Person
from tests.journeys.served import Served
from tests.journeys.test_scripts import ROUND_TABLE, Complaints

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

once = pytest.mark.parametrize("hands", [Pointer], ids=["pointer"], indirect=True)
in_both = pytest.mark.parametrize("language", ["en", "ar"])
TEXT = {"en": "Welcome to www.example.org", "ar": "أهلًا بكم في www.example.org"}


def said(language: str, sentence: str) -> str:
    with use_language(language):
        return translate(sentence)


def at_the_desk(person: Person, house: Served, language: str) -> str:
    """Signed in; the address of a draft's, or any, event."""
    acts.sign_in(person, house, house.told("Organizer:"), house.told("Passphrase:"))
    return acts.open_event(person, house, ROUND_TABLE[language])


def chosen_of(page: Page, selector: str) -> str:
    found: str = page.locator(selector).evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    return found


@once
@in_both
def test_a_closed_tab_loses_nothing_that_was_typed(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer, complaints = new_person(language, scripts=True), Complaints()
    complaints.hear(organizer.page)
    event = at_the_desk(organizer, demonstration, language)
    organizer.open(f"{event}/edit/texts")
    field = organizer.page.locator(f"#title_{language}")
    organizer.write(field, TEXT[language])
    kept = organizer.page.locator("[data-kept]")
    expect(kept).to_contain_text(said(language, "Kept at %(time)s, not saved yet").split("%")[0].strip())
    organizer.picture("kept")

    organizer.page.goto("about:blank")
    organizer.open(f"{event}/edit/texts")
    expect(field).not_to_have_value(TEXT[language])
    organizer.picture("offered")
    organizer.press(organizer.page.get_by_role("link", name=said(language, "Continue with it")))
    expect(field).to_have_value(TEXT[language])
    organizer.send()
    organizer.open(f"{event}/edit/texts")
    expect(field).to_have_value(TEXT[language])
    expect(organizer.page.get_by_role("link", name=said(language, "Continue with it"))).to_have_count(0)
    assert complaints == []


@in_both
def test_buttons_put_the_signs_of_markdown_and_the_preview_follows(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer, complaints = new_person(language, scripts=True), Complaints()
    complaints.hear(organizer.page)
    organizer.open(f"{at_the_desk(organizer, demonstration, language)}/edit/texts")
    page, field = organizer.page, organizer.page.locator(f"#description_{language}")
    bar = page.locator(f"[data-marks=description_{language}]")
    organizer.write(field, TEXT[language])
    field.evaluate("e => e.select()")
    organizer.hands.press(bar.get_by_role("button", name=said(language, "Bold")))
    expect(field).to_have_value(f"**{TEXT[language]}**")
    expect(field).to_be_focused()
    assert chosen_of(page, f"#description_{language}") == TEXT[language]

    organizer.write(field, "")
    organizer.hands.press(bar.get_by_role("button", name=said(language, "Link")))
    assert chosen_of(page, f"#description_{language}") == said(language, "words of the link")

    organizer.write(field, "one\ntwo")
    field.evaluate("e => e.select()")
    organizer.hands.press(bar.get_by_role("button", name=said(language, "List")))
    expect(field).to_have_value("- one\n- two")

    toggle = bar.locator("[data-mark=preview]")
    if toggle.is_visible():
        organizer.hands.press(toggle)
    expect(page.locator(".marks-preview:visible li").first).to_have_text("one")
    organizer.picture("preview")
    assert complaints == []


@once
@in_both
def test_more_rows_come_without_losing_the_place(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language, scripts=True)
    organizer.open(f"{at_the_desk(organizer, demonstration, language)}/programme")
    page = organizer.page
    page.evaluate("window.same = true")
    first = page.locator(f"#speakers-0-name_{language}")
    organizer.write(first, "Salma")
    before = page.locator("#rows-speakers > li").count()

    organizer.hands.press(page.locator("button[data-more=rows-speakers]"))

    expect(page.locator("#rows-speakers > li")).to_have_count(before + 3)
    expect(page.locator(f"#speakers-{before}-name_{language}")).to_be_focused()
    expect(first).to_have_value("Salma")
    assert page.evaluate("window.same")


@once
@in_both
def test_without_a_script_more_rows_open_at_the_first_new_field(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language)
    event = at_the_desk(organizer, demonstration, language)
    page = organizer.page
    for path, button, name in (
        (f"{event}/programme", "button[name=more][value=agenda]", "agenda-{}-title"),
        (f"{demonstration.url}/desk/venues/new", "button[name=more][value=rooms]", "rooms-{}-name"),
    ):
        organizer.open(path)
        before = page.locator("ol.rows").last.locator("> li").count()
        organizer.press(page.locator(button))
        field = page.locator(f"#{name.format(before)}_{language}")
        expect(field).to_be_focused()
        expect(field).to_be_in_viewport()
    assert organizer.page.locator("[data-marks]").count() == 0


@once
@in_both
def test_without_a_script_a_text_can_be_looked_at_before_it_is_saved(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language)
    event = at_the_desk(organizer, demonstration, language)
    organizer.open(f"{event}/edit/texts")
    page = organizer.page
    organizer.write(f"#description_{language}", TEXT[language])
    organizer.press(page.locator("button[name=preview][value=text]").first)

    expect(page.locator(f"#description_{language}-preview a")).to_have_attribute(
        "href", "https://www.example.org"
    )
    expect(page.locator(f"#description_{language}")).to_have_value(TEXT[language])
