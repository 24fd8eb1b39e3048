"""An event is copied to another day, and to six of which one lies outside its conference: that is said before."""

from datetime import date, timedelta

import pytest

from tests.journeys import acts
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.people import Person
from tests.journeys.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

TITLES = {"en": "Legal clinic: opening a file from abroad", "ar": "عيادة قانونية: فتح ملف من الخارج"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_event_comes_again_on_another_day_and_every_week(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language, width=PHONE)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    event_url = acts.open_event(organizer, demonstration, TITLES[language])
    again = day_of(organizer) + timedelta(weeks=1)
    lasts_until(organizer, demonstration, again + timedelta(weeks=4))

    organizer.open(event_url)
    organizer.follow("/copies")
    organizer.write("#starts_on", again.isoformat())
    organizer.picture("copy")
    organizer.send()
    assert organizer.page.url not in (event_url, f"{event_url}/copies")
    assert day_of(organizer) == again

    organizer.open(event_url)
    organizer.follow("/copies")
    organizer.write("#starts_on", (again + timedelta(days=1)).isoformat())
    organizer.choose('input[name="how"][value="weekly"]')
    organizer.write("#times", "6")
    organizer.send()
    organizer.picture("dates")
    boxes = organizer.page.locator('input[name="day"]')
    assert boxes.count() == 6
    assert organizer.page.locator(".about-date p").count() == 1
    assert organizer.page.locator(".about-date").last.locator("p").count() == 1

    organizer.tick(boxes.last, ticked=False)
    organizer.send()
    assert organizer.page.locator("main ul.to-do a").count() == 5
    organizer.picture("made")
    organizer.confirm("/undo")
    assert organizer.page.url == event_url
    assert organizer.sees("success")


def day_of(organizer: Person) -> date:
    """The day of the event whose overview is open."""
    said = organizer.page.locator("main .event-when time").first.get_attribute("datetime")
    return date.fromisoformat((said or "")[:10])


def lasts_until(organizer: Person, house: Served, day: date) -> None:
    """The conference lasts until that day and one more."""
    organizer.open(f"{house.url}/desk/conferences")
    organizer.press(organizer.page.locator("main ul a").first)
    organizer.write("#ends_on", (day + timedelta(days=1)).isoformat())
    organizer.send()
