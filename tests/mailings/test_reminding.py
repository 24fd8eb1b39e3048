"""Reminders: nobody is reminded twice, nor of what they have just been told, nor of what does not happen."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.actions import copying, editing, life
from events_app.events.models.event import Event
from events_app.events.models.where import earlier_mark
from events_app.mailings.actions import announcing, reminding
from events_app.mailings.models import Reminded, Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.registrations.actions import leaving
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

DAY = 1440


async def event_with(office: Office, *minutes: int, after: int = 0, **changes: Any) -> Event:
    event = await make.event(office.vault, **changes)
    facts = [ReminderFacts(each, False, {}) for each in minutes]
    facts += [ReminderFacts(after, True, {"en": "The slides are here.", "ar": "العرض هنا."})] if after else []
    await reminding.save_reminders(event.id, facts, act=office.at(make.NOW))
    return event


def before(event: Event, **ago: float) -> datetime:
    return event.starts_at - timedelta(**ago)


async def reminded(event: Event, office: Office) -> Sequence[str]:
    return [kind for kind in await make.kinds(event, office) if kind.startswith(("reminder", "follow_up"))]


async def test_a_reminder_leaves_once_when_it_is_due(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, 2, office=office)

    early = await reminding.remind(act=office.at(before(event, hours=25)))
    due = await reminding.remind(act=office.at(before(event, hours=24)))
    again = await reminding.remind(act=office.at(before(event, hours=23)))

    assert (early, due, again) == (0, 2, 0)
    assert sorted(await reminded(event, office)) == [
        "reminder guest1@example.org",
        "reminder guest2@example.org",
    ]


async def test_who_registers_inside_the_window_is_not_reminded(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office, now=before(event, hours=3))

    assert await reminding.remind(act=office.at(before(event, hours=2))) == 0


async def test_who_waits_or_has_cancelled_is_not_reminded(office: Office) -> None:
    event = await event_with(office, DAY, capacity_in_person=1)
    await make.registered(event, 1, 2, office=office)

    await reminding.remind(act=office.at(before(event, hours=24)))

    assert await reminded(event, office) == ["reminder guest1@example.org"]


async def test_a_cancelled_event_reminds_nobody(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office)
    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(make.NOW))

    assert await reminding.remind(act=office.at(before(event, hours=24))) == 0


async def test_an_event_that_moved_away_reminds_again_at_its_new_time(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office)
    await reminding.remind(act=office.at(before(event, hours=24)))
    moved = await make.change(
        event,
        office,
        starts_wall="2035-06-20T13:00",
        ends_wall="2035-06-20T14:30",
        now=before(event, hours=5),
    )
    await announcing.announce(event.id, act=office.at(before(event, hours=5)))

    old_time = await reminding.remind(act=office.at(before(event, hours=4)))
    new_time = await reminding.remind(act=office.at(before(moved, hours=24)))

    assert (old_time, new_time) == (0, 1)


async def test_an_event_that_moves_a_little_after_the_reminder_does_not_remind_again(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office)
    await reminding.remind(act=office.at(before(event, hours=24)))
    await make.change(event, office, starts_wall="2035-05-12T12:30", now=before(event, hours=5))
    await announcing.announce(event.id, act=office.at(before(event, hours=5)))

    assert await reminding.remind(act=office.at(before(event, hours=4))) == 0


async def test_a_reminder_that_is_added_late_is_not_sent(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    await reminding.save_reminders(
        event.id, [ReminderFacts(DAY, False, {})], act=office.at(before(event, hours=20))
    )

    assert await reminding.remind(act=office.at(before(event, hours=20))) == 0


async def test_a_reminder_that_is_hours_late_is_dropped(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office)

    assert await reminding.remind(act=office.at(before(event, hours=15))) == 0


async def test_the_letter_after_the_event_says_the_organizers_words_in_the_persons_language(
    office: Office,
) -> None:
    event = await event_with(office, after=120)
    await make.registered(event, 1, office=office)

    await reminding.remind(act=office.at(event.ends_at + timedelta(hours=2)))

    (post,) = [post for post in await make.posted(event, office) if post.kind == "follow_up"]
    assert "The slides are here." in post.draft.text
    assert post.draft.calendar is None


async def test_a_reminder_is_counted_in_real_hours_across_a_change_of_clocks(office: Office) -> None:
    event = await event_with(office, DAY, starts_wall="2035-03-25T13:00", ends_wall="2035-03-25T14:30")
    await make.registered(event, 1, office=office)

    early = await reminding.remind(act=office.at(event.starts_at - timedelta(hours=24, minutes=1)))
    due = await reminding.remind(act=office.at(event.starts_at - timedelta(hours=24)))

    assert (early, due) == (0, 1)


async def test_a_mended_typo_in_the_place_reminds_nobody_again(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office)
    await reminding.remind(act=office.at(before(event, hours=24)))
    await make.change(event, office, place={"en": "Library, Hotel Linden"}, now=before(event, hours=23))

    again = await reminding.remind(act=office.at(before(event, hours=23)))
    await announcing.announce(event.id, act=office.at(before(event, hours=23)))

    assert (again, await reminding.remind(act=office.at(before(event, hours=22)))) == (0, 0)


async def test_other_hours_of_a_reminder_are_another_reminder(office: Office) -> None:
    event = await event_with(office, DAY)
    await make.registered(event, 1, office=office)
    await reminding.remind(act=office.at(before(event, hours=24)))
    wanted = [ReminderFacts(60, False, {})]
    await reminding.save_reminders(event.id, wanted, act=office.at(before(event, hours=20)))

    assert await reminding.remind(act=office.at(before(event, hours=1))) == 1


async def test_a_reminder_sent_before_marks_were_moments_is_not_sent_again(office: Office) -> None:
    event = await event_with(office, DAY)
    first, _second = await make.registered(event, 1, 2, office=office)
    (reminder,) = await Reminder.filter(event_id=event.id)
    await Reminded.create(reminder_id=reminder.id, registration_id=first.id, told=earlier_mark(event))

    await reminding.remind(act=office.at(before(event, hours=24)))

    assert await reminded(event, office) == ["reminder guest2@example.org"]


async def test_a_hundred_and_one_are_reminded_once_each(office: Office) -> None:
    event = await event_with(office, DAY, capacity_in_person=None)
    await make.registered(event, *range(1, reminding.BATCH + 2), office=office)

    posted = await reminding.remind(act=office.at(before(event, hours=24)))

    assert (posted, len(set(await reminded(event, office)))) == (reminding.BATCH + 1,) * 2


@pytest.mark.parametrize("kind", ["reminder", "own_page"])
async def test_the_way_to_join_reaches_who_takes_part_online(office: Office, kind: str) -> None:
    event = await event_with(office, DAY, offers_online=True)
    await make.registered(event, 1, office=office, mode="online")
    await reminding.remind(act=office.at(before(event, hours=24)))

    (post,) = [post for post in await make.posted(event, office, own_pages=True) if post.kind == kind]

    for text in (post.draft.text, post.draft.html):
        assert f"{post.facts['own_url']}/join" in text


async def test_who_gets_a_place_online_after_the_reminder_gets_the_way_to_join_at_once_and_once(
    office: Office,
) -> None:
    event = await event_with(office, DAY, offers_online=True, capacity_online=1)
    first, second = await make.registered(event, 1, 2, office=office, mode="online")
    await leaving.cancel(first.id, act=office.at(before(event, hours=3)))

    assert await reminding.remind(act=office.at(before(event, hours=2))) == 0
    letters = [
        post.kind
        for post in await make.posted(event, office, own_pages=True)
        if post.letter.thread == second.id
    ]
    assert letters == ["waitlisted", "promoted", "own_page"]


async def test_a_new_event_reminds_a_day_and_an_hour_before_and_a_copy_as_its_original(
    office: Office,
) -> None:
    facts, act = make.facts(), office.at(make.NOW)
    new = await editing.create_event(facts, begin=reminding.remind_by_default, act=act)
    old = await make.draft(office.vault, slug="old")

    copies = [
        await copying.copy_event(each.id, follow=reminding.copy_reminders, act=act) for each in (new, old)
    ]

    reminds = [
        sorted([each.minutes for each in await Reminder.filter(event_id=event.id)])
        for event in (new, old, *copies)
    ]
    assert reminds == [[60, DAY], [], [60, DAY], []]


async def test_an_event_made_at_the_desk_reminds_its_people(house: make.House) -> None:
    await make.organization()
    desk = await house.desk()

    answer = await desk.post("/desk/events/new", **make.form(shows_places="exact"))

    event_id = answer.headers["location"].rpartition("/")[2]
    assert await Reminder.filter(event_id=event_id).count() == 2
