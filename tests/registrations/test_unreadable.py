"""What is sealed of somebody was damaged outside the app: they can be let go, and stand in nobody else's way."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office, Who
from events_app.deletion import actions as deletion
from events_app.deletion import telling
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.health.actions.guarding import or_set_aside
from events_app.health.models import Trouble
from events_app.imports.actions import drafts
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing, writing
from events_app.mailings.emails import Content
from events_app.people import actions as noting
from events_app.people.counts import answered_in
from events_app.registrations.actions import deciding, forgetting, leaving, registering
from events_app.registrations.models import ErasedMark, Invitation, Registration
from events_app.registrations.rules import Guest, Status
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio

alone = pytest.mark.usefixtures("database")


async def three(office: Office, **changes: Any) -> tuple[Event, list[Registration]]:
    """Amal, Basil, whose data cannot be opened, and Celine."""
    event = await make.event(office.vault, **changes)
    people = await make.registered(event, "Amal", "Basil", "Celine", office=office)
    await make.spoiled(people[1])
    return event, people


async def statuses(people: list[Registration]) -> list[str]:
    for each in people:
        await each.refresh_from_db()
    return [each.status for each in people]


async def told(event: Event, office: Office, letter: str) -> list[str]:
    return [kind.partition(" ")[2] for kind in await make.kinds(event, office) if kind.startswith(letter)]


@pytest.mark.parametrize("verb", ["approve", "decline", "cancel", "promote"])
@alone
async def test_an_organizers_decision_never_fails_because_nobody_can_be_written_to(
    office: Office, verb: str
) -> None:
    asks = {"approve": {"needs_approval": True}, "decline": {"needs_approval": True}}
    _event, people = await three(
        office, capacity_in_person=1 if verb == "promote" else 3, **asks.get(verb, {})
    )

    done = await deciding.decide(
        people[1].id, verb, reason={}, beyond=True, act=office.at(NOW, Who.ORGANIZER)
    )

    became = {"decline": Status.DECLINED, "cancel": Status.CANCELLED}.get(verb, Status.CONFIRMED)
    assert (done.refusal, (await statuses(people))[1]) == (None, became)
    assert [(each.job, each.subject) for each in await Trouble.all()] == [("row", str(people[1].id))]


@alone
async def test_who_cannot_be_opened_is_erased_and_is_no_trouble_any_more(office: Office) -> None:
    event, people = await three(office)
    await leaving.cancel(people[1].id, act=office.at(NOW))
    index = bytes(people[1].address_index)

    await forgetting.erase(people[1].id, act=office.at(NOW))

    erased = await Registration.get(id=people[1].id)
    assert (erased.erased, erased.live) == (True, None)
    assert await ErasedMark.filter(event_id=event.id, mark=index).count() == 1
    assert not await Trouble.exists()
    assert await Letter.filter(thread=erased.id, state="queued").count() == 0


@alone
async def test_an_invitation_bound_to_who_cannot_be_opened_is_forgotten_with_them(office: Office) -> None:
    event, people = await three(office, capacity_in_person=9)
    for who, is_bound in (("basil", True), ("celine", True)):
        await inviting.invite(
            event.id, [Invitee("Guest", f"{who}@example.org", "en")], batch=who, purpose="open", quota_id=None,
            is_bound=is_bound, act=office.at(NOW),
        )  # fmt: skip

    await forgetting.erase(people[1].id, act=office.at(NOW))

    assert {each.batch: each.state for each in await Invitation.all()} == {
        "basil": "revoked",
        "celine": "created",
    }


@alone
async def test_who_cannot_be_opened_never_keeps_the_line_from_moving_up(office: Office) -> None:
    event, people = await three(office, capacity_in_person=1)

    await leaving.cancel(people[0].id, act=office.at(NOW))

    assert await statuses(people) == [Status.CANCELLED, Status.WAITLISTED, Status.CONFIRMED]
    assert await told(event, office, "promoted") == ["celine@example.org"]


@alone
async def test_who_types_the_address_of_somebody_unreadable_gets_the_answer_that_all_get(
    office: Office,
) -> None:
    event, _people = await three(office)

    receipt = await registering.register(event.id, make.applicant("Basil"), act=office.at(NOW))

    assert receipt.is_new is False
    assert await told(event, office, "already") == []


@alone
async def test_an_event_with_somebody_unreadable_moves_and_all_others_hear_of_it(office: Office) -> None:
    event, _people = await three(office)
    await make.change(event, office, starts_wall="2035-05-12T15:00", ends_wall="2035-05-12T16:30")

    await announcing.announce(event.id, act=office.at(NOW))
    reached = await announcing.reached_by(await Event.get(id=event.id), act=office.at(NOW, Who.ORGANIZER))

    assert await told(event, office, "changed") == ["amal@example.org", "celine@example.org"]
    assert sorted(each.name for each in reached) == ["Amal", "Celine"]


@alone
async def test_an_event_with_a_letter_that_cannot_be_opened_moves_twice(office: Office) -> None:
    event, people = await three(office)
    for hour in (15, 17):
        await make.change(
            event, office, starts_wall=f"2035-05-12T{hour}:00", ends_wall=f"2035-05-12T{hour}:30"
        )
        await announcing.announce(event.id, act=office.at(NOW))
        for letter in await Letter.filter(kind="mailings.changed", thread=people[0].id, state="queued"):
            await make.spoiled(letter, "facts")

    assert await Letter.filter(kind="mailings.changed", thread=people[0].id).count() == 2


@alone
async def test_that_data_stays_longer_is_told_to_all_others(office: Office) -> None:
    event, _people = await three(office)

    await telling.put_off(event.id, event.deletion_day, office.at(NOW), tells=True)

    assert await told(event, office, "put_off") == ["amal@example.org", "celine@example.org"]


@alone
async def test_an_event_with_somebody_unreadable_is_forgotten_on_its_day(office: Office) -> None:
    event = await make.event(office.vault)
    question = await make.question(event)
    people = await make.registered(event, "Amal", "Basil", office=office, answers={str(question.id): "a"})
    await make.spoiled(people[1])

    assert await deletion.forget_due(act=office.at(event.ends_at + timedelta(days=30))) == 1

    gone = await Event.get(id=event.id)
    assert (gone.is_emptied, await Registration.all().count()) == (True, 0)


@alone
async def test_whether_a_question_is_answered_never_fails_because_of_one(office: Office) -> None:
    event = await make.event(office.vault)
    question = await make.question(event)
    people = await make.registered(event, "Amal", "Basil", office=office, answers={str(question.id): "a"})
    await make.spoiled(people[1])

    assert await answered_in(event.id, act=office.at(NOW, Who.ORGANIZER)) == {str(question.id)}


@alone
async def test_a_colleague_who_cannot_be_opened_goes_with_who_registered_them(office: Office) -> None:
    event = await make.event(office.vault, most_guests=2)
    guests = [Guest("Basil", "basil@example.org"), Guest("Celine")]
    (leader,) = await make.registered(event, "Amal", office=office, guests=guests)
    company = await Registration.filter(party=leader.id).order_by("arrival")
    await make.spoiled(company[1])

    await leaving.let_company_stay(leader.id, {}, act=office.at(NOW))
    await leaving.cancel(leader.id, act=office.at(NOW))

    assert await statuses(company) == [Status.CANCELLED] * 3


@alone
async def test_an_invitation_that_cannot_be_opened_keeps_no_other_from_leaving(office: Office) -> None:
    event = await make.event(office.vault)
    invitees = [Invitee(who, f"{who.lower()}@example.org", "en") for who in ("Amal", "Basil")]
    await inviting.invite(
        event.id, invitees, batch="press", purpose="open", quota_id=None, is_bound=False, act=office.at(NOW)
    )
    first, second = await Invitation.all().order_by("id")
    await make.spoiled(first, "guest")

    sent = await inviting.send_invitations(event.id, "press", act=office.at(NOW))
    await inviting.revoke(event.id, first.id, act=office.at(NOW))

    assert sent == 1
    assert (await Invitation.get(id=first.id)).state == "revoked"
    assert (await Invitation.get(id=second.id)).state == "sent"


@alone
async def test_an_uploaded_list_that_cannot_be_opened_is_asked_for_again(office: Office) -> None:
    event, organizer = await make.event(office.vault), await make.organizer(office.vault)
    act = office.at(NOW, Who.ORGANIZER)
    draft = await drafts.keep_draft(event.id, organizer.id, b"Name", act=act)
    await make.spoiled(draft, "file")

    with pytest.raises(drafts.DraftUnreadable):
        drafts.reveal_file(draft, act=act)


async def test_the_page_of_who_cannot_be_opened_says_so_and_lets_them_go(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (person,) = await make.registered(event, "Basil", office=house.office)
    await noting.keep_note(person, "Vegetarian", act=house.office.at(NOW))
    await person.refresh_from_db()
    await make.spoiled(person)
    await make.spoiled(person, "notes")
    path = f"/desk/events/{event.id}/registrations/{person.id}"

    shown = words_of(await desk.get(path))
    cancelled = await desk.post(f"{path}/cancellation")
    after = words_of(await desk.get(path))
    await desk.post(f"{path}/erasure")
    erased = words_of(await desk.get(path))

    assert "The data of this person cannot be opened" in shown
    assert "The note cannot be opened" in shown
    assert cancelled.status_code == 303
    assert "no email could be written" in after
    assert "This person's data has been deleted" in erased


async def test_a_note_that_cannot_be_opened_is_written_anew(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (person,) = await make.registered(event, "Basil", office=house.office)
    await noting.keep_note(person, "Vegetarian", act=house.office.at(NOW))
    await person.refresh_from_db()
    await make.spoiled(person, "notes")

    path = f"/desk/events/{event.id}/registrations/{person.id}"
    kept = await desk.post(f"{path}/notes", note="Vegan")

    assert kept.status_code == 303
    assert "Vegan" in (await desk.get(path)).text


async def test_words_to_many_that_cannot_be_opened_never_hide_those_that_can(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    act = house.office.at(NOW, Who.ORGANIZER)
    lost = await writing.save_draft(event.id, Content({"en": "Lost"}, {"en": "Words"}), act=act)
    await writing.save_draft(event.id, Content({"en": "Found"}, {"en": "Words"}), act=act)
    await make.spoiled(lost, "content")

    listed = words_of(await desk.get(f"/desk/events/{event.id}/write"))
    opened = await desk.get(f"/desk/events/{event.id}/write/{lost.id}")
    anew = await desk.get(opened.headers["location"])

    assert "Found" in listed
    assert "Cannot be opened" in listed
    assert anew.status_code == 200


async def test_invitations_that_cannot_be_opened_never_hide_the_others(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    invitees = [Invitee(who, f"{who.lower()}@example.org", "en") for who in ("Amal", "Basil")]
    await inviting.invite(
        event.id, invitees, batch="press", purpose="open", quota_id=None, is_bound=False,
        act=house.office.at(NOW),
    )  # fmt: skip
    first, _second = await Invitation.all().order_by("id")
    await make.spoiled(first, "guest")

    listed = words_of(await desk.get(f"/desk/events/{event.id}/invitations"))

    assert "Cannot be opened" in listed
    assert ("Amal" in listed) + ("Basil" in listed) == 1


async def test_a_join_link_that_cannot_be_opened_never_shuts_an_event(house: House) -> None:
    event = await make.event(house.vault, capacity_online=5, join_link="https://meet.example.org/a")
    desk = await house.desk()
    await make.spoiled(event, "join_link")

    form = await desk.get(f"/desk/events/{event.id}/edit")

    assert form.status_code == 200
    assert "cannot be opened any more" in words_of(form)


async def test_an_event_with_somebody_unreadable_is_called_off_at_the_desk(house: House) -> None:
    event, people = await three(house.office)

    await life.cancel_event(event.id, follow=make.follower(house.office), act=house.office.at(NOW))

    assert await statuses(people) == [Status.CANCELLED] * 3
    assert await told(event, house.office, "event_cancelled") == ["amal@example.org", "celine@example.org"]
    desk = await house.desk()
    assert "People who cannot be opened" in words_of(await desk.get("/desk/health"))


@alone
async def test_a_file_that_cannot_be_read_just_now_never_makes_anybody_unreadable() -> None:
    def opens() -> str:
        raise OSError

    with pytest.raises(OSError):
        await or_set_aside(opens, uuid.uuid4(), uuid.uuid4())

    assert not await Trouble.exists()
