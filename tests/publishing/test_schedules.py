"""Schedules for conference apps: they hold against the published schemas, and their ids and days last."""

import uuid
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from events_app.directory.models import Room, Venue
from events_app.events.actions import copying, saving
from events_app.events.models.event import Event
from events_app.events.models.panel import Speaker, speakers_of
from events_app.events.rules import ProgrammeFacts, SpeakerFacts
from events_app.publishing.feeds.schedules import number_of, numbers_of
from tests import make
from tests.publishing.schedule_rules import faults_of_json, faults_of_xml

pytestmark = pytest.mark.anyio
RIMA = {"name": {"en": "Rima Haddad"}, "about": {"en": "Director, Cedar Archive"}}


async def files(house: make.House, slug: str = "forum", **headers: str) -> tuple[bytes, bytes]:
    browser = await house.client(**headers)
    read = [await browser.get(f"/conferences/{slug}/schedule.{kind}") for kind in ("json", "xml")]
    return read[0].content, read[1].content


async def said(house: make.House, slug: str = "forum") -> dict[str, Any]:
    browser = await house.client()
    schedule = (await browser.get(f"/conferences/{slug}/schedule.json")).json()["schedule"]
    found: dict[str, Any] = schedule["conference"]
    return found


def items_of(conference: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each event by the address of its page."""
    listed = [item for day in conference["days"] for room in day["rooms"].values() for item in room]
    return {item["url"].rpartition("/")[2]: item for item in listed}


async def speak(event: Event, house: make.House, *speakers: SpeakerFacts) -> list[Speaker]:
    fresh = await Event.get(id=event.id)
    facts = ProgrammeFacts([], speakers, [])
    await saving.save_programme(event.id, facts, revision=fresh.revision, act=house.office.at(make.NOW))
    return await speakers_of(event.id)


def speaker(row: str = "", *, confirmed: bool = True, **texts: Any) -> SpeakerFacts:
    told = {**RIMA, **texts}
    return SpeakerFacts(told["name"], told["about"], "speaker", confirmed=confirmed, row=row)


@pytest.mark.parametrize("slug", ["un", "brussels-viii-2026", "forum"])
async def test_no_conference_breaks_the_published_schemas(house: make.House, slug: str) -> None:
    conference = await make.conference(slug)
    venues = [await Venue.create(name={"en": name}, zone=make.ZONE) for name in ("Linden", "Palace")]
    rooms = [await Room.create(venue_id=each.id, name={"en": "Hall 1", "ar": "القاعة ١"}) for each in venues]
    for number, room in enumerate(rooms):
        await make.event(
            house.vault, conference_id=conference.id, slug=f"in-{number}", room_id=room.id, place={}
        )
    first = await make.event(house.vault, conference_id=conference.id, slug="ab", title={"ar": "الأرشيف؟"})
    await make.event(
        house.vault,
        conference_id=conference.id,
        slug="exhibition",
        ends_wall="2035-06-09T18:00",
        languages=[],
    )
    await speak(first, house, speaker(), speaker(name={"ar": "سلمى"}, about={}))

    for language in ("en", "ar"):
        in_json, in_xml = await files(house, slug, **{"accept-language": language})
        assert (faults_of_json(in_json), faults_of_xml(in_xml)) == ([], [])


async def test_an_empty_programme_breaks_no_schema(house: make.House) -> None:
    await make.conference()

    in_json, in_xml = await files(house)

    assert (faults_of_json(in_json), faults_of_xml(in_xml)) == ([], [])
    assert [day.get("index") for day in ET.fromstring(in_xml).iter("day")] == ["1", "2"]


async def test_a_hundred_hours_are_four_days_and_four_hours_in_pentabarfs_form(house: make.House) -> None:
    conference = await make.conference()
    await make.event(house.vault, conference_id=conference.id, ends_wall="2035-05-16T17:00")

    in_json, in_xml = await files(house)

    assert [each.findtext("duration") for each in ET.fromstring(in_xml).iter("event")] == ["4:04:00"]
    assert b'"duration": "100:00"' in in_json


async def test_no_two_events_of_a_programme_have_one_number() -> None:
    like = uuid.UUID("12345671234567000000000000000000")
    events = [
        Event(id=like, created_at=datetime(2035, 1, day, tzinfo=UTC), slug=f"event-{day}") for day in (1, 2)
    ]
    events[1].id = uuid.UUID(hex=like.hex[:31] + "1")

    numbers = numbers_of(list(reversed(events)))

    assert numbers[like] == number_of(like) == 0x1234567
    assert len({*numbers.values()} - {0}) == 2


async def test_two_rooms_of_one_name_are_never_one_room(house: make.House) -> None:
    conference = await make.conference()
    for number, name in enumerate(("Linden", "Palace")):
        venue = await Venue.create(name={"en": name}, city="Brussels", zone=make.ZONE)
        room = await Room.create(venue_id=venue.id, name={"en": "Hall 1"})
        await make.event(
            house.vault, conference_id=conference.id, slug=f"in-{number}", room_id=room.id, place={}
        )

    conference_said = await said(house)

    assert [each["name"] for each in conference_said["rooms"]] == [
        "Hall 1, Linden, Brussels", "Hall 1, Palace, Brussels",
    ]  # fmt: skip
    assert len(conference_said["days"][0]["rooms"]) == 2


async def test_a_room_keeps_its_id_in_every_language(house: make.House) -> None:
    conference = await make.conference()
    await make.event(house.vault, conference_id=conference.id)

    in_english, in_arabic = [
        faults
        for language in ("en", "ar")
        for faults in [(await files(house, **{"accept-language": language}))[1]]
    ]

    rooms = [next(ET.fromstring(raw).iter("room")) for raw in (in_english, in_arabic)]
    assert [room.get("name") for room in rooms] == ["Library", "المكتبة"]
    assert rooms[0].get("guid") == rooms[1].get("guid")


async def test_a_speaker_keeps_their_id_when_the_programme_is_saved(house: make.House) -> None:
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id)
    (row,) = await speak(event, house, speaker())
    before = items_of(await said(house))[event.slug]["persons"]

    first, again = await speak(
        event, house, speaker(name={"en": "Salma"}), speaker(str(row.id), name={"en": "Dr. Rima Haddad"})
    )
    after = items_of(await said(house))[event.slug]["persons"]

    assert (again.id, again.person_id) == (row.id, row.person_id)
    assert first.person_id != row.person_id
    assert [each["id"] for each in after][1:] == [each["id"] for each in before]
    assert [each["guid"] for each in after][1:] == [str(row.person_id)]


async def test_one_name_and_function_is_one_person_in_a_conference_and_a_name_alone_is_not(
    house: make.House,
) -> None:
    conference = await make.conference()
    first, second, alone = [
        await make.event(house.vault, conference_id=conference.id, slug=slug)
        for slug in ("first", "second", "alone")
    ]
    elsewhere = await make.event(house.vault, slug="elsewhere")
    (known,) = await speak(first, house, speaker())

    (same,) = await speak(second, house, speaker(name={"en": "RIMA HADDAD", "ar": "ريما حداد"}))
    (namesake,) = await speak(alone, house, speaker(about={}))
    (other,) = await speak(elsewhere, house, speaker())

    assert same.person_id == known.person_id
    assert len({known.person_id, namesake.person_id, other.person_id}) == 3


async def test_a_copy_of_an_event_has_the_same_persons(house: make.House) -> None:
    event = await make.event(house.vault)
    (known,) = await speak(event, house, speaker())

    async def follow(original_id: uuid.UUID, copy_id: uuid.UUID) -> None: ...

    copy = await copying.copy_event(event.id, act=house.office.at(make.NOW), follow=follow)

    assert [each.person_id for each in await speakers_of(copy.id)] == [known.person_id]


async def test_who_is_not_confirmed_is_named_in_no_schedule(house: make.House) -> None:
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id)
    await speak(event, house, speaker(), speaker(name={"en": "Salma Perhaps"}, confirmed=False))

    in_json, in_xml = await files(house)

    assert [b"Rima Haddad" in raw for raw in (in_json, in_xml)] == [True, True]
    assert [b"Perhaps" in raw for raw in (in_json, in_xml)] == [False, False]


async def test_an_empty_first_day_shifts_no_number(house: make.House) -> None:
    conference = await make.conference(starts_on=date(2035, 5, 10))
    await make.event(house.vault, conference_id=conference.id)

    days = (await said(house))["days"]

    assert [(day["index"], day["date"], len(day["rooms"])) for day in days] == [
        (1, "2035-05-10", 0), (2, "2035-05-11", 0), (3, "2035-05-12", 1), (4, "2035-05-13", 0),
    ]  # fmt: skip


async def test_a_night_belongs_to_the_day_it_began_on(house: make.House) -> None:
    conference = await make.conference()
    walls = {
        "late": ("2035-05-13T03:59", "2035-05-13T05:00"),
        "early": ("2035-05-13T04:00", "2035-05-13T05:00"),
    }
    for slug, (starts, ends) in walls.items():
        await make.event(
            house.vault, conference_id=conference.id, slug=slug, starts_wall=starts, ends_wall=ends
        )

    days = (await said(house))["days"]

    assert [
        (day["date"], [item["slug"].rpartition("-")[2] for room in day["rooms"].values() for item in room])
        for day in days
    ] == [("2035-05-12", ["late"]), ("2035-05-13", ["early"])]


async def test_an_event_of_another_zone_stands_on_the_conferences_own_clock(house: make.House) -> None:
    conference = await make.conference()
    await make.event(
        house.vault,
        conference_id=conference.id,
        zone="America/New_York",
        starts_wall="2035-05-12T23:00",
        ends_wall="2035-05-13T00:30",
    )

    conference_said = await said(house)
    item = items_of(conference_said)["round-table"]

    assert (item["date"], item["start"]) == ("2035-05-13T05:00:00+02:00", "05:00")
    assert [len(day["rooms"]) for day in conference_said["days"]] == [0, 1]


async def test_an_exhibition_of_four_weeks_does_not_make_its_first_day_last_so_long(
    house: make.House,
) -> None:
    conference = await make.conference()
    await make.event(house.vault, conference_id=conference.id, ends_wall="2035-06-09T18:00")

    conference_said = await said(house)

    assert conference_said["days"][0]["day_end"] == "2035-05-13T04:00:00+02:00"
    assert items_of(conference_said)["round-table"]["end"] == "2035-06-09T18:00:00+02:00"


async def test_the_language_of_an_event_is_never_the_readers(house: make.House) -> None:
    conference = await make.conference()
    for slug, spoken in (("french", ["fr", "en"]), ("unsaid", [])):
        await make.event(house.vault, conference_id=conference.id, slug=slug, languages=spoken)

    items = items_of(await said(house))

    assert [items[slug]["language"] for slug in ("french", "unsaid")] == ["fr", None]
