"""An event in a minute: how much it takes from Home to published, counted, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys import acts
from tests.journeys.acts import Account
from tests.journeys.conftest import PHONE, NewPerson
from tests.journeys.hands import CountingPointer
from tests.journeys.people import Person
from tests.journeys.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

MOST_FIELDS, MOST_CLICKS = 5, 6
RIMA = Account("Rima", "rima@example.org", "seven quiet lamps by the door")
ORGANIZATION = {"en": "The Cedar Archive", "ar": "أرشيف الأرز"}
DAY = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"

counted = pytest.mark.parametrize("hands", [CountingPointer], ids=["counting"], indirect=True)


def at_home(organizer: Person, house: Served) -> CountingPointer:
    """At the desk's Home, with one organization and nothing else; from here on it is counted."""
    acts.make_account(organizer, house.first_link(), RIMA)
    acts.make_organization(organizer, ORGANIZATION, "#7a1f2b")
    hands = organizer.hands
    assert isinstance(hands, CountingPointer)
    hands.clicks, hands.fields = 0, []
    return hands


@counted
def test_an_event_is_published_with_five_fields_and_six_clicks_at_most(
    empty_house: Served, new_person: NewPerson
) -> None:
    """The zone is the browser's own."""
    organizer = new_person("en", scripts=True)
    hands = at_home(organizer, empty_house)

    organizer.follow("/desk/events/new")
    assert organizer.page.input_value("#zone") == "Damascus"
    assert "From this device." in organizer.page.inner_text("#zone-help")
    organizer.fill(
        {"title_en": "Reading circle", "starts_on": DAY, "starts_time": "1 pm", "ends_time": "2:30pm"}
    )
    organizer.fill({"place_en": "Library, Hotel Linden"})
    organizer.picture("short")
    organizer.send()
    organizer.picture("overview")
    organizer.confirm("/publication")
    organizer.picture("published")

    assert organizer.sees("success")
    starts, ends = organizer.moments()
    assert (f"{starts:%Y-%m-%d %H:%M}", f"{ends:%H:%M}") == (f"{DAY} 10:00", "11:30")
    assert (hands.fields, hands.clicks) == (
        ["title_en", "starts_on", "starts_time", "ends_time", "place_en"], 4,
    )  # fmt: skip
    assert len(hands.fields) <= MOST_FIELDS
    assert hands.clicks <= MOST_CLICKS


@counted
def test_in_arabic_the_hours_are_written_as_people_say_them(
    empty_house: Served, new_person: NewPerson
) -> None:
    """On a phone, without script: so the zone is written, as a city, and is shown back with the hours when something
    else is wrong."""
    organizer = new_person("ar", width=PHONE)
    hands = at_home(organizer, empty_house)

    organizer.follow("/desk/events/new")
    organizer.fill(
        {"title_ar": "حلقة قراءة", "starts_time": "١ ظهرًا", "ends_time": "٢:٣٠ ظهرًا", "zone": "بيروت"}
    )
    organizer.send(status=422)
    organizer.picture("no-day")
    shown = [
        organizer.page.input_value(f"#{name}") for name in ("starts_time", "ends_time", "zone", "title_ar")
    ]
    assert shown == ["13:00", "14:30", "بيروت", "حلقة قراءة"]
    organizer.fill({"starts_on": DAY, "place_ar": "مكتبة الأرز، بيروت"})
    organizer.send()
    organizer.confirm("/publication")

    assert organizer.sees("success")
    assert "13:00" in organizer.page.inner_text("main .event-when")
    assert len(set(hands.fields)) == MOST_FIELDS + 1
    assert hands.clicks <= MOST_CLICKS
