"""Told is what was said: what somebody holds is frozen in their language and for their way of taking part."""

from typing import Any

import pytest

from events_app.acts import Office
from events_app.adopting import adopt
from events_app.directory.models import Room, Venue
from events_app.events.models.event import Event
from events_app.events.models.where import Telling, earlier_mark
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing
from events_app.mailings.desk.changes import differences_of
from events_app.registrations.actions import deciding
from events_app.registrations.models import Registration
from events_app.registrations.told import sequence_of
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def venue() -> Venue:
    return await Venue.create(
        name={"en": "Hotel Linden", "ar": "فندق ليندن"},
        address={"en": "Rue Belliard 10", "ar": "شارع بيليار ١٠"},
        city="Brussels",
        zone=make.ZONE,
    )


async def room(of: Venue, name: str) -> Room:
    return await Room.create(venue_id=of.id, name={"en": name})


async def event_in(somewhere: Room, office: Office, **changes: Any) -> Event:
    return await make.event(office.vault, place={}, room_id=somewhere.id, **changes)


async def announced(event: Event, office: Office) -> list[tuple[str, str]]:
    """Everybody is told; the letters of it: what, and to whom."""
    last = max((post.letter.number for post in await make.posted(event, office)), default=0)
    await announcing.announce(event.id, act=office.at(make.NOW))
    return [(post.kind, post.to) for post in await make.posted(event, office) if post.letter.number > last]


async def test_a_corrected_arabic_place_asks_nobody_who_reads_english(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.registered(event, 2, office=office, language="ar")

    await make.change(event, office, place={**event.place, "ar": "القاعة الكبرى، فندق ليندن، بروكسل"})

    assert await announced(event, office) == [("changed", "guest2@example.org")]
    english = await make.row_of(event, "guest1@example.org", office=office)
    arabic = await make.row_of(event, "guest2@example.org", office=office)
    assert (english.answer, english.sequence) == ("ACCEPTED", 0)
    assert (arabic.answer, arabic.sequence) == ("NEEDS-ACTION", 1)
    assert "المكان السابق: المكتبة، فندق ليندن، بروكسل" in (await make.posted(event, office))[-1].draft.text


async def test_only_readers_of_arabic_see_that_an_arabic_place_has_moved(house: make.House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office, language="ar")
    await make.change(event, house.office, place={**event.place, "ar": "القاعة الكبرى"})
    await announcing.announce(event.id, act=house.office.at(make.NOW))
    visitor = await house.client()

    english, arabic = [(await visitor.get(f"/events/{event.slug}?lang={code}")).text for code in ("en", "ar")]

    assert "This event has moved" not in english
    assert "تغيّر موعد هذه الفعالية أو مكانها" in arabic


async def test_another_room_concerns_nobody_online_and_is_never_called_no_change(office: Office) -> None:
    house = await venue()
    small, large = await room(house, "Room 2"), await room(house, "Great hall")
    event = await event_in(small, office, offers_online=True)
    await make.registered(event, 1, office=office)
    await make.registered(event, 2, office=office, mode="online")

    await make.change(event, office, room_id=large.id)

    assert await announced(event, office) == [("corrected", "guest1@example.org")]
    said = (await make.posted(event, office))[-1].draft.text
    assert "Another room in the same building. The time stays as it was." in said
    assert "Place before: Room 2, Hotel Linden, Rue Belliard 10, Brussels" in said
    assert "the place stay" not in said


async def test_a_room_of_another_building_is_a_new_place_with_the_old_one_beside_it(office: Office) -> None:
    here, there = await venue(), await Venue.create(name={"en": "City Hall"}, zone=make.ZONE)
    event = await event_in(await room(here, "Room 2"), office)
    await make.registered(event, 1, office=office)

    changed = await make.change(event, office, room_id=(await room(there, "Room 9")).id)

    (difference,) = differences_of((await announcing.concerned_by(await Event.find(changed.id))).groups)
    assert (difference.what, difference.before, difference.now) == (
        "place",
        "Room 2, Hotel Linden, Rue Belliard 10, Brussels",
        "Room 9, City Hall",
    )
    assert await announced(event, office) == [("changed", "guest1@example.org")]
    assert "Place before: Room 2, Hotel Linden" in (await make.posted(event, office))[-1].draft.text


async def test_a_time_that_nobody_was_told_is_never_what_was_before(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    for hour in ("10:00", "11:00"):
        await make.change(event, office, starts_wall=f"2035-05-12T{hour}")
        await announcing.announce(event.id, act=office.at(make.NOW))

    *_, superseded, letter = await make.posted(event, office)

    assert superseded.letter.state == "superseded"
    assert "Before: Saturday 12 May 2035, 13:00–14:30" in letter.draft.text
    assert "10:00" not in letter.draft.text
    assert "SEQUENCE:2\r\n" in letter.calendar


async def test_a_time_that_a_letter_brought_is_what_was_before(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    for hour in ("10:00", "11:00"):
        await Letter.filter(event_id=event.id).update(state="sent")
        await make.change(event, office, starts_wall=f"2035-05-12T{hour}")
        await announcing.announce(event.id, act=office.at(make.NOW))

    letter = (await make.posted(event, office))[-1]

    assert "Before: Saturday 12 May 2035, 10:00–14:30" in letter.draft.text


@pytest.mark.parametrize("state", ["queued", "kept", "refused"])
async def test_nobody_hears_of_a_change_that_was_taken_back_before_its_letter_left(
    office: Office, state: str
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    for starts in ("2035-05-12T10:00", make.STARTS):
        await Letter.filter(kind="mailings.changed").update(state=state)
        await make.change(event, office, starts_wall=starts)
        await announcing.announce(event.id, act=office.at(make.NOW))

    posts = await make.posted(event, office)

    assert [(post.kind, post.letter.state) for post in posts] == [
        ("confirmed", "queued"),
        ("changed", "superseded"),
    ]
    assert await make.how_many_hold_an_old_time(event.id) == 0


async def test_a_time_whose_letter_the_server_put_off_is_never_what_was_before(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    for hour in ("10:00", "11:00"):
        await Letter.filter(event_id=event.id).update(state="queued", attempts=3)
        await make.change(event, office, starts_wall=f"2035-05-12T{hour}")
        await announcing.announce(event.id, act=office.at(make.NOW))

    *_, put_off, letter = await make.posted(event, office)

    assert put_off.letter.state == "superseded"
    assert "Before: Saturday 12 May 2035, 13:00–14:30" in letter.draft.text


async def test_whoever_learned_a_time_by_another_letter_hears_that_it_was_taken_back(office: Office) -> None:
    """Their letter about the change never left, but the one that gave them a place named the new time."""
    event = await make.event(office.vault, needs_approval=True)
    (row,) = await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T10:00")
    await announcing.announce(event.id, act=office.at(make.NOW))
    await deciding.approve(row.id, act=office.at(make.NOW))

    await make.change(event, office, starts_wall=make.STARTS)
    await announcing.announce(event.id, act=office.at(make.NOW))

    letter = (await make.posted(event, office))[-1]
    assert letter.kind == "changed"
    assert "Before: Saturday 12 May 2035, 10:00–14:30" in letter.draft.text
    assert "SEQUENCE:1\r\n" in letter.calendar


async def test_a_letter_that_perhaps_left_counts_as_heard(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T10:00")
    await announcing.announce(event.id, act=office.at(make.NOW))
    await Letter.filter(event_id=event.id).update(state="queued", attempts=1, doubts=1)

    await make.change(event, office, starts_wall=make.STARTS)
    await announcing.announce(event.id, act=office.at(make.NOW))

    assert "Before: Saturday 12 May 2035, 10:00–14:30" in (await make.posted(event, office))[-1].draft.text


async def test_whoever_waits_is_never_told_of_an_invitation_that_is_not_there(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, 1, office=office)
    await make.registered(event, 2, office=office)
    await make.change(event, office, starts_wall="2035-05-12T10:00")
    await announcing.announce(event.id, act=office.at(make.NOW))

    invited, waiting = (await make.posted(event, office))[-2:]

    assert [(post.to, bool(post.calendar)) for post in (invited, waiting)] == [
        ("guest1@example.org", True),
        ("guest2@example.org", False),
    ]
    assert "The invitation in this email" in invited.draft.text
    assert "invitation" not in waiting.draft.text


@pytest.mark.parametrize("asks", [True, False])
async def test_nobody_is_told_that_their_calendar_asks_again_when_it_does_not(
    office: Office, asks: bool
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T10:00")

    await announcing.announce(event.id, asks_again=asks, act=office.at(make.NOW))

    assert ("may ask you again" in (await make.posted(event, office))[-1].draft.text) is asks


async def test_what_the_organizer_was_not_shown_is_told_to_nobody(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, office=house.office)
    await make.change(event, house.office, starts_wall="2035-05-12T10:00")
    changes = f"/desk/events/{event.id}/changes"
    shown = (await desk.get(changes)).text.partition('name="seen" value="')[2].partition('"')[0]

    await make.change(event, house.office, starts_wall="2035-05-12T11:00")
    refused = await desk.post(changes, seen=shown)
    before = await make.kinds(event, house.office)
    again = refused.text.partition('name="seen" value="')[2].partition('"')[0]
    told = await desk.post(changes, seen=again)

    assert (refused.status_code, before) == (409, ["confirmed guest1@example.org"])
    assert "nobody was notified yet" in make.words_of(refused)
    assert (told.status_code, (await make.kinds(event, house.office))[1:]) == (
        303,
        ["changed guest1@example.org"],
    )


async def test_no_entry_says_a_new_time_under_an_old_sequence(office: Office) -> None:
    """Thunderbird would move the entry silently (RFC 5546, 2.1.4)."""
    event = await make.event(office.vault, needs_approval=True, sends_holds=True, capacity_in_person=0)
    (row,) = await make.registered(event, 1, office=office)
    changed = await make.change(event, office, starts_wall="2035-05-12T10:00")

    await deciding.approve(row.id, act=office.at(make.NOW))

    letter = (await make.posted(event, office))[-1]
    assert (letter.kind, "T100000\r\n" in letter.calendar, "SEQUENCE:1\r\n" in letter.calendar) == (
        "waitlisted",
        True,
        True,
    )
    await announcing.announce(event.id, act=office.at(make.NOW))
    assert "SEQUENCE:1\r\n" in (await make.posted(event, office))[-1].calendar
    assert await make.how_many_hold_an_old_time(changed.id) == 0


async def test_a_sequence_never_falls_when_a_time_is_taken_back(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.registered(event, 2, office=office, language="ar")
    seen = []
    for place in ("قاعة أخرى", event.place["ar"]):
        changed = await make.change(event, office, place={**event.place, "ar": place})
        seen.append(await sequence_of(await make.row_of(event, "guest2@example.org", office=office), changed))
    await make.change(event, office, starts_wall="2035-05-12T10:00")

    await announcing.announce(event.id, act=office.at(make.NOW))

    english, arabic = [await make.row_of(event, f"guest{n}@example.org", office=office) for n in (1, 2)]
    assert (seen, english.sequence, arabic.sequence) == ([1, 2], 1, 3)


async def test_another_way_of_taking_part_is_news_for_nobody_who_has_a_place(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    changed = await make.change(event, office, offers_online=True)

    assert await make.how_many_hold_an_old_time(changed.id) == 0
    assert await announced(event, office) == []


async def test_who_changes_the_language_holds_what_its_readers_were_told(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await Registration.filter(id=row.id).update(language="ar")

    assert await make.how_many_hold_an_old_time(event.id) == 0


async def as_an_older_version(event: Event, *, told: str) -> None:
    """Their rows as version 0006 wrote them, with a mark of what they were told."""
    await Event.filter(id=event.id).update(telling=0)
    await Registration.filter(event_id=event.id).update(telling=1, told=told)
    await Telling.all().delete()


async def test_nobody_holds_an_old_place_by_the_upgrade(office: Office) -> None:
    event = await event_in(await room(await venue(), "Room 2"), office)
    await make.registered(event, 1, 2, office=office)
    await as_an_older_version(event, told=earlier_mark(event))

    for _again in range(2):
        await adopt()

    assert await make.how_many_hold_an_old_time(event.id) == 0
    assert await announced(event, office) == []


async def test_who_held_an_old_time_before_the_upgrade_still_does_and_reads_it(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    published = {**event.announced, "told": earlier_mark(event), "starts_at": event.starts_at.isoformat()}
    changed = await make.change(event, office, starts_wall="2035-05-12T10:00")
    await Event.filter(id=event.id).update(announced=published)
    await as_an_older_version(changed, told=earlier_mark(event))

    await adopt()

    assert await make.how_many_hold_an_old_time(event.id) == 1
    assert await announced(event, office) == [("changed", "guest1@example.org")]
    assert "Before: Saturday 12 May 2035, 13:00–14:30" in (await make.posted(event, office))[-1].draft.text


async def test_an_old_time_that_nothing_names_any_more_is_told_without_a_before(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await as_an_older_version(event, told="0123456789abcdef")

    await adopt()

    assert await announced(event, office) == [("changed", "guest1@example.org")]
    assert "Before" not in (await make.posted(event, office))[-1].draft.text
