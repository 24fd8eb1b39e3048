"""Letters about no event end in emptiness too, so many days after they ended."""

from datetime import timedelta

import pytest

from events_app.clock import now
from events_app.mail import outbox
from events_app.mail.emptying import empty_without_event
from events_app.mail.models import Letter
from tests.mail.office import Office

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def letter(office: Office) -> Letter:
    facts = {"to_address": "organizer@example.org"}
    scope = str(office.event_id)
    letter_id = await outbox.post(
        "test.letter", vault=office.vault, scope=scope, about=outbox.About(), facts=facts, now=now()
    )
    return await Letter.get(id=letter_id)


async def test_a_letter_about_no_event_loses_its_words_when_its_days_are_over(office: Office) -> None:
    posted = await letter(office)
    await Letter.all().update(state="sent", due_at=None, sent_day=now().date() + DAY)

    assert await empty_without_event(now().date() + DAY) == 0
    assert await empty_without_event(now().date() + 2 * DAY) == 1
    assert await empty_without_event(now().date() + 2 * DAY) == 0
    gone = await Letter.get(id=posted.id)
    assert (gone.state, bytes(gone.facts), gone.words) == ("sent", b"", "gone")


async def test_a_letter_that_waits_or_was_posted_about_an_event_keeps_its_words(office: Office) -> None:
    await letter(office)
    await office.post()

    assert await empty_without_event(now().date() + 400 * DAY) == 0
