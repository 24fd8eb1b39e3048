"""The way back to one's own page: the button of a letter with a calendar part, and the letter with the link itself."""

import uuid

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.linking import actions as linking
from events_app.mail.models import Letter
from events_app.mailings import emails as mailings_emails
from events_app.registrations import emails as registrations_emails
from events_app.registrations.actions import leaving, registering
from events_app.registrations.facts import WAY_BACK, key_of, row_of_key
from tests import make
from tests.make import House, Post, words_of

pytestmark = pytest.mark.anyio


async def confirmation(event: Event, office: Office) -> Post:
    return next(post for post in await make.posted(event, office) if post.kind == "confirmed")


async def links_to(event: Event) -> int:
    return await Letter.filter(event_id=event.id, kind="registrations.link").count()


async def test_the_button_of_the_confirmation_mails_the_own_page_without_typing(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    await make.registered(event, 1, office=house.office)
    path = (await confirmation(event, house.office)).facts["way_url"].removeprefix(make.BASE)

    looked = await client.get(path)
    before = await links_to(event)
    answer = await client.post(path)
    await linking.answer_requests(act=house.office.at(clock.now()))
    shown = [await client.get(answer.headers["location"]) for _ in range(3)]

    assert (looked.status_code, before, answer.status_code) == (200, 0, 303)
    assert all("Please check your email" in words_of(page) for page in shown)
    last = (await make.posted(event, house.office))[-1]
    assert (last.kind, last.to, await links_to(event)) == ("link", "guest1@example.org", 1)
    assert "guest1" not in "".join(page.text for page in (looked, *shown))


async def test_the_button_answers_the_same_whether_it_works_or_not(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    (row,) = await make.registered(event, 1, office=house.office)
    right = key_of(WAY_BACK, row.id, scope=str(event.id), vault=house.vault)
    wrong = right[:-1] + ("a" if right[-1] != "a" else "b")

    answers = []
    for key in (right, wrong, uuid.uuid4().hex + right[32:], "x"):
        path = f"/events/{event.slug}/own/{key}"
        looked, answer = await client.get(path), await client.post(path)
        answers.append((looked.status_code, words_of(looked), answer.status_code, answer.headers["location"]))
    await linking.answer_requests(act=house.office.at(clock.now()))

    assert len(set(answers)) == 1
    assert await links_to(event) == 1


async def test_the_buttons_link_opens_nothing_else(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    (row,) = await make.registered(event, 1, office=house.office)
    key = key_of(WAY_BACK, row.id, scope=str(event.id), vault=house.vault)

    pages = [await client.get(f"/registrations/{piece}") for piece in (key, key[32:], key[:32])]
    changed = await client.post(f"/registrations/{key}/cancellation")

    assert [page.status_code for page in (*pages, changed)] == [404] * 4
    assert row_of_key("another purpose", key, scope=str(event.id), vault=house.vault) is None


async def test_nothing_is_mailed_to_who_is_out(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    key = key_of(WAY_BACK, row.id, scope=str(event.id), vault=office.vault)
    await leaving.cancel(row.id, act=office.at(make.NOW))

    await linking.ask_link_by_key(event.id, key, act=office.at(make.NOW))
    await linking.answer_requests(act=office.at(make.NOW))

    assert await links_to(event) == 0


async def test_no_letter_with_a_calendar_part_holds_the_personal_link(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    for post in await make.posted(event, office, own_pages=True):
        holds = str(post.facts["own_url"]) in post.everything
        assert holds != bool(post.calendar)


async def test_the_personal_link_comes_by_itself_in_a_letter_without_calendar(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    first, second = await make.posted(event, office, own_pages=True)

    assert (first.kind, first.draft.method) == ("confirmed", "REQUEST")
    assert (second.kind, second.draft.method) == ("own_page", None)
    assert str(second.facts["own_url"]) in second.draft.text


async def test_who_had_the_link_before_gets_no_second_letter_with_it(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    first, _second = await make.registered(event, 1, 2, office=office)
    await leaving.cancel(first.id, act=office.at(make.NOW))

    said = [f"{post.kind} {post.to}" for post in await make.posted(event, office, own_pages=True)]

    assert "promoted guest2@example.org" in said
    assert "own_page guest2@example.org" not in said


async def test_a_repeated_address_gets_one_letter_with_the_link_and_costs_as_many(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    with make.Statements() as new:
        await registering.register(event.id, make.applicant(1), act=office.at(make.NOW))
    await Letter.all().update(state="sent", due_at=None)

    with make.Statements() as known:
        await registering.register(event.id, make.applicant(1), act=office.at(make.NOW))

    waiting = await Letter.filter(event_id=event.id, state="queued")
    assert [letter.kind for letter in waiting] == ["registrations.already"]
    assert abs(new.number - known.number) <= 3


async def test_a_letter_that_was_queued_before_there_was_a_button_still_says_the_way(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    facts = dict((await confirmation(event, office)).facts)
    facts.pop("way_url")

    said = make.composed("registrations.confirmed", facts)

    assert str(facts["event"]["mine_url"]) in said.text
    assert "Email me the link" not in said.text


async def test_the_receipt_offers_the_public_entry_for_the_calendar(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    data = {"name": "Layla", "address": "layla@example.org", "language": "en"}

    answer = await client.post(f"/events/{event.slug}/register", data=data)
    receipt = await client.get(answer.headers["location"])

    assert f"/events/{event.slug}.ics" in receipt.text
    for host in ("calendar.google.com", "outlook.live.com", "outlook.office.com"):
        (link,) = [piece for piece in receipt.text.split('"') if host in piece]
        assert "Layla" not in link
        assert "layla" not in link


async def test_every_letter_that_invites_a_calendar_has_the_button(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    facts = (await confirmation(event, office)).facts
    kinds = {
        **registrations_emails.KINDS,
        **mailings_emails.KINDS,
        "replies.refreshed": registrations_emails.INVITES,
    }

    for kind, manner in kinds.items():
        if manner.method == "REQUEST":
            said = make.composed(kind, facts)
            assert str(facts["way_url"]) in said.text, kind
            assert str(facts["way_url"]) in said.html, kind
            assert str(facts["own_url"]) not in said.text + said.html, kind
