"""Finding one's own page again: the same work for every address, one letter for one of them, and nothing kept."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from events_app import allowances
from events_app.acts import Office
from events_app.allowances import LetterAllowance
from events_app.events.models.event import Event
from events_app.linking import actions as linking
from events_app.linking.models import LinkRequest
from events_app.mail.models import Letter
from events_app.registrations.actions import leaving, registering
from events_app.registrations.facts import WAY_BACK, key_of
from tests import make
from tests.databases import DatabaseUnderTest, run_sql
from tests.make import NOW

pytestmark = pytest.mark.anyio
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KNOWN, UNKNOWN = "guest1@example.org", "nobody@example.org"


async def sent(event: Event, kind: str = "link") -> int:
    """How many letters of that kind there are; each has left, so that the next one supersedes none."""
    await Letter.filter(state="queued").update(state="sent", due_at=None)
    return await Letter.filter(event_id=event.id, kind=f"registrations.{kind}", state="sent").count()


async def test_asking_for_a_link_never_costs_more_for_a_known_address(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    key = key_of(WAY_BACK, row.id, scope=str(event.id), vault=office.vault)
    costs, sizes = set(), set()

    for address in (KNOWN, UNKNOWN):
        with make.Statements() as asked:
            await linking.ask_link(event.id, address, act=office.at(NOW))
        costs.add(asked.number)
    for each in (key, uuid.uuid4().hex + key[32:]):
        with make.Statements() as asked:
            await linking.ask_link_by_key(event.id, each, act=office.at(NOW))
        costs.add(asked.number)
    for request in await LinkRequest.all():
        sizes.add(len(bytes(request.wish)))

    assert len(costs) == len(sizes) == 1


async def test_asking_for_another_address_never_costs_more_for_a_known_one(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row, _other) = await make.registered(event, 1, 2, office=office)
    costs = []

    for address in ("guest2@example.org", UNKNOWN):
        with make.Statements() as asked:
            await linking.ask_new_address(row.id, address, act=office.at(NOW))
        costs.append(asked.number)

    assert costs[0] == costs[1]


async def test_nobody_is_told_of_the_link_of_an_unknown_address(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    await make.link_asked(event, UNKNOWN, office=office)
    assert await sent(event) == 0
    await make.link_asked(event, KNOWN, office=office)

    assert (await make.posted(event, office))[-1].to == KNOWN


async def test_no_address_gets_more_than_one_link_in_fifteen_minutes_or_six_a_day(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    found = []

    for minutes in (0, 1, 14, 15, 16, *range(30, 180, 15), 24 * 60):
        await make.link_asked(event, KNOWN, office=office, now=NOW + MINUTE * minutes)
        found.append(await sent(event))

    assert found == [1, 1, 1, 2, 2, 3, 4, 5, *[6] * 7, 7]


async def test_posting_the_form_again_never_sends_letter_after_letter(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await sent(event)

    for minutes in range(60):
        later = office.at(NOW + MINUTE * minutes)
        await registering.register(event.id, make.applicant(1), act=later)
        await make.link_asked(event, KNOWN, office=office, now=NOW + MINUTE * minutes)
        await sent(event)

    assert await sent(event, "already") + await sent(event) == 4


async def test_a_letter_that_is_withheld_costs_what_one_that_goes_costs(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    receipts, costs = [], []

    for _ in range(2):
        with make.Statements() as asked:
            receipts.append(await registering.register(event.id, make.applicant(1), act=office.at(NOW)))
        costs.append(asked.number)

    assert costs[0] == costs[1]
    assert receipts[0] == receipts[1]
    assert await Letter.filter(kind="registrations.already").count() == 1


async def test_a_new_address_is_not_written_to_again_and_again(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    rows = await make.registered(event, *range(1, 11), office=office)

    for row in rows:
        await make.new_address_asked(row, "victim@example.org", office=office)

    assert await sent(event, "new_address") == 1


async def test_only_the_newest_wish_for_another_address_is_written_to(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)

    await linking.ask_new_address(row.id, "older@example.org", act=office.at(NOW))
    await linking.ask_new_address(row.id, "newer@example.org", act=office.at(NOW))
    await linking.answer_requests(act=office.at(NOW))

    assert [post.to for post in await make.posted(event, office) if post.kind == "new_address"] == [
        "newer@example.org"
    ]


async def test_no_request_is_kept_once_it_was_answered(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    for address in (KNOWN, UNKNOWN):
        await linking.ask_link(event.id, address, act=office.at(NOW))

    assert await linking.answer_requests(act=office.at(NOW)) == 2

    assert await LinkRequest.all().count() == 0


async def test_no_request_is_kept_for_more_than_an_hour_answered_or_not(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await linking.ask_link(event.id, KNOWN, act=office.at(NOW))

    assert await linking.answer_requests(act=office.at(NOW + HOUR + MINUTE)) == 0

    assert (await LinkRequest.all().count(), await sent(event)) == (0, 0)


async def test_a_request_that_cannot_be_answered_holds_up_no_other(database: object, office: Office) -> None:
    event, broken = await make.event(office.vault), await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await linking.ask_link(broken.id, KNOWN, act=office.at(NOW))
    await linking.ask_link(event.id, KNOWN, act=office.at(NOW + MINUTE))
    office.vault.forget(str(broken.id))

    assert await linking.answer_requests(act=office.at(NOW + MINUTE)) == 1

    assert await sent(event) == 1
    assert await LinkRequest.all().count() == 1


async def test_a_request_is_answered_once_however_many_look(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await linking.ask_link(event.id, KNOWN, act=office.at(NOW))

    answered = await asyncio.gather(*(linking.answer_requests(act=office.at(NOW)) for _ in range(4)))

    assert sum(answered) == await sent(event) == 1


async def test_an_idle_look_writes_nothing(database: object, office: Office) -> None:
    with make.Statements() as asked:
        await linking.answer_requests(act=office.at(NOW))

    assert asked.number == 2


async def test_who_is_out_or_elsewhere_gets_no_link(database: object, office: Office) -> None:
    here, there = await make.event(office.vault), await make.event(office.vault)
    (row,) = await make.registered(here, 1, office=office)

    await make.link_asked(there, KNOWN, office=office)
    await leaving.cancel(row.id, act=office.at(NOW))
    await make.link_asked(here, KNOWN, office=office)

    assert (await sent(here), await sent(there)) == (0, 0)


async def test_no_address_stands_in_what_is_written_down(database: DatabaseUnderTest, office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await make.link_asked(event, KNOWN, office=office)
    await linking.ask_link(event.id, KNOWN, act=office.at(NOW))
    await linking.ask_new_address(row.id, "victim@example.org", act=office.at(NOW))

    kept = b""
    for table in ("link_request", "letter_allowance"):
        for found in await run_sql(database.url, f'SELECT * FROM "{table}"'):
            kept += b"|".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in found)

    assert kept
    for secret in (b"guest1", b"victim", b"example"):
        assert secret not in kept


async def test_what_went_yesterday_is_not_remembered(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.link_asked(event, KNOWN, office=office)

    await allowances.forget_allowances(NOW + HOUR)
    assert await LetterAllowance.all().count() > 0
    await allowances.forget_allowances(NOW + HOUR * 24)

    assert await LetterAllowance.all().count() == 0


async def test_a_clock_that_was_set_back_holds_no_link_up(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.link_asked(event, KNOWN, office=office, now=NOW + HOUR * 2)
    assert await sent(event) == 1

    await make.link_asked(event, KNOWN, office=office, now=NOW)

    assert await sent(event) == 2
