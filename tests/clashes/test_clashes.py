"""What clashes is said at saving and never refused, whatever the hours, the zones and the number of events."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from events_app.clashes import rules
from events_app.clashes.reading import clashes_in, clashes_of, doubtful_among
from events_app.clashes.rules import Booked, Kind, Wanted
from events_app.directory.models import Room, Venue
from events_app.events.actions import life, saving
from events_app.events.models.event import Event
from events_app.events.rules import HostFacts, ProgrammeFacts
from tests import make
from tests.mail.test_plans import Said, passed_by
from tests.rows import needs_sqlite

pytestmark = pytest.mark.anyio

NOON = datetime(2035, 5, 12, 12, tzinfo=UTC)


async def hall(seats: int | None = 40) -> Room:
    venue = await Venue.create(name={"en": "Linden"}, zone=make.ZONE)
    return await Room.create(venue_id=venue.id, name={"en": "Hall"}, seats=seats)


def booked(number: int, hours: float, lasts: float = 1, *rooms: str, **more: Any) -> Booked:
    starts = NOON + timedelta(hours=hours)
    wants = [Wanted(Kind.ROOM, {"en": room}, frozenset({room})) for room in rooms]
    said: dict[str, Any] = {"zone": "UTC", "all_day": False, "wants": wants, **more}
    return Booked(uuid.UUID(int=number), {"en": f"{number}"}, starts, starts + timedelta(hours=lasts), **said)


async def kinds_of(event: Event) -> list[str]:
    return [each.kind for each in await clashes_of(event.id, now=make.NOW)]


def test_one_sweep_never_misses_a_pair_nor_invents_one() -> None:
    events = [booked(n, (n * 7) % 23, 1 + n % 5, f"room {n % 4}", f"room {n % 3}") for n in range(60)]
    ids = {each.id for each in events}

    swept = {frozenset({one.id, other.id}) for one, other in rules.pairs(events, ids)}

    slowly = {
        frozenset({one.id, other.id}) for one in events for other in events if [*rules.between(one, other)]
    }
    assert swept == slowly
    assert rules.marked(events) == set().union(*slowly)


def test_a_hundred_in_one_room_cost_one_look_each() -> None:
    events = [booked(n, 0, 2, "hall") for n in range(3000)]

    assert len(rules.marked(events)) == 3000


def test_one_that_ends_when_the_other_begins_is_never_in_its_way() -> None:
    assert not [*rules.between(booked(1, 0, 1, "hall"), booked(2, 1, 1, "hall"))]


async def test_hours_of_two_zones_are_never_compared_as_they_are_written(house: make.House) -> None:
    first = await make.event(house.vault)
    same: dict[str, Any] = {
        "starts_wall": "2035-05-12T07:00",
        "ends_wall": "2035-05-12T08:00",
        "zone": "America/New_York",
    }
    same_hours: dict[str, Any] = {
        "starts_wall": make.STARTS,
        "ends_wall": make.ENDS,
        "zone": "America/New_York",
    }
    await make.event(house.vault, slug="later", title={"en": "Later"}, **same_hours)
    assert "room" not in await kinds_of(first)

    await make.event(house.vault, slug="same", title={"en": "Same"}, **same)
    (room,) = [each for each in await clashes_of(first.id, now=make.NOW) if each.kind == "room"]
    assert [title for title, _address in room.others] == ["Same"]


async def test_whole_days_and_a_night_are_never_passed_over(house: make.House) -> None:
    days: dict[str, Any] = {
        "starts_wall": "2035-05-11T00:00",
        "ends_wall": "2035-05-13T23:59",
        "all_day": True,
    }
    night: dict[str, Any] = {"starts_wall": "2035-05-13T23:00", "ends_wall": "2035-05-14T02:00"}
    first = await make.event(house.vault, **days)
    second = await make.event(house.vault, slug="night", **night)
    third = await make.event(
        house.vault, slug="dawn", starts_wall="2035-05-14T01:00", ends_wall="2035-05-14T03:00"
    )

    assert "room" in await kinds_of(first)
    (room,) = [each for each in await clashes_of(second.id, now=make.NOW) if each.kind == "room"]
    assert len(room.others) == 2
    assert "room" in await kinds_of(third)


async def test_a_draft_counts_and_what_was_called_off_never(house: make.House) -> None:
    first = await make.event(house.vault)
    draft = await make.draft(house.vault, slug="draft")
    assert await kinds_of(first) == ["room"]
    assert await kinds_of(draft) == ["room"]

    await life.cancel_event(first.id, follow=make.follower(house.office), act=house.office.at(make.NOW))

    assert await kinds_of(draft) == []
    assert await kinds_of(first) == []


async def test_two_drafts_without_a_place_are_never_in_one_room(house: make.House) -> None:
    first = await make.draft(house.vault, place={})
    await make.draft(house.vault, slug="second", place={})

    assert await kinds_of(first) == []


async def test_a_host_at_two_events_is_said_and_marks_no_list(house: make.House) -> None:
    first = await make.event(house.vault, place={"en": "Here"})
    second = await make.event(house.vault, slug="second", place={"en": "There"}, title={"en": "Second"})

    (said,) = await clashes_of(first.id, now=make.NOW)

    assert said.line.startswith("Cedar Archive hosts something else at the same time:")
    assert await doubtful_among([first, second], now=make.NOW) == set()


async def test_who_only_supports_two_events_is_never_in_two_places(house: make.House) -> None:
    first = await make.event(house.vault, place={"en": "Here"})
    second = await make.event(house.vault, slug="second", place={"en": "There"})
    supporter = await make.organization("Supporter")
    for event in (first, second):
        fresh = await Event.get(id=event.id)
        facts = ProgrammeFacts([HostFacts(str(supporter.id), "supporter")], [], [])
        act = house.office.at(make.NOW)
        await saving.save_programme(event.id, facts, revision=fresh.revision, act=act)

    assert await kinds_of(first) == []


async def test_what_clashes_is_never_saved_without_a_word_nor_refused(house: make.House) -> None:
    room = await hall()
    first = await make.event(house.vault, room_id=room.id, place={})
    await make.event(house.vault, slug="second", room_id=room.id, place={}, title={"en": "Second"})
    desk = await house.desk()

    for section, typed in (
        ("texts", {"title_en": "Round table"}),
        ("rules", {"visibility": "public", "shows_places": "exact"}),
    ):
        answer = await saved(desk, first, section, **typed)
        after = await desk.get(answer.headers["location"])
        assert answer.status_code == 303
        assert "Saved. Please check: Something else is in this room at the same time:" in after.text
        assert "notice-warning" in after.text


async def saved(desk: make.Desk, event: Event, section: str, **typed: str) -> Any:
    """The answer to an organizer who opened that section and saves it."""
    path = f"/desk/events/{event.id}/edit/{section}"
    seen = (await desk.get(path)).text.split('name="seen" value="')[1].split('"')[0]
    fresh = await Event.get(id=event.id)
    return await desk.post(path, **{**typed, "revision": str(fresh.revision), "seen": seen})


async def test_a_list_marks_what_is_doubtful_and_nothing_else(house: make.House) -> None:
    await make.event(house.vault, title={"en": "First"})
    await make.draft(house.vault, slug="second", title={"en": "Second"})
    await make.event(house.vault, slug="third", place={"en": "Elsewhere"}, title={"en": "Third"})
    desk = await house.desk()

    page = await desk.get("/desk/events")
    rows = page.text.split("<tr>")

    names = ("First", "Second", "Third")
    marked = [name for name in names for row in rows if name in row and "To check" in row]
    assert marked == ["First", "Second"]


async def test_the_page_of_a_conference_names_each_clash_once(house: make.House) -> None:
    conference = await make.conference(starts_on=date(2035, 5, 12))
    await make.event(house.vault, conference_id=conference.id, title={"en": "Mapping"})
    await make.event(house.vault, slug="outside", title={"en": "Outside of it"})
    desk = await house.desk()

    page = await desk.get(f"/desk/conferences/{conference.id}")

    assert page.text.count("Something else is in this room at the same time:") == 1
    assert "Outside of it" in page.text
    assert await clashes_in(uuid.uuid4(), now=make.NOW) == []


async def test_three_hundred_events_cost_as_many_questions_as_one(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.event(house.vault, slug="second")
    asked, path = [], f"/desk/events/{event.id}/edit/texts"
    for more in (0, 300):
        await many_like(event, more)
        seen = (await desk.get(path)).text.split('name="seen" value="')[1].split('"')[0]
        revision = str((await Event.get(id=event.id)).revision)
        with make.Statements() as statements:
            await desk.post(path, title_en="Round table", revision=revision, seen=seen)
        asked.append(statements.number)

    (room, _host) = await clashes_of(event.id, now=make.NOW)
    assert len(room.others) == 301
    assert asked[0] == asked[1]


async def many_like(event: Event, number: int) -> None:
    columns = {name: getattr(event, name) for name in event._meta.db_fields - {"id", "slug"}}
    await Event.bulk_create([Event(id=uuid.uuid4(), slug=f"other-{n}", **columns) for n in range(number)])


@needs_sqlite
async def test_what_clashes_is_never_looked_for_through_whole_tables(house: make.House) -> None:
    event = await make.event(house.vault)

    with Said() as said:
        await clashes_of(event.id, now=make.NOW)
        await doubtful_among([event], now=make.NOW)

    assert passed_by(house, said, "event", "speaker", "event_host") == set()
