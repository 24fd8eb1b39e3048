"""Correcting somebody: what follows, what stays as it was, and what never leaves for a wrong address."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.corrections.actions import Corrected, Correction, NotCorrected, correct
from events_app.database import rows
from events_app.errors import Conflict
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.questions.rules import Kind
from events_app.registrations.actions import deciding, forgetting, leaving
from events_app.registrations.facts import Person
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import AddressTaken, ChangeNotPossible
from tests import make
from tests.make import COURIER, NOW

pytestmark = pytest.mark.anyio

OLD, NEW = "guest1@example.org", "salma.haddad@example.org"


def who(row: Registration, office: Office) -> Person:
    return reveal_person(row, vault=office.vault, reader=COURIER)


async def corrected(row: Registration, office: Office, **changes: Any) -> Corrected:
    """The form comes back with these changes."""
    now = changes.pop("now", NOW)
    fresh = await Registration.get(id=row.id)
    person = who(fresh, office)
    as_it_is = Correction(person.name, person.address, person.needs, fresh.language, dict(person.answers))
    return await correct(row.id, replace(as_it_is, **changes), act=office.at(now))


async def all_arrived() -> None:
    await Letter.filter(state="queued").update(state="sent", due_at=None)


async def later(event: Event, office: Office, before: int, *, own_pages: bool = False) -> list[make.Post]:
    return (await make.posted(event, office, own_pages=own_pages))[before:]


async def test_a_new_name_corrects_the_calendar_entry_and_nothing_else(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()

    done = await corrected(row, office, name="Salma Haddad")

    (letter,) = await later(event, office, 1)
    assert (letter.to, letter.kind, letter.draft.method) == (OLD, "confirmed", "REQUEST")
    assert 'CN="Salma Haddad"' in letter.calendar or "CN=Salma Haddad" in letter.calendar
    assert "SEQUENCE:0" in letter.calendar
    assert list(done.what) == ["name"]
    fresh = await Registration.get(id=row.id)
    assert (who(fresh, office).token, fresh.seated) == (who(row, office).token, True)


async def test_nobody_is_written_to_about_answers_needs_or_a_language(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    question = await make.question(event)
    (row,) = await make.registered(event, 1, office=office)

    done = await corrected(row, office, needs="A ramp", language="ar", answers={str(question.id): "a"})

    assert (list(done.what), done.wrote) == (["language", "needs", "answers"], False)
    assert len(await make.posted(event, office)) == 1
    fresh = await Registration.get(id=row.id)
    assert (fresh.language, who(fresh, office).answers) == ("ar", {str(question.id): "a"})
    lines = await HistoryLine.filter(registration_id=row.id, who="organizer").order_by("number")
    assert [line.what for line in lines] == ["language_corrected", "needs_corrected", "answers_corrected"]


async def test_a_new_language_is_written_in_only_where_the_organizer_asks_for_it(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)

    await corrected(row, office, language="ar", again=True)

    (letter,) = await later(event, office, 1)
    assert (letter.kind, letter.draft.language) == ("confirmed", "ar")
    assert "طاولة مستديرة" in letter.calendar


async def test_an_address_that_got_letters_gets_cancel_and_the_new_one_the_invitation(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()

    await corrected(row, office, address=NEW)

    left, moved, own = (await make.posted(event, office, own_pages=True))[2:]
    assert (left.to, left.kind, left.draft.method) == (OLD, "left_address", "CANCEL")
    assert "The organizers have corrected the address" in left.draft.text
    assert "as you asked" not in left.draft.text
    assert (moved.to, moved.kind, moved.draft.method) == (NEW, "moved", "REQUEST")
    assert (own.to, own.kind) == (NEW, "own_page")
    assert NEW not in left.everything
    assert [f"SEQUENCE:{n}" in post.calendar for n, post in ((1, left), (2, moved))] == [True, True]
    history = await HistoryLine.filter(registration_id=row.id).order_by("-number").first()
    assert history is not None
    assert (history.what, history.who) == ("address_corrected", "organizer")


async def test_what_waits_for_a_wrong_address_never_leaves_for_it(database: object, office: Office) -> None:
    """Nothing went there, so nobody there is told anything."""
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await Letter.filter(kind="registrations.own_page").update(state="kept", due_at=None)

    await corrected(row, office, address=NEW)

    index = bytes(row.address_index)
    states = [each.state for each in await Letter.filter(thread=row.id, address_index=index)]
    assert states == ["superseded", "superseded"]
    assert {post.to for post in await later(event, office, 1)} == {NEW}


async def test_a_letter_that_may_have_left_is_not_taken_back_and_its_reader_is_told(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await Letter.filter(kind="registrations.confirmed").update(state="unsure", doubts=1, due_at=None)

    await corrected(row, office, address=NEW)

    assert (await Letter.get(kind="registrations.confirmed")).state == "unsure"
    assert [post.to for post in await later(event, office, 1)] == [OLD, NEW]


async def test_the_link_of_the_old_address_opens_nothing(house: make.House) -> None:
    event, office = await make.event(house.vault), house.office
    (row,) = await make.registered(event, 1, office=office)
    visitor = await house.client()
    path = f"/registrations/{who(row, office).token}"
    assert (await visitor.get(path)).status_code == 200

    await corrected(row, office, address=NEW)

    for page in ("", ".ics", "/data.json", "/join"):
        assert (await visitor.get(path + page)).status_code == 404
    fresh = await Registration.get(id=row.id)
    assert (await visitor.get(f"/registrations/{who(fresh, office).token}")).status_code == 200


async def test_a_wish_of_the_old_address_to_move_elsewhere_is_over(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await make.new_address_asked(row, "elsewhere@example.org", office=office)

    await corrected(row, office, address=NEW)

    assert who(await Registration.get(id=row.id), office).next_address == {}


async def test_somebody_without_an_address_gains_one_and_gets_the_confirmation(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    entered = await deciding.register_by_hand(event.id, make.applicant(1, address=""), act=office.at(NOW))
    assert entered is not None

    await corrected(entered, office, address=NEW)

    confirmed, own = await make.posted(event, office, own_pages=True)
    assert (confirmed.to, confirmed.kind, confirmed.draft.method) == (NEW, "confirmed", "REQUEST")
    assert (own.to, own.kind) == (NEW, "own_page")
    assert (await make.row_of(event, NEW, office=office)).invited


async def test_no_email_leaves_where_the_organizer_wants_none(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()
    entered = await deciding.register_by_hand(event.id, make.applicant(2, address=""), act=office.at(NOW))
    assert entered is not None

    for each, address in ((row, NEW), (entered, "two@example.org")):
        done = await corrected(each, office, name="Salma", address=address, writes=False)
        assert not done.wrote

    assert len(await make.posted(event, office)) == 1
    assert not (await Registration.get(id=entered.id)).invited


async def test_no_second_living_registration_gets_the_same_address(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    row, other = await make.registered(event, 1, 2, office=office)
    before = bytes(row.person)

    with pytest.raises(AddressTaken):
        await corrected(row, office, name="Salma", address="GUEST2@example.org")

    assert bytes((await Registration.get(id=row.id)).person) == before
    await leaving.cancel(other.id, act=office.at(NOW))
    await corrected(row, office, address="guest2@example.org")


async def test_a_spelling_of_the_same_address_moves_nobody(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()

    done = await corrected(row, office, address="Guest1@Example.org")

    fresh = await Registration.get(id=row.id)
    assert (list(done.what), done.wrote) == (["address"], False)
    assert (who(fresh, office).address, who(fresh, office).token) == (
        "Guest1@Example.org",
        who(row, office).token,
    )


async def test_an_address_that_was_never_confirmed_is_told_nothing_and_the_new_one_is_asked(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault, confirms_address=True, confirm_hours=24)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()
    much_later = NOW + timedelta(hours=23)

    await corrected(row, office, address=NEW, now=much_later)

    (asked,) = await later(event, office, 1)
    fresh = await Registration.get(id=row.id)
    assert (asked.to, asked.kind) == (NEW, "confirm_address")
    assert (fresh.due_for, fresh.seated, fresh.status) == ("address", True, "pending")
    assert fresh.due_at == int((much_later + timedelta(hours=24)).timestamp() * 1000)
    await deciding.lapse(row.id, act=office.at(NOW + timedelta(hours=25)))
    assert (await Registration.get(id=row.id)).seated


async def test_an_open_offer_is_made_to_the_corrected_address(database: object, office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1, offers_places=True)
    first, waiting = await make.registered(event, 1, 2, office=office)
    await leaving.cancel(first.id, act=office.at(NOW))
    await all_arrived()

    await corrected(waiting, office, address=NEW)

    last = (await make.posted(event, office))[-1]
    fresh = await Registration.get(id=waiting.id)
    assert (last.to, last.kind) == (NEW, "offered")
    assert who(fresh, office).token in last.draft.text
    assert (fresh.seated, fresh.due_for) == (True, "offer")


async def test_nobody_is_put_right_who_is_cancelled_erased_or_whose_event_is_over(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    cancelled, erased, past = await make.registered(event, 1, 2, 3, office=office)
    await leaving.cancel(cancelled.id, act=office.at(NOW))
    await forgetting.erase(erased.id, act=office.at(NOW))

    for row, refusal, now in (
        (cancelled, NotCorrected, NOW),
        (erased, NotCorrected, NOW),
        (past, ChangeNotPossible, event.ends_at + timedelta(hours=1)),
    ):
        with pytest.raises(refusal):
            await corrected(row, office, name="Salma", now=now)
    assert issubclass(NotCorrected, Conflict)


async def test_a_correction_gives_nobody_a_seat_and_takes_none(database: object, office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, 1, 2, 3, office=office)

    async def seats() -> list[Any]:
        every = await Registration.all().order_by("arrival")
        return [(each.status, each.seated, each.waitlist_order, each.arrival) for each in every]

    before = await seats()
    for number, row in enumerate(await Registration.all()):
        await corrected(row, office, name="Salma", address=f"s{number}@example.org", language="ar")
    assert await seats() == before


async def test_answers_to_questions_that_are_not_asked_any_more_stay(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    kept, gone = [await make.question(event, Kind.TEXT) for _ in range(2)]
    said = {str(kept.id): "tea", str(gone.id): "coffee"}
    (row,) = await make.registered(event, 1, office=office, answers=said)
    gone.retired = True
    await gone.save()

    await corrected(row, office, answers={str(kept.id): "water"})

    fresh = await Registration.get(id=row.id)
    assert who(fresh, office).answers == {str(kept.id): "water", str(gone.id): "coffee"}


async def test_a_slip_that_is_put_right_again_and_again_fills_no_mailbox(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()

    for name in ("Salma", "Salma H", "Salma Haddad"):
        await corrected(row, office, name=name)

    waiting = await Letter.filter(state="queued").order_by("number")
    assert len(waiting) == 1
    assert waiting[0].due_at is not None
    assert waiting[0].due_at > int(NOW.timestamp() * 1000)
    assert (await make.posted(event, office))[-1].facts["name"] == "Salma Haddad"


async def test_no_name_and_no_address_is_in_the_clear_and_erasing_removes_all(
    database: object, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await all_arrived()

    await corrected(row, office, name="Salma Haddad", address=NEW, needs="A ramp")

    async def stored() -> str:
        tables = ("registration", "history_line", "letter", "letter_allowance")
        return repr([[dict(each) for each in await rows(f'SELECT * FROM "{table}"')] for table in tables])

    for word in ("Salma", "haddad", "guest1@", "ramp"):
        assert word not in await stored()
        assert word not in caplog.text
    await all_arrived()
    await forgetting.erase(row.id, act=office.at(NOW))
    assert await HistoryLine.filter(registration_id=row.id).count() == 0
    for letter in await Letter.filter(thread=row.id).exclude(state="queued"):
        assert (letter.words, bytes(letter.facts)) == ("gone", b"")
