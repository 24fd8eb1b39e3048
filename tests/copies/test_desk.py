"""Nothing is copied before its date is said, no series made before its dates were seen; all of it can be undone."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import httpx2
import pytest

from events_app.calendar.zones import instant
from events_app.errors import NoSuchPage
from events_app.events.actions import saving
from events_app.events.actions.copying import copy_events
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.panel import speakers_of
from events_app.events.rules import ProgrammeFacts, SpeakerFacts
from events_app.mailings.models import Reminder
from tests import make
from tests.make import Desk, House

pytestmark = pytest.mark.anyio

ONCE: Mapping[str, str] = {
    "title_en": "Round table", "title_ar": "طاولة مستديرة", "starts_on": "2035-06-19",
    "starts_time": "13:00", "ends_time": "14:30", "slug": "round-table-2", "how": "once",
}  # fmt: skip
WEEKLY = {**ONCE, "how": "weekly", "times": "6"}


async def asked(desk: Desk, event: Event, fields: Mapping[str, Any]) -> httpx2.Response:
    return await desk.post(f"/desk/events/{event.id}/copies", **fields)


async def copies_of(event: Event) -> list[Event]:
    return await Event.exclude(id=event.id).order_by("starts_at")


async def made(desk: Desk, event: Event, *days: str, **more: str) -> httpx2.Response:
    return await asked(desk, event, {**WEEKLY, **more, "day": list(days), "make": "yes"})


async def test_copying_asks_first_and_presets_what_it_can(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    page = await desk.get(f"/desk/events/{event.id}/copies")

    assert 'value="Round table"' in page.text
    assert 'value="13:00"' in page.text
    assert 'value="round-table-2"' in page.text
    assert "What never comes along: people" in page.text
    assert "online link comes along" not in page.text
    assert await copies_of(event) == []


async def test_a_copy_is_a_draft_on_its_own_day(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    answer = await asked(desk, event, ONCE)

    (copy,) = await copies_of(event)
    assert answer.headers["location"] == f"/desk/events/{copy.id}"
    assert (copy.status, copy.slug, copy.starts_wall) == ("draft", "round-table-2", "2035-06-19T13:00")
    assert copy.starts_at - event.starts_at == timedelta(days=38)
    assert [host.role for host in await hosts_of(copy.id)] == ["host"]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ({"title_en": "Second meeting"}, "second-meeting"),
        ({"slug": ""}, "round-table-2"),
        ({"slug": "my-own", "title_en": "Second meeting"}, "my-own"),
        ({"slug": "round-table"}, "round-table-2"),
    ],
)
async def test_an_address_never_says_an_old_title(house: House, typed: dict[str, str], slug: str) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    await asked(desk, event, {**ONCE, **typed})

    (copy,) = await copies_of(event)
    assert copy.slug == slug


async def test_the_address_of_an_unlisted_copy_is_never_guessed(house: House) -> None:
    event, desk = await make.event(house.vault, visibility="unlisted", slug="abcd"), await house.desk()

    await asked(desk, event, {**ONCE, "slug": ""})
    await made(desk, event, "2035-06-19", "2035-06-26")

    slugs = [each.slug for each in await copies_of(event)]
    assert len(set(slugs)) == 3
    assert all(len(slug) == 16 and "round" not in slug for slug in slugs)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_on": ""}, "Please choose the date."),
        ({"ends_time": "12:00"}, "It would end before it starts."),
        ({"title_en": "", "title_ar": ""}, "Please give the event a title"),
        ({"slug": "Not An Address"}, "Only small Latin letters"),
        ({"how": "weekly", "times": ""}, "Please write how many times."),
        ({"how": "weekly", "times": "61"}, "60"),
        ({"how": "days"}, "Please choose at least one day."),
        ({"how": "days", "weekdays": "1"}, "Please choose the last day."),
        ({"how": "days", "weekdays": "1", "until": "2035-06-01"}, "None of these days comes between"),
        ({"how": "days", "weekdays": "1", "until": "2038-06-01"}, "At most 60 dates"),
        ({"starts_on": "2035-03-25", "starts_time": "02:30"}, "there is no 02:30"),
        ({"starts_on": "2035-10-28", "starts_time": "02:30"}, "comes twice"),
    ],
)
async def test_what_makes_no_sense_is_said_beside_the_field_and_kept(
    house: House, typed: dict[str, str], sentence: str
) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    page = await asked(desk, event, {**ONCE, "title_en": "Kept as typed", **typed})

    assert page.status_code == 422
    assert sentence in make.words_of(page)
    assert "Kept as typed" in page.text or "title_en" in typed
    assert await copies_of(event) == []


async def test_deadlines_reminders_and_the_deletion_day_move_along(house: House) -> None:
    event = await make.event(
        house.vault,
        opens_at=instant(datetime.fromisoformat("2035-05-01T09:00"), make.ZONE),
        closes_at=instant(datetime.fromisoformat("2035-05-12T12:00"), make.ZONE),
        deletion_days=10,
    )
    await Reminder.create(event_id=event.id, minutes=90)
    desk = await house.desk()

    await asked(desk, event, {**ONCE, "starts_time": "15:00", "ends_time": "16:30"})

    (copy,) = await copies_of(event)
    assert event.opens_at
    assert event.closes_at
    assert copy.opens_at == event.opens_at + timedelta(days=38)
    assert copy.closes_at == event.closes_at + timedelta(days=38, hours=2)
    assert copy.deletion_day == date(2035, 6, 29)
    assert [each.minutes for each in await Reminder.filter(event_id=copy.id)] == [90]


async def test_a_series_is_never_made_before_its_dates_were_seen(house: House) -> None:
    conference = await make.conference(starts_on=date(2035, 5, 1), ends_on=date(2035, 7, 20))
    event = await make.event(house.vault, conference_id=conference.id)
    await make.event(house.vault, slug="other", title={"en": "Other"}, starts_wall="2035-06-26T14:00",
                     ends_wall="2035-06-26T15:00")  # fmt: skip
    desk = await house.desk()

    page = await asked(desk, event, WEEKLY)
    words = make.words_of(page)

    assert page.status_code == 200
    assert "6 dates (13:00–14:30, Brussels time). Nothing is created yet." in words
    assert words.count("It is outside the days of Brussels Forum") == 1
    assert words.count("Something else is in this room at the same time:") == 1
    assert await Event.all().count() == 2


async def test_each_of_a_series_is_an_event_of_its_own(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    speaks = ProgrammeFacts([], [SpeakerFacts({"en": "Rima"}, {}, "speaker", confirmed=True)], [])
    await saving.save_programme(event.id, speaks, revision=event.revision, act=house.office.at(make.NOW))

    answer = await made(desk, event, "2035-06-19", "2035-06-26", "2035-07-10")

    copies = await copies_of(event)
    assert [each.slug for each in copies] == [
        "round-table-2035-06-19", "round-table-2035-06-26", "round-table-2035-07-10",
    ]  # fmt: skip
    assert {each.status for each in copies} == {"draft"}
    assert [(await speakers_of(each.id))[0].confirmed for each in copies] == [False] * 3
    page = await desk.get(answer.headers["location"])
    assert "3 events were created" in page.text


async def test_a_date_that_was_not_listed_is_never_made(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    page = await made(desk, event, "2035-06-20")

    assert page.status_code == 422
    assert "Please select at least one date." in page.text
    assert await copies_of(event) == []


async def test_an_hour_that_comes_twice_is_asked_for_each_date(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    said = {"starts_on": "2035-10-21", "starts_time": "02:30", "ends_time": "04:00", "times": "2"}

    refused = await made(desk, event, "2035-10-21", "2035-10-28", **said)
    assert refused.status_code == 422
    assert "One of the dates needs an answer below." in refused.text
    assert await copies_of(event) == []

    await made(desk, event, "2035-10-21", "2035-10-28", **said, **{"fold.2035-10-28.starts": "1"})
    assert [each.starts_fold for each in await copies_of(event)] == [0, 1]


async def test_a_series_is_made_whole_or_not_at_all(house: House) -> None:
    event, copied = await make.event(house.vault), []

    async def fails_at_the_third(original_id: uuid.UUID, copy_id: uuid.UUID) -> None:
        copied.append(copy_id)
        if len(copied) == 3:
            raise NoSuchPage()

    wanted = {uuid.uuid4(): None for _number in range(6)}
    with pytest.raises(NoSuchPage):
        await copy_events(event.id, wanted, follow=fails_at_the_third, act=house.office.at(make.NOW))

    assert len(copied) == 3
    assert await copies_of(event) == []


async def test_undo_never_takes_what_somebody_has_touched(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    where = (await made(desk, event, "2035-06-19", "2035-06-26", "2035-07-03")).headers["location"]
    saved, reminded, _left = await copies_of(event)
    await make.change(saved, house.office, title={"en": "Changed"})
    await Reminder.create(event_id=reminded.id, minutes=5)

    answer = await desk.post(f"{where}/undo")

    assert "Undone: 1 draft is deleted." in (await desk.get(answer.headers["location"])).text
    assert [each.id for each in await copies_of(event)] == [saved.id, reminded.id]
    assert str(saved.id) in house.vault.scopes()
    assert (await desk.get(where)).status_code == 200


async def test_what_was_undone_is_gone_with_its_keys(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    where = (await made(desk, event, "2035-06-19", "2035-06-26")).headers["location"]
    ids = {str(each.id) for each in await copies_of(event)}

    await desk.post(f"{where}/undo")

    assert await copies_of(event) == []
    assert not ids & house.vault.scopes()
    assert (await desk.get(where)).status_code == 404


async def test_the_week_begins_as_the_language_has_it(house: House) -> None:
    event = await make.event(house.vault)
    first = {}
    for language in make.LANGUAGES:
        desk = await house.desk(**{"accept-language": language})
        page = (await desk.get(f"/desk/events/{event.id}/copies")).text
        first[language] = page.split('name="weekdays" value="')[1][0]

    assert first == {"en": "0", "ar": "5"}
