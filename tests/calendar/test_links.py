"""Links that copy one event, or subscribe to a feed."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from events_app.calendar import links
from events_app.calendar.entry import Entry
from events_app.calendar.zones import TimeDoesNotExist
from tests.calendar.samples import BERLIN, at, entry

pytestmark = pytest.mark.engine_free


def asked(link: str) -> dict[str, str]:
    """The fields of a link."""
    return {name: value for name, (value,) in parse_qs(urlsplit(link).query, strict_parsing=True).items()}


def test_google_is_given_wall_time_and_zone() -> None:
    link = links.google(entry())
    assert link.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    assert asked(link) == {
        "action": "TEMPLATE",
        "text": "Defenders at risk, and what helps; a talk",
        "dates": "20270330T180000/20270330T193000",
        "ctz": "Europe/Berlin",
        "details": "https://events.example.org/events/defenders\n\n"
        "First line.\nSecond line, with a comma; and more \\ than that.",
        "location": "Room 5, House of Trees, Example Street 1, Berlin, Germany",
    }


def test_google_is_given_utc_for_an_hour_that_comes_twice() -> None:
    link = links.google(
        entry(starts=at(BERLIN, 2027, 10, 31, 2, 30, fold=1), ends=at(BERLIN, 2027, 10, 31, 4))
    )
    assert asked(link)["dates"] == "20271031T013000Z/20271031T030000Z"
    assert "ctz" not in asked(link)


@pytest.mark.parametrize(
    ("link", "start"),
    [
        (links.outlook(entry()), "https://outlook.live.com/calendar/0/deeplink/compose?"),
        (links.office(entry()), "https://outlook.office.com/calendar/0/deeplink/compose?"),
    ],
)
def test_outlook_is_given_utc_with_a_z(link: str, start: str) -> None:
    assert link.startswith(start)
    assert asked(link) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "startdt": "2027-03-30T16:00:00Z",
        "enddt": "2027-03-30T17:30:00Z",
        "subject": "Defenders at risk, and what helps; a talk",
        "body": "https://events.example.org/events/defenders\n\n"
        "First line.\nSecond line, with a comma; and more \\ than that.",
        "location": "Room 5, House of Trees, Example Street 1, Berlin, Germany",
    }


@pytest.mark.parametrize("make", [links.google, links.outlook, links.office])
def test_spaces_are_never_written_as_plus(make: Callable[[Entry], str]) -> None:
    assert "+" not in make(entry(summary="a b + c"))
    assert "a%20b%20%2B%20c" in make(entry(summary="a b + c"))


@pytest.mark.parametrize("make", [links.google, links.outlook, links.office])
def test_a_long_arabic_text_leaves_a_link_that_programs_do_not_cut(make: Callable[[Entry], str]) -> None:
    link = make(entry(language="ar", description="مدافعون عن حقوق الإنسان. " * 300))
    assert link.isascii()
    assert len(link) < 2000
    assert "https%3A%2F%2Fevents.example.org%2Fevents%2Fdefenders" in link


def test_a_time_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TimeDoesNotExist):
        links.google(entry(starts=at(BERLIN, 2027, 3, 28, 2, 30), ends=at(BERLIN, 2027, 3, 28, 5)))


def test_whole_days_are_given_as_days() -> None:
    told = entry(starts=at(BERLIN, 2027, 3, 28), ends=at(BERLIN, 2027, 3, 30, 23, 59), all_day=True)

    google, outlook = asked(links.google(told)), asked(links.outlook(told))

    assert (google["dates"], "ctz" in google) == ("20270328/20270331", False)
    assert [outlook[name] for name in ("allday", "startdt", "enddt")] == ["true", "2027-03-28", "2027-03-31"]
