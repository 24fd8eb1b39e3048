"""Answers are deleted when their days are over, and nothing else is."""

from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.deletion import answers as deletion
from events_app.events.models.event import Event
from events_app.questions.actions import asking
from events_app.questions.models import Question
from events_app.questions.rules import QuestionFacts
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

DAY = timedelta(days=1)


async def question(event: Event, keep_days: int) -> Question:
    return await asking.add_question(
        event.id, QuestionFacts("text", {"en": f"{keep_days} days"}, keep_days=keep_days)
    )


async def answers(registration: Registration, office: Office) -> dict[str, Any]:
    fresh = await Registration.get(id=registration.id)
    return dict(reveal_person(fresh, vault=office.vault, reader=make.COURIER).answers)


async def test_answers_go_when_their_days_are_over_and_not_before(office: Office) -> None:
    event = await make.event(office.vault)
    short, long = await question(event, 7), await question(event, 30)
    said = {str(short.id): "a", str(long.id): "b"}
    first, second = await make.registered(event, 1, 2, office=office, answers=said)

    assert await deletion.forget_answers(act=office.at(event.ends_at + 7 * DAY - timedelta(seconds=1))) == 0
    assert await answers(first, office) == said
    assert await deletion.forget_answers(act=office.at(event.ends_at + 7 * DAY)) == 1
    for registration in (first, second):
        assert await answers(registration, office) == {str(long.id): "b"}
    assert await deletion.forget_answers(act=office.at(event.ends_at + 8 * DAY)) == 0
    assert await deletion.forget_answers(act=office.at(event.ends_at + 31 * DAY)) == 1
    assert await answers(first, office) == {}
    person = reveal_person(await Registration.get(id=first.id), vault=office.vault, reader=make.COURIER)
    assert person.address == "guest1@example.org"


async def test_long_lists_are_forgotten_page_by_page(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=9)
    asked = await question(event, 1)
    rows = await make.registered(event, 1, 2, 3, 4, 5, office=office, answers={str(asked.id): "a"})

    await deletion.forget_answers(act=office.at(event.ends_at + 2 * DAY), page_rows=2)

    assert [await answers(row, office) for row in rows] == [{}] * 5


async def test_an_event_that_was_moved_on_is_looked_at_anew(office: Office) -> None:
    event = await make.event(office.vault)
    asked = await question(event, 1)
    await deletion.forget_answers(act=office.at(event.ends_at + 2 * DAY))
    later = event.ends_at + 100 * DAY
    await Event.filter(id=event.id).update(starts_at=event.starts_at + 100 * DAY, ends_at=later)
    (row,) = await make.registered(event, 1, office=office, answers={str(asked.id): "a"})

    assert await deletion.forget_answers(act=office.at(later)) == 0
    assert await deletion.forget_answers(act=office.at(later + 2 * DAY)) == 1
    assert await answers(row, office) == {}
