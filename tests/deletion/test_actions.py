"""Forgetting events: on their day and not before, whole even when killed, one failure beside the others."""

from datetime import date, timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.addresses import kept
from events_app.deletion import actions, telling
from events_app.deletion.rules import AFTER_THE_WAY_UP, NotOverYet
from events_app.events.models.event import Event
from events_app.events.rules import NOT_YET_TOLD, EventForgotten
from events_app.health.actions.guarding import Guard
from events_app.mail.models import Letter
from events_app.registrations.actions import leaving, registering
from events_app.registrations.models import HistoryLine, Registration
from events_app.vault import NoKey
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

DAY = timedelta(days=1)


async def past_its_day(office: Office, **changes: Any) -> Event:
    event = await make.event(office.vault, capacity_in_person=9, **changes)
    await make.registered(event, 1, 2, office=office)
    return event


async def test_an_event_is_forgotten_on_its_day_and_not_before(office: Office) -> None:
    event = await past_its_day(office)

    assert await actions.forget_due(act=office.at(event.ends_at + 29 * DAY)) == 0
    assert await actions.forget_due(act=office.at(event.ends_at + 30 * DAY)) == 1
    assert await actions.forget_due(act=office.at(event.ends_at + 31 * DAY)) == 0

    gone = await Event.get(id=event.id)
    assert (gone.forgotten_on, gone.is_emptied) == ((event.ends_at + 30 * DAY).date(), True)
    assert gone.counts is not None
    assert (gone.counts["people"], gone.counts["statuses"]) == (2, [["", 2]])
    assert [await table.all().count() for table in (Registration, Letter, HistoryLine)] == [0, 0, 0]
    with pytest.raises(NoKey):
        office.vault.blind_index(str(event.id), kept("a@example.org"))


@pytest.mark.parametrize("step", ["counts frozen", "keys destroyed", "half emptied"])
async def test_forgetting_that_was_killed_goes_on_where_it_stood(office: Office, step: str) -> None:
    event = await past_its_day(office)
    act = office.at(event.ends_at + 30 * DAY)
    await actions._freeze(event.id, act=act)
    if step != "counts frozen":
        office.vault.forget(str(event.id))
    if step == "half emptied":
        await Letter.all().delete()
        await Registration.filter(id=(await Registration.all())[0].id).delete()

    assert await actions.forget_due(act=act) == 1

    gone = await Event.get(id=event.id)
    assert gone.counts is not None
    assert (gone.counts["people"], gone.is_emptied) == (2, True)
    assert not await Registration.exists()


async def test_what_was_marked_and_not_counted_when_the_server_died_is_counted_after_all(
    office: Office,
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, 2, office=office)
    later = event.ends_at + timedelta(days=31)
    await Event.filter(id=event.id).update(forgotten_on=later.date())

    await actions.forget_due(act=office.at(later))

    left = await Event.get(id=event.id)
    assert left.counts is not None
    assert (left.counts["people"], left.is_emptied) == (2, True)


async def test_nobody_gets_in_once_forgetting_has_begun(office: Office) -> None:
    event = await past_its_day(office)
    row = (await Registration.all())[0]
    await actions._freeze(event.id, act=office.at(event.ends_at))

    with pytest.raises(EventForgotten):
        await registering.register(event.id, make.applicant(3), act=office.at(make.NOW))
    with pytest.raises(EventForgotten):
        await leaving.cancel(row.id, act=office.at(make.NOW))


async def test_one_event_that_cannot_be_forgotten_does_not_hold_up_the_others(office: Office) -> None:
    broken = await past_its_day(office)
    office.vault.forget(str(broken.id))  # its choice answers cannot be counted any more
    await make.question(broken)
    other = await past_its_day(office, slug="other")

    assert await actions.forget_due(act=office.at(other.ends_at + 30 * DAY)) == 1

    assert (await Event.get(id=other.id)).is_emptied


async def test_a_draft_that_holds_nobody_stays_as_it_is(office: Office) -> None:
    draft = await make.draft(office.vault)

    assert await actions.forget_due(act=office.at(draft.ends_at + 400 * DAY)) == 0
    office.vault.blind_index(str(draft.id), kept("a@example.org"))


async def test_an_event_to_which_nobody_came_is_forgotten_too(office: Office) -> None:
    event = await make.event(office.vault)

    assert await actions.forget_due(act=office.at(event.ends_at + 30 * DAY)) == 1


async def test_what_is_still_to_come_is_not_deleted_by_hand(office: Office) -> None:
    event = await past_its_day(office)

    with pytest.raises(NotOverYet):
        await actions.check_may_go(event.id, act=office.at(make.NOW))
    await actions.check_may_go(event.id, act=office.at(event.ends_at))


async def test_nothing_of_an_older_version_goes_by_starting(office: Office) -> None:
    """Its day is 30 days after the first look at the earliest, and it is shown for a week, whatever was off."""
    event = await past_its_day(office)
    await Event.all().update(deletion_not_before=NOT_YET_TOLD)
    first = event.ends_at + 400 * DAY

    assert await actions.forget_due(act=office.at(first)) == 0
    assert await actions.look(act=office.at(first)) == 0
    assert (await Event.get(id=event.id)).deletion_day == first.date() + AFTER_THE_WAY_UP
    assert await actions.look(act=office.at(first + 100 * DAY)) == 0
    assert await actions.look(act=office.at(first + 106 * DAY)) == 0
    assert await actions.look(act=office.at(first + 107 * DAY)) == 1


async def test_organizers_are_told_a_week_and_a_day_before_each_once(office: Office) -> None:
    event = await past_its_day(office)
    await make.organizer(office.vault)
    told: list[tuple[date, str]] = []
    for day in range(20, 31):
        moment = event.ends_at + day * DAY
        for _again in range(2):
            before = await Letter.filter(event_id=None).count()
            await telling.give_notices(guard=Guard(), act=office.at(moment))
            new = await Letter.filter(event_id=None).order_by("number").offset(before)
            told += [(moment.date(), letter.kind) for letter in new]

    assert told == [
        (date(2035, 6, 4), "deletion.week"),
        (date(2035, 6, 10), "deletion.day"),
    ]
    for letter in await Letter.filter(event_id=None):
        said = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, make.COURIER)
        words = make.composed(letter.kind, said)
        assert said["people"] == 2
        assert "Guest" not in words.text + words.html + words.subject
        assert f"/desk/events/{event.id}/data" in words.text
