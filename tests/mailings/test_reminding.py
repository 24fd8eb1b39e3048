"""Reminders: nobody is reminded twice, nor of what they have just been told, nor of what does not happen."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.mailings.actions import announcing, reminding
from events_app.mailings.rules import ReminderFacts
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
