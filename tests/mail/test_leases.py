"""Leases: who holds one may record, who lost it changes nothing."""

import uuid
from datetime import datetime, timedelta

import pytest

from events_app.clock import milliseconds, now
from events_app.mail import outbox
from events_app.mail.leases import Leases
from events_app.mail.models import Letter
from events_app.mail.rules import BACKOFF, LEASE, WhenUnsure
from tests.mail.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def one() -> Leases:
    return Leases("one", lease=60)


@pytest.fixture
def other() -> Leases:
    return Leases("other", lease=60)


def soon() -> datetime:
    return now() + timedelta(seconds=5)


def after_the_lease() -> datetime:
    return now() + timedelta(seconds=70)


async def test_letters_are_taken_oldest_first_and_only_so_many(office: Office, one: Leases) -> None:
    letters = [await office.post() for _ in range(3)]

    taken = await one.take(2, now=soon())

    assert [letter.id for letter in taken] == [letter.id for letter in letters[:2]]


async def test_a_letter_is_taken_by_one_courier_only(office: Office, one: Leases, other: Leases) -> None:
    await office.post()

    assert len(await one.take(5, now=soon())) == 1
    assert await other.take(5, now=soon()) == []


async def test_a_letter_of_a_courier_that_died_never_counts_as_just_posted(office: Office) -> None:
    await office.post()
    taken_at = soon()

    await Leases("dead", lease=LEASE).take(5, now=taken_at)

    assert (await outbox.health()).oldest_due == milliseconds(taken_at)


async def test_of_one_thread_only_the_oldest_letter_can_be_taken(office: Office, one: Leases) -> None:
    thread = uuid.uuid4()
    older, _ = await office.post(thread=thread), await office.post(thread=thread)

    assert [letter.id for letter in await one.take(5, now=soon())] == [older.id]
    assert await one.take(5, now=soon()) == []


async def test_a_lease_that_ran_out_can_be_taken_by_another(
    office: Office, one: Leases, other: Leases
) -> None:
    await office.post()
    await one.take(1, now=soon())

    assert len(await other.take(1, now=after_the_lease())) == 1


async def test_whoever_lost_the_lease_records_nothing(office: Office, one: Leases, other: Leases) -> None:
    await office.post()
    (mine,) = await one.take(1, now=soon())
    (theirs,) = await other.take(1, now=after_the_lease())
    await other.sending(theirs, b"theirs", "<theirs@example.org>", now=soon())

    assert [
        await one.sending(mine, b"mine", "<mine@example.org>", now=soon()),
        await one.sent(mine, now=soon()),
        await one.kept(mine, b"mine", "<mine@example.org>"),
        await one.refused(mine, "550"),
        await one.withheld(mine, "KeyError"),
        await one.deferred(mine, "451", until=soon(), now=soon()),
        await one.unsure(mine, "gone", until=None),
        await one.released(mine, now=soon()),
    ] == [False] * 8
    letter = await office.letter()
    assert (letter.state, letter.lease_by, letter.message) == ("sending", "other", b"theirs")


async def test_a_letter_superseded_while_a_courier_holds_it_is_not_sent(office: Office, one: Leases) -> None:
    thread = uuid.uuid4()
    await office.post(thread=thread, replaces="change")
    (held,) = await one.take(1, now=soon())
    await office.post(thread=thread, replaces="change")

    assert await one.sending(held, b"sealed", "<x@example.org>", now=soon()) is False
    assert await office.states() == ["superseded", "queued"]


async def test_a_letter_that_is_being_sent_is_not_superseded(office: Office, one: Leases) -> None:
    thread = uuid.uuid4()
    await office.post(thread=thread, replaces="change")
    (held,) = await one.take(1, now=soon())
    await one.sending(held, b"sealed", "<x@example.org>", now=soon())
    await office.post(thread=thread, replaces="change")

    assert await one.sent(held, now=soon()) is True
    assert await office.states() == ["sent", "queued"]


@pytest.mark.parametrize(("when_unsure", "taken"), [("again", 1), ("ask", 0)])
async def test_a_letter_whose_courier_died_while_sending_becomes_unsure(
    office: Office, one: Leases, other: Leases, when_unsure: WhenUnsure, taken: int
) -> None:
    await office.post(when_unsure=when_unsure)
    (held,) = await one.take(1, now=soon())
    await one.sending(held, b"sealed", "<x@example.org>", now=soon())

    assert len(await other.take(1, now=after_the_lease() + timedelta(seconds=60))) == taken
    letter = await office.letter()
    assert (letter.state, letter.doubts, letter.message_id) == ("unsure", 1, "<x@example.org>")


async def test_an_unsure_letter_holds_back_its_thread_only_while_it_is_sent_again_by_itself(
    office: Office, one: Leases
) -> None:
    thread, other_thread = uuid.uuid4(), uuid.uuid4()
    for about, policy in ((thread, "again"), (other_thread, "ask")):
        await office.post(thread=about, when_unsure=policy)  # type: ignore[arg-type]
        await office.post(thread=about)
    for held in await one.take(5, now=soon()):
        await one.sending(held, b"sealed", "<x@example.org>", now=soon())
        later = after_the_lease() if held.when_unsure == "again" else None
        await one.unsure(held, "gone", until=later)

    assert [letter.number for letter in await one.take(5, now=soon())] == [(await office.letter(4)).number]


async def test_a_finished_letter_has_no_lease_and_no_time(office: Office, one: Leases) -> None:
    await office.post()
    (held,) = await one.take(1, now=soon())
    await one.refused(held, "550 no")

    assert await Letter.all().values_list("state", "lease_by", "due_at", "attempts") == [
        ("refused", None, None, 1)
    ]


async def test_a_letter_whose_couriers_always_die_is_left_to_a_person(office: Office, one: Leases) -> None:
    await office.post()
    moment = soon()
    while taken := await one.take(1, now=moment):
        await one.sending(taken[0], b"sealed", "<x@example.org>", now=moment)
        moment += timedelta(seconds=61)

    assert await Letter.all().values_list("state", "doubts", "due_at") == [("unsure", 5, None)]


@pytest.mark.parametrize("minutes", [120, 60 * 24])
async def test_a_clock_that_is_set_back_keeps_no_letter_for_hours(
    office: Office, one: Leases, minutes: int
) -> None:
    await office.post()
    (letter,) = await one.take(1, now=soon())
    await one.deferred(letter, "not now", until=soon() + timedelta(seconds=60), now=soon())

    set_back = now() - timedelta(minutes=minutes)

    assert [each.id for each in await one.take(1, now=set_back)] == [letter.id]


async def test_the_longest_pause_is_waited_out(office: Office, one: Leases) -> None:
    await office.post()
    (letter,) = await one.take(1, now=soon())
    await one.deferred(letter, "not now", until=soon() + timedelta(seconds=max(BACKOFF)), now=soon())

    assert await one.take(1, now=soon()) == []


async def test_what_a_courier_was_sending_when_the_clock_was_set_back_is_in_doubt_and_goes_on(
    office: Office, one: Leases, other: Leases
) -> None:
    await office.post()
    (letter,) = await one.take(1, now=soon())
    await one.sending(letter, b"sealed", "<id@example.org>", now=soon())

    (again,) = await other.take(1, now=now() - timedelta(hours=3))

    assert (again.id, again.doubts) == (letter.id, 1)
