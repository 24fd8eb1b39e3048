"""What goes in batches under an event's claim asks only of its own people whether they want no emails."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.imports.actions import batches, importing, running
from events_app.imports.rules import Choice
from events_app.mail.models import Letter
from events_app.mailings.actions import reminding, writing
from events_app.mailings.actions.audience import audience_of
from events_app.mailings.emails import Content, reveal_words
from events_app.mailings.rules import ReminderFacts
from events_app.optouts.actions import opt_out, opted_out_among
from tests import make
from tests.imports.test_actions import WRITES, bring, draft, lines
from tests.make import NOW
from tests.rows import RowsRead, needs_sqlite

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

WORDS = Content({"en": "News", "ar": "أخبار"}, {"en": "The room is open.", "ar": "القاعة مفتوحة."})
Step = Callable[[], Awaitable[object]]


async def a_mailing(event: Event, office: Office) -> Step:
    await make.registered(event, 1, 2, office=office)
    letter = await writing.save_draft(event.id, WORDS, act=office.at(NOW))
    audience = await audience_of(event.id, "", act=office.at(NOW))
    mark = writing.mark_of(audience, reveal_words(letter, act=office.at(NOW)))
    await writing.start(event.id, letter.id, mark=mark, act=office.at(NOW))
    return lambda: writing.post_batch(letter.id, act=office.at(NOW))


async def a_reminder(event: Event, office: Office) -> Step:
    await reminding.save_reminders(event.id, [ReminderFacts(1440, False, {})], act=office.at(NOW))
    await make.registered(event, 1, 2, office=office)
    return lambda: reminding.remind(act=office.at(event.starts_at - timedelta(hours=24)))


async def an_import(event: Event, office: Office) -> Step:
    batch = await importing.begin(await draft(event, office), lines(1, 2), wish=WRITES, act=office.at(NOW))
    return lambda: running.step(batch.id, act=office.at(NOW))


async def letters_later(event: Event, office: Office) -> Step:
    batch = await bring(event, lines(1, 2), office, Choice())
    await batches.send_letters(event.id, batch.id, act=office.at(NOW))
    return lambda: running.step(batch.id, act=office.at(NOW))


@needs_sqlite
@pytest.mark.parametrize("begun", [a_mailing, a_reminder, an_import, letters_later])
async def test_no_batch_ever_reads_whoever_else_opted_out(
    office: Office, begun: Callable[[Event, Office], Awaitable[Step]]
) -> None:
    read = []
    for others in (1, 30):
        event = await make.event(office.vault, slug=f"beside-{others}", capacity_in_person=None)
        step = await begun(event, office)
        for each in range(others):
            await opt_out(event, f"other{each}@example.org", act=office.at(NOW))
        await opt_out(event, "guest2@example.org", act=office.at(NOW))
        before = await Letter.all().count()
        with RowsRead() as counted:
            await step()
        read.append(counted.number)
        written_to = {post.to for post in (await make.posted(event, office, own_pages=True))[before:]}
        assert "guest2@example.org" not in written_to
        await Letter.all().delete()

    assert 0 < read[0] == read[1]


async def test_of_a_batch_exactly_those_are_out_who_asked_for_it(office: Office) -> None:
    event = await make.event(office.vault)
    host = (await event.hosts())[0].organization_id
    await opt_out(event, "one@example.org", act=office.at(NOW))
    await opt_out(event, "two@example.org", organization_id=host, act=office.at(NOW))
    addresses = ["one@example.org", "two@example.org", "three@example.org", ""]

    out = await opted_out_among(addresses, event, vault=office.vault)

    assert [each in out for each in addresses] == [True, True, False, False]
    assert "one@example.org" not in await opted_out_among([], event, vault=office.vault)
