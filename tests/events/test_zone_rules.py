"""When the rules of a time zone change, the wall time stays, the instant follows, and people can be told."""

from datetime import timedelta

import pytest

from events_app.acts import Office
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.mailings.actions import announcing
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def announced_under_older_rules(office: Office) -> Event:
    """An event whose people were told an instant an hour away from what its wall time means today."""
    event = await make.event(office.vault)
    hour = timedelta(hours=1)
    await Event.filter(id=event.id).update(starts_at=event.starts_at + hour, ends_at=event.ends_at + hour)
    await make.registered(event, 1, office=office)
    return event


async def follow(office: Office) -> list[str]:
    """As the caretaker does."""
    found = await life.moved_by_zone_rules(make.NOW)
    return [await life.follow_zone_rules(each, act=office.at(make.NOW)) for each in found]


async def test_the_wall_time_stays_and_the_instant_follows(office: Office) -> None:
    event = await announced_under_older_rules(office)

    moved = await follow(office)

    now = await Event.get(id=event.id)
    assert moved == [event.slug]
    assert (now.starts_wall, now.starts_at, now.sequence) == (event.starts_wall, event.starts_at, 1)


async def test_whoever_was_told_the_old_instant_can_be_told_the_new_one_once(office: Office) -> None:
    event = await announced_under_older_rules(office)
    await follow(office)

    changed = await Event.get(id=event.id)
    behind = await make.how_many_hold_an_old_time(changed.id)
    told = [await announcing.announce(event.id, act=office.at(make.NOW)) for _ in range(2)]

    assert (behind, told) == (1, [1, 0])


async def test_rules_that_stay_move_nothing_and_write_nothing(office: Office) -> None:
    event = await make.event(office.vault)

    assert await follow(office) == []
    assert (await Event.get(id=event.id)).revision == event.revision
