"""The owner hears of what goes wrong on the site: once a day at most, and only who asked."""

from datetime import datetime, timedelta

import pytest

from events_app import clock
from events_app.acts import Office, Who
from events_app.health.actions.guarding import Guard, note
from events_app.mail.models import Letter
from events_app.notices import actions
from events_app.notices.models import NoticeChoice
from events_app.notices.rules import Choice
from events_app.notices.telling import tell_of_troubles
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def tell(office: Office, at: datetime) -> int:
    return await tell_of_troubles(guard=Guard(), act=office.at(at, Who.APP))


async def test_the_first_organizer_of_a_new_site_hears_once_a_day_at_most(office: Office) -> None:
    await make.organizer(office.vault)
    await actions.look(act=office.at(clock.now(), Who.APP))
    await note("disk", detail="1 MiB")
    now = clock.now()

    sent = [await tell(office, now + hours * HOUR) for hours in (0, 1, 30, 24 * 8)]

    assert sent == [1, 0, 0, 1], "the same again after a week"
    letter = await Letter.filter(kind="notices.trouble").first()
    assert letter is not None
    facts = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, make.COURIER)
    composed = make.composed("notices.trouble", facts)
    assert "The disk is nearly full" in composed.text
    assert "/desk/health" in composed.text


async def test_something_new_is_told_a_day_after_the_last_email(office: Office) -> None:
    await make.organizer(office.vault)
    await actions.look(act=office.at(clock.now(), Who.APP))
    await note("disk", detail="1 MiB")
    before = clock.now() - 2 * DAY
    await NoticeChoice.all().update(site_told_at=int(before.timestamp() * 1000))

    assert await tell(office, clock.now()) == 1


async def test_nobody_who_did_not_ask_is_written_to(office: Office) -> None:
    """Accounts of an older version, and everybody but the first."""
    first = await make.organizer(office.vault)
    await NoticeChoice.create(organizer_id=first.id, choice=Choice.UNASKED)
    await make.organizer(office.vault)
    await actions.look(act=office.at(clock.now(), Who.APP))
    await note("disk", detail="1 MiB")

    assert await tell(office, clock.now()) == 0
    await actions.choose_notices(
        first.id, Choice.NEVER, hears_of_site=True, language="ar", zone="UTC", act=office.at(clock.now())
    )
    assert await tell(office, clock.now()) == 1


async def test_a_job_that_failed_once_is_told_when_it_has_failed_for_an_hour(office: Office) -> None:
    await make.organizer(office.vault)
    await actions.look(act=office.at(clock.now(), Who.APP))
    await note("remind", detail="LookupError")

    assert await tell(office, clock.now()) == 0
    assert await tell(office, clock.now() + 2 * HOUR) == 1
