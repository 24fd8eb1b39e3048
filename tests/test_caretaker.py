"""The caretaker: whatever it does about one thing keeps it from nothing else, and what failed is tried again."""

from datetime import datetime, timedelta

import pytest
import time_machine

from events_app import clock
from events_app.acts import Act, Office
from events_app.caretaker import Caretaker, Job
from events_app.database import data_version
from events_app.deletion.answers import forget_answers
from events_app.events.models.event import Event
from events_app.health.actions.guarding import Guard
from events_app.health.models import Trouble
from events_app.mailings.actions import reminding
from events_app.mailings.models import Mailing
from events_app.mailings.rules import ReminderFacts
from events_app.questions.models import Question
from events_app.registrations.actions.deciding import due_now
from events_app.registrations.models import Registration
from tests import make
from tests.databases import ENGINE
from tests.mailings.test_writing import draft, start

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

DAY = 1440


class Ticking:
    """A monotonic clock that goes on when it is told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def counted(name: str, *, every: float = 0.0, fails: int = 0) -> tuple[Job, list[datetime]]:
    """A job that notes when it was done, and fails the first times."""
    done: list[datetime] = []

    async def do(act: Act, guard: Guard) -> int:
        done.append(act.now)
        if len(done) <= fails:
            raise LookupError("canary@example.org")
        return 1

    return Job(name, every, do), done


async def with_reminder(office: Office, *people: int) -> Event:
    event = await make.event(office.vault)
    await reminding.save_reminders(event.id, [ReminderFacts(DAY, False, {})], act=office.at(make.NOW))
    await make.registered(event, *people, office=office)
    return event


async def spoil(event: Event, who: int, *, office: Office) -> Registration:
    """The sealed person is changed outside the app."""
    row = await make.row_of(event, f"guest{who}@example.org", office=office)
    row.person = bytes(row.person[:-1]) + bytes([row.person[-1] ^ 1])
    await row.save(update_fields=["person"])
    return row


def at_reminding(event: Event) -> datetime:
    return event.starts_at - timedelta(minutes=DAY)


async def reminded(event: Event, office: Office) -> list[str]:
    return sorted(kind for kind in await make.kinds(event, office) if kind.startswith("reminder"))


async def test_a_job_that_fails_keeps_no_other_and_is_shown_until_it_goes_again(office: Office) -> None:
    failing, tries = counted("remind", fails=2)
    other, done = counted("drafts")
    monotonic = Ticking()
    caretaker = Caretaker(office, jobs=(failing, other), guard=Guard(pauses=(10, 60), monotonic=monotonic))

    await caretaker.look()
    shown = await Trouble.get()
    await caretaker.look()
    assert (len(tries), len(done)) == (1, 2), "it is left alone for a while"
    for seconds in (10, 60):
        monotonic.seconds += seconds
        await caretaker.look()

    assert (shown.job, shown.subject, shown.detail) == ("remind", "", "LookupError")
    assert (len(tries), len(done)) == (3, 4)
    assert not await Trouble.exists()


async def test_what_another_process_left_in_trouble_is_over_when_it_goes_well_here(office: Office) -> None:
    failing, _ = counted("remind", fails=1)
    await Caretaker(office, jobs=(failing,)).look()
    assert await Trouble.exists()

    await Caretaker(office, jobs=(counted("remind")[0],)).look()

    assert not await Trouble.exists()


async def test_a_daily_job_that_failed_is_tried_again_today(office: Office) -> None:
    daily, tries = counted("forget", every=86_400, fails=1)
    monotonic = Ticking()
    caretaker = Caretaker(office, jobs=(daily,), guard=Guard(pauses=(10,), monotonic=monotonic))

    for seconds in (0, 10, 10):
        monotonic.seconds += seconds
        await caretaker.look()

    assert len(tries) == 2


@pytest.mark.parametrize("jump", [timedelta(hours=-2), timedelta(hours=2)])
async def test_a_clock_that_is_set_puts_no_job_off(office: Office, jump: timedelta) -> None:
    job, done = counted("notices", every=300)
    caretaker = Caretaker(office, jobs=(job,))

    await caretaker.look()
    await caretaker.look()
    with time_machine.travel(clock.now() + jump, tick=False):
        await caretaker.look()

    assert len(done) == 2


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL's version also changes with time")
async def test_an_idle_look_writes_nothing(office: Office) -> None:
    await Caretaker(office).look()
    before = await data_version()

    await Caretaker(office).look()

    assert await data_version() == before


async def test_an_event_whose_key_is_gone_keeps_no_other_from_being_reminded(office: Office) -> None:
    lost, other = await with_reminder(office, 1), await with_reminder(office, 2)
    office.vault.forget(str(lost.id))
    guard = Guard()

    await reminding.remind(guard=guard, act=office.at(at_reminding(other)))

    assert await reminded(other, office) == ["reminder guest2@example.org"]
    (trouble,) = await Trouble.all()
    assert (trouble.job, trouble.event_id, trouble.detail) == ("remind", lost.id, "NoKey")


async def test_somebody_who_cannot_be_opened_keeps_no_other_from_being_reminded(office: Office) -> None:
    event = await with_reminder(office, 1, 2, 3)
    spoilt = await spoil(event, 2, office=office)

    await reminding.remind(act=office.at(at_reminding(event)))

    assert await reminded(event, office) == ["reminder guest1@example.org", "reminder guest3@example.org"]
    (trouble,) = await Trouble.all()
    assert (trouble.job, trouble.subject, trouble.event_id) == ("row", str(spoilt.id), event.id)


async def test_somebody_who_cannot_be_opened_never_keeps_a_letter_to_many_from_ending(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=None)
    await make.registered(event, 1, 2, 3, office=office)
    letter = await draft(event, office)
    await start(event, letter, office)
    await spoil(event, 2, office=office)

    await Caretaker(office).look()

    assert (await Mailing.get(id=letter.id)).state == "sent"
    posted = [post.to for post in await make.posted(event, office) if post.kind == "mailing"]
    assert sorted(posted) == ["guest1@example.org", "guest3@example.org"]


async def test_who_can_be_opened_again_is_not_set_aside_any_more(office: Office) -> None:
    event = await with_reminder(office, 1, 2)
    whole = await make.row_of(event, "guest1@example.org", office=office)
    spoilt = await spoil(event, 1, office=office)
    await spoil(event, 2, office=office)
    await reminding.remind(act=office.at(at_reminding(event)))
    assert await Trouble.all().count() == 2

    await Registration.filter(id=spoilt.id).update(person=whole.person)
    await Caretaker(office).look()

    assert await Trouble.all().count() == 1


async def test_a_hundred_that_cannot_lapse_never_keep_the_one_behind_them(office: Office) -> None:
    event = await make.event(office.vault, confirms_address=True, capacity_in_person=None)
    await make.registered(event, 1, 2, 3, 4, office=office)
    for who in (1, 2, 3):
        await spoil(event, who, office=office)
    behind = await make.row_of(event, "guest4@example.org", office=office)
    later = make.NOW + timedelta(days=2)
    for number, row in enumerate(await Registration.filter(event_id=event.id).order_by("arrival")):
        await Registration.filter(id=row.id).update(due_at=1 + number)
    looked: set[object] = set()

    while due := await due_now(later, most=1, but=list(looked)):  # type: ignore[arg-type]
        looked |= set(due)
    await Caretaker(office).look()

    assert len(looked) == 4
    assert (await Registration.get(id=behind.id)).live is None


async def test_somebody_who_cannot_be_opened_keeps_no_other_answers_from_being_forgotten(
    office: Office,
) -> None:
    event = await make.event(office.vault)
    question = await make.question(event, "text", keep_days=1)
    await make.registered(event, 1, 2, office=office)
    await spoil(event, 1, office=office)
    after = office.at(event.ends_at + timedelta(days=2))

    await forget_answers(act=after)

    assert (await Question.get(id=question.id)).forgotten_on is None, "it is looked at again"
    assert await Trouble.filter(job="row").count() == 1
