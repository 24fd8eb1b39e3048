"""Erased is erased: no letter, invitation or list keeps, or brings back, somebody who asked to be forgotten."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.database import rows
from events_app.database.connections import sqlite_path
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.mail import again
from events_app.mail.courier import Courier
from events_app.mail.emptying import LetterForgotten
from events_app.mail.leases import Leases
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing
from events_app.registrations.actions import changing, forgetting, leaving
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.posting import COURIER, reveal_guest
from events_app.settings import Mail
from events_app.work import COMPOSERS
from tests import make
from tests.databases import ENGINE, DatabaseUnderTest
from tests.mail.office import QUICK, until
from tests.mail.smtp import Received, SmtpServer
from tests.make import House, words_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

NOW = clock.now()
"""The courier's own clock: it takes no letter before its time."""
SOON = timedelta(minutes=1)


def courier(office: Office, server: SmtpServer | None) -> Courier:
    settings = Mail(
        host=server.host if server else "",
        port=server.port if server else 587,
        security="none",
        sender_address="events@example.org",
    )
    return Courier(settings, office.vault, COMPOSERS, reader=COURIER, pace=QUICK)


async def deliver(office: Office, server: SmtpServer | None) -> None:
    working = courier(office, server)
    run = asyncio.create_task(working.run())
    await until(is_quiet)
    await working.stop()
    await run


async def is_quiet() -> bool:
    return not await Letter.filter(due_at__not_isnull=True).exists()


async def opened(office: Office) -> str:
    """Everything that can be unsealed, of every letter and invitation there is."""
    found = []
    for letter in await Letter.all():
        if letter.facts:
            found.append(repr(office.vault.reveal(letter.scope, letter.facts_context, letter.facts, COURIER)))
        if letter.message:
            raw = office.vault.reveal_bytes(letter.scope, letter.message_context, letter.message, COURIER)
            found.append(raw.decode())
    for invitation in await Invitation.all():
        found.append(repr(reveal_guest(invitation, act=office.at(NOW))))
    return "\n".join(found)


async def canary(office: Office, **more: Any) -> tuple[Event, Registration]:
    """Somebody whose name, address and answers are no other's."""
    event = await make.event(office.vault)
    (row,) = await make.registered(event, "Canary", office=office, now=NOW, **more)
    return event, row


@pytest.mark.parametrize("has_server", [True, False])
async def test_a_letter_of_an_erased_person_never_keeps_the_name(office: Office, has_server: bool) -> None:
    """Also the CANCEL that the erasing itself posts, with and without a mail server."""
    with SmtpServer() as server:
        _event, row = await canary(office)
        await deliver(office, server if has_server else None)
        await forgetting.erase(row.id, act=office.at(NOW))
        await deliver(office, server if has_server else None)

        assert "anary" not in await opened(office)
        assert {each.words for each in await Letter.all()} == {"gone"}
        assert len(server.letters) == (3 if has_server else 0)


async def test_a_letter_that_waits_never_leaves_for_an_erased_person(office: Office) -> None:
    with SmtpServer() as server:
        event, row = await canary(office)
        await deliver(office, server)
        await make.change(event, office, now=NOW, starts_wall="2035-05-12T12:00")
        await announcing.announce(event.id, act=office.at(NOW))

        await forgetting.erase(row.id, act=office.at(NOW))
        await deliver(office, server)

        assert [each.state for each in await Letter.all().order_by("number")] == [
            "sent",
            "sent",
            "superseded",
            "sent",
        ]
        assert server.letters[-1].subject == "Registration cancelled: Round table"


async def test_the_last_letter_never_speaks_of_a_later_day_to_who_is_forgotten(office: Office) -> None:
    with SmtpServer() as server:
        event, row = await canary(office)
        (other,) = await make.registered(event, 2, office=office, now=NOW)
        await deliver(office, server)

        await forgetting.erase(row.id, act=office.at(NOW))
        await leaving.cancel(other.id, act=office.at(NOW))
        await deliver(office, server)

        last = {letter.recipient: plain_text_of(letter) for letter in server.letters}
        farewell, usual = last["canary@example.org"], last["guest2@example.org"]
        assert "Everything that we kept about you for this event has been deleted." in farewell
        assert "is deleted on" not in farewell
        assert "is deleted on" in usual


def plain_text_of(letter: Received) -> str:
    part = letter.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_nobody_at_the_desk_reads_a_letter_that_waits_for_an_erased_person(house: House) -> None:
    event, row = await canary(house.office)
    desk = await house.desk()
    await forgetting.erase(row.id, act=house.office.at(NOW))
    letters = f"/desk/events/{event.id}/letters"

    (waiting,) = await Letter.filter(state="queued")
    pages = [
        await desk.get(path)
        for path in (
            letters,
            f"{letters}?q=canary",
            f"/desk/letters/{waiting.id}",
            f"/desk/letters/{waiting.id}/html",
        )
    ]

    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    assert all(
        "anary" not in page.text.replace("q=canary", "").replace('value="canary"', "") for page in pages
    )
    assert "Nobody among these emails matches this search" in words_of(pages[1])


@pytest.mark.parametrize("outcome", ["sent", "deferred", "refused", "unsure", "lapsed"])
async def test_a_letter_that_was_on_its_way_is_emptied_by_whoever_finishes_it(
    office: Office, outcome: str
) -> None:
    _event, row = await canary(office)
    leases = Leases("one", lease=60)
    (leased,) = await leases.take(1, now=NOW + SOON)
    await leases.sending(leased, b"sealed", "<m@example.org>", now=NOW)

    await forgetting.erase(row.id, act=office.at(NOW))
    if outcome == "sent":
        await leases.sent(leased, now=NOW)
    elif outcome == "deferred":
        await leases.deferred(leased, "451", until=NOW, now=NOW)
    elif outcome == "refused":
        await leases.refused(leased, "550")
    elif outcome == "unsure":
        await leases.unsure(leased, "no connection", until=NOW)
    else:
        await leases.take(1, now=NOW + 10 * SOON)

    letter = await Letter.get(number=leased.number)
    ends = {"deferred": "superseded", "lapsed": "unsure"}.get(outcome, outcome)
    assert (letter.state, letter.words, bytes(letter.facts), letter.message) == (ends, "gone", b"", None)
    assert letter.due_at is None


async def test_nothing_of_an_erased_person_is_sent_again_by_hand(office: Office) -> None:
    _event, row = await canary(office)
    await Letter.all().update(state="refused", due_at=None)
    await forgetting.erase(row.id, act=office.at(NOW))

    for letter in await Letter.all():
        with pytest.raises(LetterForgotten):
            await again.retry(letter.id, now=NOW)


async def test_an_invitation_to_the_same_address_goes_too(office: Office) -> None:
    event = await make.event(office.vault)
    await invite(event, office, "Canary", "Other")
    (row,) = await make.registered(event, "Canary", office=office, now=NOW)

    await forgetting.erase(row.id, act=office.at(NOW))

    states = {each.state for each in await Invitation.all()}
    left = [reveal_guest(each, act=office.at(NOW))["name"] for each in await Invitation.all()]
    assert (states, sorted(left)) == ({"revoked", "sent"}, ["", "Other"])


async def invite(event: Event, office: Office, *people: str) -> None:
    guests = [Invitee(who, f"{who.lower()}@example.org", "en") for who in people]
    await inviting.invite(
        event.id, guests, batch="b", purpose="open", quota_id=None, is_bound=True, act=office.at(NOW)
    )
    await inviting.send_invitations(event.id, "b", act=office.at(NOW))


async def test_a_withdrawn_invitation_keeps_nobody(office: Office) -> None:
    event = await make.event(office.vault)
    await invite(event, office, "Canary")
    (made,) = await Invitation.all()

    await inviting.revoke(event.id, made.id, act=office.at(NOW))

    assert "anary" not in await opened(office)
    (withdrawn,) = await Invitation.all()
    assert (withdrawn.state, withdrawn.address_index) == ("revoked", None)
    assert await is_quiet()


@pytest.mark.parametrize("ends", ["offered to another", "cancelled", "erased", "begun"])
async def test_a_colleague_who_never_took_the_place_is_forgotten(office: Office, ends: str) -> None:
    event = await make.event(office.vault)
    (giver,) = await make.registered(event, 1, office=office, now=NOW)
    await pass_on(giver, "Canary", office)

    if ends == "offered to another":
        await pass_on(giver, "Other", office)
    elif ends == "cancelled":
        await leaving.cancel(giver.id, act=office.at(NOW))
    elif ends == "erased":
        await forgetting.erase(giver.id, act=office.at(NOW))
    else:
        await forgetting.forget_untaken(act=office.at(event.starts_at))

    assert "anary" not in await opened(office)


async def pass_on(giver: Registration, name: str, office: Office) -> None:
    address = f"{name.lower()}@example.org"
    await changing.pass_on(giver.id, name=name, address=address, language="en", act=office.at(NOW))


async def test_the_mark_of_an_erased_person_is_no_address(office: Office) -> None:
    event, row = await canary(office)
    index = bytes(row.address_index)

    await forgetting.erase(row.id, act=office.at(NOW))

    (mark,) = await rows('SELECT "event_id", "mark" FROM "erased_mark"')
    assert (str(mark["event_id"]), bytes(mark["mark"])) == (str(event.id), index)
    assert bytes((await Registration.get(id=row.id)).address_index) != index


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL keeps no file of ours")
async def test_an_erased_person_does_not_lie_in_the_log_of_the_database(
    database: DatabaseUnderTest, office: Office
) -> None:
    _event, row = await canary(office)
    sealed = bytes(row.person)
    assert sealed in bytes_of(database)

    await forgetting.erase(row.id, act=office.at(NOW))

    async def is_gone() -> bool:
        return sealed not in bytes_of(database)

    await until(is_gone)


def bytes_of(database: DatabaseUnderTest) -> bytes:
    file = Path(sqlite_path(database.url))
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
