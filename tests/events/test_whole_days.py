"""Events that last whole days: no hours anywhere, dates in every calendar, and instants where instants decide."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.datastructures import FormData

from events_app.calendar.zones import whole_days, zone
from events_app.clock import are_whole_days
from events_app.events.forms.event import Choices, event_form
from events_app.events.models.event import Event
from events_app.events.rules import Opening, takes_time
from events_app.i18n import load_languages
from events_app.mailings.actions import announcing
from tests import make
from tests.publishing.schedule_rules import faults_of_json, faults_of_xml

pytestmark = pytest.mark.anyio
DAYS: dict[str, Any] = {
    "all_day": True,
    "starts_wall": "2035-05-12T00:00",
    "ends_wall": "2035-05-14T23:59",
}


def typed(**changes: Any) -> Any:
    load_languages(make.LANGUAGES)
    fields = make.form(all_day="y", starts_time="", ends_time="", shows_places="exact", **changes)
    return event_form(FormData(fields), choices=Choices([], []))


def test_whole_days_are_not_asked_for_hours() -> None:
    form = typed(ends_on="2035-05-14")

    assert form.validate(), form.errors
    assert (form.facts.starts_wall, form.facts.ends_wall) == ("2035-05-12T00:00", "2035-05-14T23:59")
    assert form.facts.all_day


def test_a_last_day_before_the_first_is_said_beside_it() -> None:
    form = typed(ends_on="2035-05-11")

    assert not form.validate()
    assert form.ends_on.errors == ["The last day is before the first."]


def test_a_day_without_a_midnight_begins_when_its_clocks_do() -> None:
    gap = datetime(2035, 3, 25, tzinfo=UTC).date()  # in Beirut clocks go from 00:00 to 01:00
    typed_there = typed(zone="Asia/Beirut", starts_on="2035-03-25")

    starts, ends = whole_days(gap, gap, "Asia/Beirut")

    assert typed_there.validate(), typed_there.errors
    assert (typed_there.facts.starts_wall, typed_there.facts.ends_wall) == (
        "2035-03-25T01:00", "2035-03-25T23:59",
    )  # fmt: skip
    assert (ends - starts).total_seconds() == (23 * 60 - 1) * 60


def test_a_day_whose_last_hour_comes_twice_ends_with_the_second() -> None:
    day = datetime(2035, 10, 27, tzinfo=UTC).date()  # in Beirut clocks go back from 00:00 to 23:00

    starts, ends = whole_days(day, day, "Asia/Beirut")

    assert (ends - starts).total_seconds() == (25 * 60 - 1) * 60


@pytest.mark.parametrize(
    ("chosen", "days", "busy"), [("", 1, True), ("", 3, False), ("yes", 3, True), ("no", 1, False)]
)
def test_several_days_never_block_a_calendar_unless_chosen(chosen: str, days: int, busy: bool) -> None:
    assert takes_time(chosen, all_day=True, days=days) is busy
    assert takes_time("", all_day=False, days=days)


async def test_an_invitation_to_whole_days_never_says_an_hour(house: make.House) -> None:
    event = await make.event(house.vault, **DAYS)
    await make.registered(event, 1, office=house.office)
    await make.registered(event, 2, office=house.office, language="ar")

    english, arabic = await make.posted(event, house.office)

    for post in (english, arabic):
        assert "DTSTART;VALUE=DATE:20350512\r\n" in post.calendar
        assert "DTEND;VALUE=DATE:20350515\r\n" in post.calendar
        assert "TRANSP:TRANSPARENT\r\n" in post.calendar
        assert "X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n" in post.calendar
        assert ":59" not in post.everything.replace(post.calendar, "")
        assert "00:00" not in post.draft.text
    assert "Saturday 12 May 2035 to Monday 14 May 2035" in english.draft.text


async def test_pages_and_files_of_whole_days_say_days(house: make.House) -> None:
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id, **DAYS)
    one = await make.event(
        house.vault, conference_id=conference.id, slug="one", **{**DAYS, "ends_wall": "2035-05-12T23:59"}
    )
    browser = await house.client()

    pages = [
        make.words_of(await browser.get(path))
        for path in ("/", "/conferences/forum", f"/events/{event.slug}", f"/events/{one.slug}")
    ]
    feeds = [
        (await browser.get(path)).text for path in ("/conferences/forum.ics", f"/events/{event.slug}.ics")
    ]

    assert [hour in page for page in pages for hour in ("23:59", "00:00")] == [False] * 8
    assert all("DTSTART;VALUE=DATE:20350512\r\nDTEND;VALUE=DATE:20350515\r\n" in feed for feed in feeds)
    assert "all day" in pages[1]


async def test_schedules_say_whole_days_sensibly(house: make.House) -> None:
    conference = await make.conference()
    await make.event(house.vault, conference_id=conference.id, **DAYS)
    browser = await house.client()

    in_json = await browser.get("/conferences/forum/schedule.json")
    in_xml = await browser.get("/conferences/forum/schedule.xml")

    day = in_json.json()["schedule"]["conference"]["days"][0]
    ((item,),) = day["rooms"].values()
    assert (faults_of_json(in_json.content), faults_of_xml(in_xml.content)) == ([], [])
    assert (day["date"], item["start"], item["duration"]) == ("2035-05-12", "00:00", "72:00")
    assert item["end"] == "2035-05-15T00:00:00+02:00"


async def test_registration_for_whole_days_is_open_until_the_last_minute(house: make.House) -> None:
    event = await make.event(house.vault, **DAYS)

    last = datetime(2035, 5, 14, 21, 58, tzinfo=UTC)

    assert [event.opening(each) for each in (last, last.replace(minute=59))] == [Opening.OPEN, Opening.PAST]


async def test_hours_that_become_days_are_told_like_any_change(house: make.House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)

    await make.change(event, house.office, **DAYS)
    await announcing.announce(event.id, act=house.office.at(make.NOW))

    letter = (await make.posted(event, house.office))[-1]
    assert ("DTSTART;VALUE=DATE:20350512" in letter.calendar, "SEQUENCE:1\r\n" in letter.calendar) == (
        True,
        True,
    )
    assert "13:00–14:30" in letter.draft.text
    assert (await Event.get(id=event.id)).all_day


def test_only_the_first_and_the_last_minute_make_whole_days() -> None:
    here = zone("Europe/Brussels")
    first, last = datetime(2035, 5, 12, tzinfo=here), datetime(2035, 5, 12, 23, 59, tzinfo=here)

    assert are_whole_days(first, last)
    assert not are_whole_days(first.replace(minute=1), last)
    assert not are_whole_days(first, last.replace(minute=58))
