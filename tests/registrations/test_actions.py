"""Seats are exact, the line keeps its order, everybody gets the letters that their changes owe, and no other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from events_app.acts import Office
from events_app.database import is_sqlite
from events_app.errors import NoSuchPage, Refusal
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing
from events_app.registrations import rules
from events_app.registrations.actions import leaving, registering
from events_app.registrations.models import Registration, counts_of
from events_app.registrations.places import pool_of
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Pool, Status
from events_app.vault import Reader
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

SECOND = timedelta(seconds=1)


async def line(event: Event, office: Office) -> list[str]:
    """The names of those who wait, in order."""
    waiting = await Registration.filter(event_id=event.id, status=Status.WAITLISTED).order_by(
        "waitlist_order"
    )
    return [reveal_person(each, vault=office.vault, reader=make.COURIER).name for each in waiting]


async def confirmed(event: Event, office: Office) -> list[str]:
    found = await Registration.filter(event_id=event.id, status=Status.CONFIRMED)
    return sorted(reveal_person(each, vault=office.vault, reader=make.COURIER).name for each in found)


async def cancel(registration: Registration, office: Office, *, now: datetime = NOW) -> Registration:
    return await leaving.cancel(registration.id, act=office.at(now))


async def test_a_free_seat_is_confirmed_with_a_letter(office: Office) -> None:
    event = await make.event(office.vault)

    receipt = await registering.register(event.id, make.applicant(), act=office.at(NOW))

    assert receipt == registering.Receipt(event.id, Status.CONFIRMED, "in_person", "guest1@example.org")
    row = await make.row_of(event, "guest1@example.org", office=office)
    assert (row.status, row.answer, row.invited, row.telling) == (
        "confirmed",
        "ACCEPTED",
        True,
        event.telling,
    )
    assert (row.waitlist_order, row.sequence, row.registered_on) == (None, 0, NOW.date())
    assert await make.kinds(event, office) == ["confirmed guest1@example.org"]


async def test_the_fourth_of_three_waits(office: Office) -> None:
    event = await make.event(office.vault)

    rows = await make.registered(event, 1, 2, 3, 4, 5, office=office)

    assert [row.status for row in rows] == ["confirmed"] * 3 + ["waitlisted"] * 2
    assert [row.waitlist_order for row in rows] == [None, None, None, 1, 2]
    assert (rows[3].answer, rows[3].invited) == ("TENTATIVE", False)
    assert await pool_of(event, "in_person") == Pool(3, confirmed=3, waiting=1, most=3)
    assert (await make.kinds(event, office))[3:] == [
        "waitlisted guest4@example.org",
        "waitlisted guest5@example.org",
    ]


async def test_without_a_capacity_everybody_is_confirmed(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=None)

    rows = await make.registered(event, *range(1, 6), office=office)

    assert {row.status for row in rows} == {"confirmed"}


async def test_each_way_of_taking_part_has_its_own_seats(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1, offers_online=True, capacity_online=1)

    here = await make.registered(event, 1, 2, office=office)
    there = await make.registered(event, 3, 4, office=office, mode="online")

    assert [row.status for row in here + there] == ["confirmed", "waitlisted"] * 2
    await cancel(there[0], office)
    assert await line(event, office) == ["Guest 2"]


async def test_a_seat_that_becomes_free_goes_to_the_first_in_line_at_once(office: Office) -> None:
    event = await make.event(office.vault)
    rows = await make.registered(event, 1, 2, 3, 4, 5, office=office)

    await cancel(rows[1], office)

    assert await confirmed(event, office) == ["Guest 1", "Guest 3", "Guest 4"]
    assert await line(event, office) == ["Guest 5"]
    moved = await Registration.get(id=rows[3].id)
    assert (moved.answer, moved.waitlist_order, moved.invited, moved.telling) == (
        "ACCEPTED",
        None,
        True,
        event.telling,
    )
    assert (await make.kinds(event, office))[5:] == [
        "cancelled guest2@example.org",
        "promoted guest4@example.org",
    ]


async def test_nobody_overtakes_who_waits_even_when_a_seat_is_free(office: Office) -> None:
    """A seat can be free while somebody waits, when the line was made by hand or by an older program."""
    event = await make.event(office.vault, capacity_in_person=1)
    rows = await make.registered(event, 1, 2, office=office)
    await Registration.filter(id=rows[0].id).delete()

    (late,) = await make.registered(event, 3, office=office)

    assert late.status == "waitlisted"
    assert (await Registration.get(id=rows[1].id)).status == "confirmed"


async def test_who_leaves_the_line_keeps_the_others_in_order(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    rows = await make.registered(event, 1, 2, 3, 4, office=office)

    await cancel(rows[2], office)
    await make.registered(event, 5, office=office)
    assert await line(event, office) == ["Guest 2", "Guest 4", "Guest 5"]
    await cancel(rows[0], office)

    assert await line(event, office) == ["Guest 4", "Guest 5"]
    assert "promoted guest3@example.org" not in await make.kinds(event, office)


async def test_more_seats_promote_as_many_as_fit_in_order(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, 1, 2, 3, 4, office=office)

    await make.change(event, office, capacity_in_person=3)

    assert await confirmed(event, office) == ["Guest 1", "Guest 2", "Guest 3"]
    assert await line(event, office) == ["Guest 4"]
    assert (await make.kinds(event, office))[4:] == [
        "promoted guest2@example.org",
        "promoted guest3@example.org",
    ]


async def test_a_limit_taken_away_promotes_everybody(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, 1, 2, 3, office=office)

    await make.change(event, office, capacity_in_person=None)

    assert await line(event, office) == []


async def test_fewer_seats_take_none_away(office: Office) -> None:
    event = await make.event(office.vault)
    rows = await make.registered(event, 1, 2, 3, 4, office=office)
    letters = await Letter.all().count()

    await make.change(event, office, capacity_in_person=1)
    assert await confirmed(event, office) == ["Guest 1", "Guest 2", "Guest 3"]
    assert await Letter.all().count() == letters

    await cancel(rows[0], office)
    await cancel(rows[1], office)
    assert await confirmed(event, office) == ["Guest 3"]
    await cancel(rows[2], office)
    assert await confirmed(event, office) == ["Guest 4"]


async def test_no_seats_at_all_means_everybody_waits(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=0)

    (row,) = await make.registered(event, 1, office=office)

    assert row.status == "waitlisted"


async def _is_full(event: Event, office: Office) -> None:
    await make.registered(event, 1, office=office)


Change = Callable[[Event, Office], Awaitable[None]]


async def _nothing(event: Event, office: Office) -> None:
    pass


async def _is_cancelled(event: Event, office: Office) -> None:
    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))


async def _is_a_draft(event: Event, office: Office) -> None:
    async def has_registrations(event_id: Any) -> bool:
        return False

    await life.withdraw_event(event.id, has_registrations=has_registrations, act=office.at(NOW))


ENDS_AT = datetime(2035, 5, 12, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("refusal", "said", "happened", "now", "asked"),
    [
        (rules.EventFull, {"capacity_in_person": 1, "keeps_waitlist": False}, _is_full, NOW, {}),
        (rules.RegistrationClosed, {"closes_at": NOW}, _nothing, NOW, {}),
        (rules.RegistrationNotOpenYet, {"opens_at": NOW + SECOND}, _nothing, NOW, {}),
        (rules.RegistrationNotOpenYet, {}, _is_a_draft, NOW, {}),
        (rules.EventOver, {}, _nothing, ENDS_AT, {}),
        (rules.EventCalledOff, {}, _is_cancelled, NOW, {}),
        (rules.ModeNotOffered, {}, _nothing, NOW, {"mode": "online"}),
        (rules.ModeNotOffered, {}, _nothing, NOW, {"mode": "by telepathy"}),
    ],
)
async def test_a_refusal_is_named_and_leaves_nothing_behind(
    office: Office,
    refusal: type[Refusal],
    said: dict[str, Any],
    happened: Change,
    now: datetime,
    asked: dict[str, Any],
) -> None:
    event = await make.event(office.vault, **said)
    await happened(event, office)
    before = (
        await Registration.all().count(),
        await Letter.all().count(),
        await make.claims_of(event.id),
    )

    with pytest.raises(refusal):
        await registering.register(event.id, make.applicant(9, **asked), act=office.at(now))

    after = (
        await Registration.all().count(),
        await Letter.all().count(),
        await make.claims_of(event.id),
    )
    assert after == before


async def test_while_one_registers_others_wait_for_few_journeys_to_the_database(office: Office) -> None:
    """Two letters and a line of history are written with the registration, on PostgreSQL in one statement. Whoever adds
    one here makes everybody wait longer who wants the same event."""
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    with make.Statements() as asked:
        await registering.register(event.id, make.applicant(2), act=office.at(NOW))

    assert len(await make.posted(event, office, own_pages=True)) == 4
    assert asked.number == (
        11 if is_sqlite() else 7
    )  # and two that PostgreSQL's log leaves out: the claim is one


async def test_the_last_moment_before_each_edge_is_still_open(office: Office) -> None:
    edges = {"opens_at": NOW, "closes_at": ENDS_AT}
    event = await make.event(office.vault, **edges)

    await make.registered(event, 1, office=office, now=NOW)
    await make.registered(event, 2, office=office, now=ENDS_AT - SECOND)

    assert len(await confirmed(event, office)) == 2


async def test_nobody_registers_for_an_event_that_is_not_there(office: Office) -> None:
    event = await make.event(office.vault)
    await Event.filter(id=event.id).delete()

    with pytest.raises(NoSuchPage):
        await registering.register(event.id, make.applicant(), act=office.at(NOW))


@pytest.mark.parametrize("again", ["guest1@example.org", "GUEST1@Example.ORG", " guest1@example.org "])
async def test_a_repeated_address_changes_nothing_and_the_truth_goes_into_a_letter(
    office: Office, again: str
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    asked = make.applicant(1, address=again, name="Somebody Else", language="ar", needs="A ramp")

    receipt = await registering.register(event.id, asked, act=office.at(NOW))

    assert receipt == registering.Receipt(event.id, Status.CONFIRMED, "in_person", again)
    unchanged = await Registration.get(event_id=event.id)
    assert (unchanged.person, unchanged.language, unchanged.token_digest) == (
        row.person,
        "en",
        row.token_digest,
    )
    first, truth = await make.posted(event, office)
    assert (first.kind, truth.kind, truth.to) == ("confirmed", "already", "guest1@example.org")
    assert "Nothing has changed" in truth.draft.text
    assert "Somebody Else" not in truth.everything
    assert truth.draft.calendar is None


async def test_the_receipt_of_a_repeated_address_says_what_a_new_one_would_get(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, 1, office=office)

    again = await registering.register(event.id, make.applicant(1), act=office.at(NOW))
    new = await registering.register(event.id, make.applicant(2), act=office.at(NOW))

    assert (again.status, new.status) == (Status.WAITLISTED, Status.WAITLISTED)
    assert (await make.row_of(event, "guest1@example.org", office=office)).status == "confirmed"


async def test_a_repeated_address_is_refused_like_a_new_one_when_it_is_full(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1, keeps_waitlist=False)
    await make.registered(event, 1, office=office)

    for who in (1, 2):
        with pytest.raises(rules.EventFull):
            await registering.register(event.id, make.applicant(who), act=office.at(NOW))
    assert await make.kinds(event, office) == ["confirmed guest1@example.org"]


async def test_many_repeats_leave_one_letter_on_its_way(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, 1, 1, 1, office=office)
    await make.link_asked(event, "guest1@example.org", office=office)

    states = [(post.kind, post.letter.state) for post in await make.posted(event, office)]

    assert states == [("confirmed", "queued"), ("already", "queued")]


async def test_the_database_itself_refuses_two_living_registrations_of_one_address(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    twin = {name: getattr(row, name) for name in row._meta.db_fields}

    with pytest.raises(IntegrityError):
        await Registration.create(**{**twin, "id": event.id, "token_digest": b"x" * 32})
    await Registration.create(**{**twin, "id": event.id, "token_digest": b"x" * 32, "live": None})


async def test_two_who_register_at_once_with_one_address_are_one(office: Office) -> None:
    event = await make.event(office.vault)

    await asyncio.gather(
        *(registering.register(event.id, make.applicant(1), act=office.at(NOW)) for _ in range(5))
    )

    assert await Registration.all().count() == 1
    assert (await make.kinds(event, office)).count("confirmed guest1@example.org") == 1


async def test_who_cancelled_registers_again_as_somebody_new(office: Office) -> None:
    event = await make.event(office.vault)
    (first,) = await make.registered(event, 1, office=office)
    await cancel(first, office)

    (second,) = await make.registered(event, 1, office=office)

    assert first.id != second.id
    assert first.token_digest != second.token_digest
    letters = await make.posted(event, office)
    assert [post.kind for post in letters] == ["confirmed", "cancelled", "confirmed"]
    assert letters[0].facts["uid"] == letters[1].facts["uid"] != letters[2].facts["uid"]
    assert (second.sequence, second.live, (await Registration.get(id=first.id)).live) == (0, 1, None)


async def test_a_cancellation_takes_the_entry_out_of_the_calendar_and_counts_on(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)

    gone = await cancel(row, office)

    assert (gone.status, gone.answer, gone.live, gone.sequence) == ("cancelled", "DECLINED", None, 1)
    request, called_off = await make.posted(event, office)
    assert (request.draft.method, called_off.draft.method) == ("REQUEST", "CANCEL")
    assert "SEQUENCE:0\r\n" in request.calendar
    assert "SEQUENCE:1\r\n" in called_off.calendar
    assert "STATUS:CANCELLED" in called_off.calendar


async def test_who_was_never_invited_gets_no_calendar_part_when_leaving_the_line(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=0)
    (row,) = await make.registered(event, 1, office=office)

    gone = await cancel(row, office)

    waitlisted, called_off = await make.posted(event, office)
    assert (waitlisted.draft.method, called_off.draft.method) == (None, None)
    assert (waitlisted.draft.calendar, called_off.draft.calendar) == (None, None)
    assert (gone.sequence, gone.waitlist_order) == (0, None)


async def test_a_registration_is_cancelled_once(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await cancel(row, office)

    with pytest.raises(rules.AlreadyCancelled):
        await cancel(row, office)
    assert await make.kinds(event, office) == ["confirmed guest1@example.org", "cancelled guest1@example.org"]


async def test_two_who_cancel_the_same_at_once_free_one_seat(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    rows = await make.registered(event, 1, 2, 3, office=office)

    answers = await asyncio.gather(*(cancel(rows[0], office) for _ in range(4)), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == [*["AlreadyCancelled"] * 3, "Registration"]
    assert (await confirmed(event, office), await line(event, office)) == (["Guest 2"], ["Guest 3"])


async def test_nobody_cancels_what_is_over_or_was_never_there(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)

    with pytest.raises(rules.EventOver):
        await cancel(row, office, now=ENDS_AT)
    with pytest.raises(rules.NoSuchRegistration):
        await leaving.cancel(event.id, act=office.at(NOW))


async def test_after_the_end_no_seat_moves(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, 1, 2, office=office)

    await make.change(event, office, capacity_in_person=9, now=ENDS_AT)

    assert await line(event, office) == ["Guest 2"]


async def test_a_change_of_time_is_told_once_to_those_who_hold_the_old_one(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, 2, office=office)
    changed = await make.change(event, office, starts_wall="2035-05-12T12:00", capacity_in_person=2)
    await make.registered(event, 3, office=office)
    assert await make.how_many_hold_an_old_time(changed.id) == 2

    told = [await announcing.announce(event.id, act=office.at(NOW)) for _ in range(3)]

    assert told == [2, 0, 0]
    assert await make.how_many_hold_an_old_time(changed.id) == 0
    letters = [post for post in await make.posted(event, office) if post.kind == "changed"]
    assert sorted(post.to for post in letters) == ["guest1@example.org", "guest2@example.org"]
    for post in letters:
        assert post.draft.method == "REQUEST"
        assert "SEQUENCE:1\r\n" in post.calendar
        assert "DTSTART;TZID=Europe/Brussels:20350512T120000" in post.calendar
        assert "PARTSTAT=NEEDS-ACTION" in post.calendar


async def test_who_only_waits_hears_of_a_new_hour_and_is_invited_later_from_zero(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=0)
    await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T12:00")
    await announcing.announce(event.id, act=office.at(NOW))
    await make.change(event, office, capacity_in_person=1)

    letters = await make.posted(event, office)

    assert [(post.kind, post.draft.method) for post in letters] == [
        ("waitlisted", None),
        ("changed", None),
        ("promoted", "REQUEST"),
    ]
    assert "SEQUENCE:0\r\n" in letters[-1].calendar


async def test_a_change_that_is_taken_back_before_anybody_was_told_needs_no_letter(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T12:00")
    back = await make.change(event, office, starts_wall=make.STARTS)

    assert await make.how_many_hold_an_old_time(back.id) == 0
    assert await announcing.announce(event.id, act=office.at(NOW)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_wall": "2035-05-12T12:00"},
        {"ends_wall": "2035-05-12T15:00"},
        {"zone": "Asia/Beirut"},
        {"place": {"en": "Elsewhere"}},
    ],
)
async def test_what_a_calendar_says_makes_people_hold_an_old_entry(
    office: Office, changes: dict[str, Any]
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    changed = await make.change(event, office, **changes)

    assert await make.how_many_hold_an_old_time(changed.id) == 1


async def test_a_new_consent_or_capacity_makes_nobody_hold_an_old_entry(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    changed = await make.change(event, office, consent={"en": "I agree."}, capacity_in_person=9)

    assert await make.how_many_hold_an_old_time(changed.id) == 0


async def test_the_letters_of_one_person_count_their_calendar_upwards(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    for hour in ("10", "11"):
        await make.change(event, office, starts_wall=f"2035-05-12T{hour}:00")
        await announcing.announce(event.id, act=office.at(NOW))
    await cancel(row, office)

    counted = [(post.kind, post.facts["sequence"]) for post in await make.posted(event, office)]

    assert counted == [("confirmed", 0), ("changed", 1), ("changed", 2), ("cancelled", 3)]


async def test_an_event_called_off_writes_to_everybody_exactly_once(office: Office) -> None:
    event = await make.event(office.vault)
    rows = await make.registered(event, 1, 2, 3, 4, office=office)
    await cancel(rows[0], office)
    before = len(await make.posted(event, office))

    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))

    letters = (await make.posted(event, office))[before:]
    assert sorted((post.kind, post.to) for post in letters) == [
        ("event_cancelled", f"guest{number}@example.org") for number in (2, 3, 4)
    ]
    assert {post.draft.method for post in letters} == {"CANCEL"}
    assert set(await counts_of(event.id)) == {("cancelled", "in_person")}


async def test_who_only_waited_is_told_of_a_called_off_event_without_a_calendar_part(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=0)
    await make.registered(event, 1, office=office)

    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))

    post = (await make.posted(event, office))[-1]
    assert (post.kind, post.draft.method, post.draft.calendar) == ("event_cancelled", None, None)


async def test_the_link_is_mailed_to_who_lives_here_and_to_nobody_else(office: Office) -> None:
    event = await make.event(office.vault)
    rows = await make.registered(event, 1, 2, office=office)
    await cancel(rows[1], office)
    claims = await make.claims_of(event.id)

    for address in ("Guest1@example.org", "guest2@example.org", "nobody@example.org"):
        await make.link_asked(event, address, office=office)

    letters = await make.posted(event, office)
    assert [f"{post.kind} {post.to}" for post in letters][3:] == ["link guest1@example.org"]
    person = reveal_person(rows[0], vault=office.vault, reader=make.COURIER)
    assert f"{make.BASE}/registrations/{person.token}" in letters[-1].draft.text
    assert await make.claims_of(event.id) == claims + 3


async def test_an_address_known_at_another_event_is_unknown_here(office: Office) -> None:
    here, there = await make.event(office.vault), await make.event(office.vault)
    await make.registered(here, 1, office=office)

    await make.link_asked(there, "guest1@example.org", office=office)

    assert await make.kinds(there, office) == []


async def test_a_person_sealed_for_one_row_does_not_open_in_another(office: Office) -> None:
    event = await make.event(office.vault)
    first, second = await make.registered(event, 1, 2, office=office)
    second.person = first.person

    with pytest.raises(Refusal):
        reveal_person(second, vault=office.vault, reader=Reader("own link", str(second.id)))


async def test_a_letter_that_cannot_be_posted_undoes_what_it_tells_of(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    rows = await make.registered(event, 1, 2, office=office)
    office.vault.forget(str(event.id))

    with pytest.raises(Refusal):
        await cancel(rows[0], office)

    found = await Registration.filter(event_id=event.id).order_by("status")
    assert [row.status for row in found] == ["confirmed", "waitlisted"]
    assert await Letter.all().count() == 3
