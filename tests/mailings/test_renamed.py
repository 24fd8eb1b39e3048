"""Letters that were queued under the name of the room that they had before: they leave, and are found, as ever."""

import asyncio
import re
from typing import Any

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.mail import outbox
from events_app.mail.courier import Courier
from events_app.mail.models import Letter
from events_app.mail.rules import RENAMED, ever_called
from events_app.mailings.actions import announcing
from events_app.settings.sections import Mail
from events_app.work import COMPOSERS
from tests import make
from tests.mail.office import QUICK
from tests.translation.test_pages import KINDS, facts_of_a_letter

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def queued(office: Office, kind: str, facts: dict[str, Any], about: outbox.About) -> Letter:
    """A letter as an older version left it in the outbox."""
    letter_id = await outbox.post(
        kind, vault=office.vault, scope=str(about.event_id), about=about, facts=facts, now=clock.now()
    )
    return await Letter.get(id=letter_id)


async def test_no_letter_queued_under_an_old_rooms_name_is_withheld(office: Office) -> None:
    facts = await facts_of_a_letter(office)
    about = outbox.About(event_id=(await Event.get()).id)
    for kind in RENAMED:
        await queued(office, kind, facts, about)

    await carried_out(office)

    rows = await Letter.filter(kind__in=list(RENAMED)).values_list("kind", "state", "last_error")
    assert sorted(rows) == sorted((kind, "kept", "") for kind in RENAMED)


async def carried_out(office: Office) -> None:
    """Let the house's courier write everything out; without a mail server it keeps the letters."""
    courier = Courier(Mail(), office.vault, COMPOSERS, reader=make.COURIER, pace=QUICK)
    work = asyncio.create_task(courier.run())
    async with asyncio.timeout(30):
        while await Letter.filter(kind__in=list(RENAMED), state="queued").exists():  # noqa: ASYNC110 - it happens in the database
            await asyncio.sleep(0.01)
    await courier.stop()
    await work


@pytest.mark.parametrize("old", RENAMED)
async def test_a_letter_by_its_old_name_says_what_it_says_by_its_new_one(office: Office, old: str) -> None:
    facts = await facts_of_a_letter(office)

    assert make.composed(old, facts) == make.composed(RENAMED[old], facts)


async def test_every_old_name_leads_to_a_letter_and_no_letter_goes_by_it() -> None:
    assert set(RENAMED.values()) <= set(KINDS)
    assert set(RENAMED).isdisjoint(KINDS)
    assert ever_called("mailings.changed") == ["mailings.changed", "registrations.changed"]


async def test_an_old_change_that_never_left_does_not_follow_the_new_one(office: Office) -> None:
    """ "Room 2" mailed after "Room 3" would send people through the wrong door."""
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    facts = dict((await make.posted(event, office))[0].facts)
    about = outbox.About(event_id=event.id, thread=row.id, replaces="changed")
    older = await queued(office, "registrations.changed", facts, about)
    await make.change(event, office, starts_wall="2035-05-12T12:00")

    await announcing.announce(event.id, act=office.at(make.NOW))

    await older.refresh_from_db()
    newest = (await make.posted(event, office))[-1].letter
    assert (older.state, newest.kind, newest.state) == ("superseded", "mailings.changed", "queued")


async def test_the_change_page_counts_who_was_reached_by_an_older_version(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    facts = dict((await make.posted(event, office))[0].facts)
    await queued(office, "registrations.changed", facts, outbox.About(event_id=event.id, thread=row.id))

    (reached,) = await announcing.reached_by(event, act=office.at(make.NOW))

    assert (reached.registration.id, reached.state) == (row.id, "queued")


async def test_the_desk_calls_an_old_letter_by_the_name_it_always_had(house: make.House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    facts = dict((await make.posted(event, house.office))[0].facts)
    for kind in ("registrations.reminder", "mailings.reminder"):
        await queued(house.office, kind, facts, outbox.About(event_id=event.id, thread=row.id))
    desk = await house.desk()

    for path in ("letters", f"registrations/{row.id}"):
        page = (await desk.get(f"/desk/events/{event.id}/{path}")).text
        assert len(re.findall(r'<a href="/desk/letters/[^"]+">Reminder</a>', page)) == 2, path
