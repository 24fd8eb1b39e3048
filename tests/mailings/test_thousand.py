"""A letter to a thousand people over a bad mail server: every letter is accounted for, and the numbers are true."""

import asyncio
import contextlib
from collections import Counter
from functools import partial

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.mail.courier import Courier, Pace
from events_app.mail.models import Letter
from events_app.mailings.actions import writing
from events_app.mailings.actions.audience import audience_of
from events_app.mailings.emails import Content, compose
from events_app.mailings.models import Mailing
from events_app.registrations.actions import registering
from events_app.registrations.posting import COURIER
from events_app.settings import Mail
from tests import make
from tests.mail.office import until
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database"), pytest.mark.slow]

PEOPLE = 1000
PACE = Pace(lease=20, poll=0.2, grace=5, backoff=(0.3,), pauses=(0.2,), insist=(0.05, 0.2, 1))
ADDRESSES = [f"guest{number}@example.org" for number in range(PEOPLE)]
REFUSED = set(ADDRESSES[::20])
DEFERRED = set(ADDRESSES[5::10])


async def written_to_everybody(office: Office) -> Mailing:
    """A thousand people, whose confirmations count as sent, and a mailing to all of them in the outbox."""
    event = await make.event(office.vault, capacity_in_person=PEOPLE)
    for number in range(PEOPLE):
        await registering.register(event.id, make.applicant(number), act=office.at(make.NOW))
    await Letter.filter(event_id=event.id).update(state="kept", due_at=None)
    words = Content({"en": "A new room"}, {"en": "Dear {name}, the room is next door."})
    draft = await writing.save_draft(event.id, words, act=office.at(make.NOW))
    audience = await audience_of(event.id, "", act=office.at(make.NOW))
    await writing.start(event.id, draft.id, mark=writing.mark_of(audience, words), act=office.at(make.NOW))
    await writing.carry_on(act=office.at(clock.now()))
    return await writing.find_mailing(event.id, draft.id)


async def test_a_thousand_letters_over_a_bad_server_are_all_accounted_for(office: Office) -> None:
    sent_to = await written_to_everybody(office)
    server = SmtpServer(slow=0.001)
    server.always_rcpt = dict.fromkeys(REFUSED, "550 5.1.1 no such user")
    server.rcpt = {address: ["451 4.7.1 later"] for address in DEFERRED}
    server.start()
    settings = Mail(
        host="127.0.0.1", port=server.port, security="none", sender_address="e@example.org", connections=4
    )
    courier = Courier(settings, office.vault, {"mailings": compose}, reader=COURIER, pace=PACE)
    work = asyncio.create_task(courier.run())
    try:
        for dies_at in (200, 500):
            await until(partial(has_taken, server, dies_at))
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(server.start)
        await until(no_letter_waits, seconds=100)
    finally:
        await courier.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        await asyncio.to_thread(server.stop)

    report = await writing.report_on(sent_to, most=PEOPLE)
    in_log = Counter(letter.recipient for letter in server.letters)
    reached = set(ADDRESSES) - REFUSED
    assert set(in_log) == reached
    assert report.letters == {"sent": len(reached), "refused": len(REFUSED)}
    assert len(report.unreached) == len(REFUSED)
    twice = sum(count - 1 for count in in_log.values())
    assert twice <= await Letter.filter(doubts__gt=0).count()
    assert len({letter.message_id for letter in server.letters}) == len(reached)


async def has_taken(server: SmtpServer, number: int) -> bool:
    return len(server.letters) >= number


async def no_letter_waits() -> bool:
    return not await Letter.filter(state__in=["queued", "sending"]).exists()
