"""Sending again together: what was refused or kept leaves once, in order, unless a newer letter says it better."""

import uuid
from collections.abc import Collection

import pytest

from events_app.clock import now
from events_app.mail.again import send_again, sendable
from events_app.mail.models import Letter
from tests.mail.office import Office, until
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.anyio


async def none_is_over(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    return set()


async def all_are_over(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    return set(event_ids)


async def number_of(office: Office) -> list[int]:
    """Which letters, from 1, would be sent again."""
    first = (await office.letter()).number
    return [number - first + 1 for number in await sendable(office.event_id, over_of=none_is_over)]


async def test_refused_and_kept_letters_are_sent_again_together(office: Office, server: SmtpServer) -> None:
    server.rcpt["guest1@example.org"] = ["550 5.1.1 user unknown"]
    await office.post()
    await office.deliver(server)
    await office.post()
    await office.post()
    await office.deliver(None)
    assert await office.states() == ["refused", "kept", "kept"]

    queued = await send_again(None, over_of=none_is_over, now=now())
    await office.deliver(server)

    assert (queued, await office.states()) == (3, ["sent"] * 3)
    assert len(server.letters) == 3
    assert await sendable(office.event_id, over_of=none_is_over) == []


async def test_an_overtaken_letter_is_never_sent_again(office: Office, server: SmtpServer) -> None:
    thread = uuid.uuid4()
    for kind in ("registrations.confirmed", "registrations.switched", "registrations.link"):
        await office.post(kind, thread=thread)
    await Letter.all().update(state="kept", due_at=None)
    assert await number_of(office) == [2, 3]

    await office.post("registrations.cancelled", thread=thread)
    assert await number_of(office) == [3]

    await Letter.filter(kind="registrations.cancelled").update(state="sent", due_at=None)
    assert await number_of(office) == [3]


async def test_what_an_organizer_wrote_is_overtaken_by_nothing(office: Office) -> None:
    thread = uuid.uuid4()
    for _ in range(3):
        await office.post("mailings.mailing", thread=thread)
    await Letter.all().update(state="kept", due_at=None)

    assert await number_of(office) == [1, 2, 3]


async def test_a_letter_to_another_address_of_the_same_person_overtakes_nothing(office: Office) -> None:
    thread = uuid.uuid4()
    await office.post("registrations.cancelled", thread=thread)
    office.firsts.clear()
    await office.post("registrations.moved", thread=thread)
    await Letter.all().update(state="refused", due_at=None)

    assert await number_of(office) == [1, 2]


async def test_an_emptied_letter_is_never_sent_again(office: Office) -> None:
    await office.post()
    await Letter.all().update(state="kept", due_at=None, words="gone", facts=b"")

    assert await send_again(None, over_of=none_is_over, now=now()) == 0


async def test_how_things_stood_with_an_event_that_is_over_is_not_sent_again(office: Office) -> None:
    await office.post("registrations.confirmed", thread=uuid.uuid4())
    await office.post("mailings.follow_up", thread=uuid.uuid4())
    await Letter.all().update(state="kept", due_at=None)

    (number,) = await sendable(None, over_of=all_are_over)

    assert (await Letter.get(number=number)).kind == "mailings.follow_up"


async def test_a_letter_to_a_new_address_never_waits_behind_those_to_the_old_one(
    office: Office, server: SmtpServer
) -> None:
    thread = uuid.uuid4()
    server.always_rcpt["guest1@example.org"] = "450 4.2.1 mailbox full"
    await office.post(thread=thread)
    await office.post(thread=thread)
    office.firsts.clear()
    await office.post(thread=thread)
    async with office.at_work(office.courier(server)):
        await until(lambda: Letter.filter(state="sent").exists())

    assert await office.states() == ["queued", "queued", "sent"]
    assert [letter.recipient for letter in server.letters] == ["guest3@example.org"]
