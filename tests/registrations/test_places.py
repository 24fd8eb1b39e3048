"""Pools of places: what quotas keep, parties, and people whose address is not confirmed yet."""

from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee, QuotaFacts
from events_app.mailings.actions import announcing
from events_app.personal.models import place_in_line
from events_app.registrations import posting, rules
from events_app.registrations.actions import changing, deciding, leaving
from events_app.registrations.models import Invitation, Quota, Registration
from events_app.registrations.rules import Guest, Status
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def save_quota(event: Event, places: int, office: Office, *, mode: str = "in_person") -> Quota:
    """The event's only quota has so many places."""
    known = await Quota.get_or_none(event_id=event.id)
    wanted = QuotaFacts(str(known.id) if known else "", "Partners", mode, places)
    await inviting.save_quotas(event.id, [wanted], act=office.at(NOW))
    return await Quota.get(event_id=event.id)


async def invited(
    event: Event, *people: int, quota: Quota | None, office: Office, purpose: str = "open", **changes: Any
) -> list[Registration]:
    """These people register with codes, of the quota if one is named."""
    await inviting.invite(
        event.id,
        [Invitee()] * len(people),
        batch="partners",
        purpose=purpose,
        quota_id=quota.id if quota else None,
        is_bound=False,
        act=office.at(NOW),
    )
    found = []
    fresh = await Invitation.filter(event_id=event.id, state="created").order_by("id")
    for who, invitation in zip(people, fresh, strict=True):
        code = posting.reveal_guest(invitation, act=office.at(NOW))["code"]
        found += await make.registered(event, who, office=office, code=code, **changes)
    return found


async def seated(event: Event) -> int:
    return await Registration.filter(event_id=event.id, seated=True).count()


async def test_two_quotas_change_names_in_one_save(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3)
    names = ["Partners", "Press"]
    await inviting.save_quotas(
        event.id, [QuotaFacts("", name, "in_person", 1) for name in names], act=office.at(NOW)
    )
    before = {quota.name: str(quota.id) for quota in await Quota.filter(event_id=event.id)}

    swapped = [
        QuotaFacts(before[name], other, "in_person", 1)
        for name, other in zip(names, names[::-1], strict=True)
    ]
    await inviting.save_quotas(event.id, swapped, act=office.at(NOW))

    after = {quota.name: str(quota.id) for quota in await Quota.filter(event_id=event.id)}
    assert after == {"Partners": before["Press"], "Press": before["Partners"]}


async def test_a_quota_made_smaller_than_what_it_gave_away_frees_nothing(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3)
    quota = await save_quota(event, 2, office)
    await invited(event, 1, 2, quota=quota, office=office)
    await make.registered(event, 3, 4, 5, office=office)

    await save_quota(event, 0, office)

    assert await seated(event) == 3


async def test_a_quota_that_moves_to_the_other_mode_frees_nothing(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3, offers_online=True)
    quota = await save_quota(event, 2, office)
    await invited(event, 1, 2, quota=quota, office=office)
    await make.registered(event, 3, 4, 5, office=office)

    await save_quota(event, 2, office, mode="online")

    assert await seated(event) == 3


async def test_a_quota_made_for_a_full_event_waits_for_seats_like_everybody(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3)
    rows = await make.registered(event, 1, 2, 3, office=office)
    quota = await save_quota(event, 2, office)

    late = await invited(event, 4, 5, quota=quota, office=office)

    assert [row.status for row in late] == ["waitlisted"] * 2
    await leaving.cancel(rows[0].id, act=office.at(NOW))
    assert await seated(event) == 3
    assert await Registration.filter(event_id=event.id, seated=True, quota_id=quota.id).count() == 1


async def test_an_event_made_smaller_than_its_quota_seats_nobody_more(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3)
    quota = await save_quota(event, 2, office)
    await make.registered(event, 1, office=office)
    event = await make.change(event, office, capacity_in_person=1)

    late = await invited(event, 2, quota=quota, office=office)

    assert late[0].status == "waitlisted"
    assert await seated(event) == 1


async def test_who_moves_up_before_their_address_is_confirmed_has_a_seat_held_and_no_letter(
    office: Office,
) -> None:
    event = await make.event(office.vault, capacity_in_person=1, confirms_address=True)
    (first,) = await make.registered(event, 1, office=office)
    (second,) = await make.registered(event, 2, office=office)

    await leaving.cancel(first.id, act=office.at(NOW))

    second = await Registration.get(id=second.id)
    assert (second.status, second.seated, second.due_for) == ("waitlisted", True, "address")
    assert (await make.kinds(event, office))[-1] == "cancelled guest1@example.org"
    await leaving.confirm_address(second.id, act=office.at(NOW))
    assert (await Registration.get(id=second.id)).status == "confirmed"
    assert (await make.kinds(event, office))[-1] == "confirmed guest2@example.org"


@pytest.mark.parametrize("ends", ["lapse", "cancel", "announce", "decline"])
async def test_colleagues_hear_nothing_before_the_one_who_named_them_has_confirmed(
    office: Office, ends: str
) -> None:
    event = await make.event(
        office.vault, confirms_address=True, most_guests=1, needs_approval=ends == "decline"
    )
    (first,) = await make.registered(event, 1, office=office, guests=[Guest("Guest 9", "guest9@example.org")])

    if ends == "lapse":
        later = NOW + timedelta(days=3)
        for each in await deciding.due_now(later):
            await deciding.lapse(each, act=office.at(later))
    elif ends == "cancel":
        await leaving.cancel(first.id, act=office.at(NOW))
    elif ends == "decline":
        await deciding.decline(first.id, reason={}, act=office.at(NOW))
    else:
        await make.change(event, office, starts_wall="2035-05-12T12:00")
        await announcing.announce(event.id, act=office.at(NOW))

    posts = await make.posted(event, office)
    assert {post.to for post in posts} == {"guest1@example.org"}


async def test_a_party_that_waits_changes_lines_together(office: Office) -> None:
    event = await make.event(
        office.vault, capacity_in_person=0, offers_online=True, capacity_online=0, most_guests=2
    )
    (first,) = await make.registered(event, 1, office=office, guests=[Guest("Guest 9")])

    await changing.switch_mode(first.id, "online", act=office.at(NOW))

    rows = await Registration.filter(event_id=event.id)
    assert {row.mode for row in rows} == {"online"}
    assert len({row.waitlist_order for row in rows}) == 1
    assert {row.party for row in rows} == {first.id}


async def test_an_approved_party_never_takes_a_seat_that_was_not_counted(office: Office) -> None:
    """A colleague who had changed to the other way of taking part was given a place there, full or not."""
    event = await make.event(
        office.vault,
        capacity_in_person=5,
        offers_online=True,
        capacity_online=0,
        most_guests=1,
        needs_approval=True,
    )
    (first,) = await make.registered(event, 1, office=office, guests=[Guest("Guest 9", "guest9@example.org")])
    guest = await make.row_of(event, "guest9@example.org", office=office)
    await changing.switch_mode(guest.id, "online", act=office.at(NOW))

    await deciding.approve(first.id, act=office.at(NOW))

    assert await Registration.filter(event_id=event.id, seated=True, mode="online").count() == 0
    assert (await Registration.get(id=guest.id)).status == Status.PENDING


async def test_who_was_entered_without_a_letter_gets_no_cancel_for_an_entry_nobody_has(
    office: Office,
) -> None:
    event = await make.event(office.vault)

    entered = await deciding.register_by_hand(event.id, make.applicant(1), act=office.at(NOW), writes=False)
    assert entered is not None
    await leaving.cancel(entered.id, act=office.at(NOW))

    assert [post.draft.method for post in await make.posted(event, office)] == [None]


async def test_an_event_that_is_over_promotes_nobody_by_hand(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    rows = await make.registered(event, 1, 2, office=office)

    with pytest.raises(rules.EventOver):
        await deciding.promote_by_hand(rows[1].id, act=office.at(event.ends_at))


async def test_an_invitee_who_takes_part_in_the_other_way_never_waits_for_places_the_quota_has_not(
    office: Office,
) -> None:
    event = await make.event(office.vault, offers_online=True, capacity_online=1)
    quota = await save_quota(event, 2, office)

    (first,) = await invited(event, 1, quota=quota, office=office, mode="online")
    (second,) = await invited(event, 2, quota=quota, office=office, mode="online")
    await leaving.cancel(first.id, act=office.at(NOW))

    second = await Registration.get(id=second.id)
    assert [first.status, second.status] == ["confirmed", "confirmed"]
    assert [first.quota_id, second.quota_id] == [None, None]


async def test_who_waits_for_a_quota_that_moves_to_the_other_mode_never_waits_for_ever(
    office: Office,
) -> None:
    event = await make.event(office.vault, capacity_in_person=2, offers_online=True)
    quota = await save_quota(event, 1, office)
    await invited(event, 1, quota=quota, office=office)
    (waiting,) = await invited(event, 2, quota=quota, office=office)
    assert (waiting.status, waiting.quota_id) == ("waitlisted", quota.id)

    await save_quota(event, 1, office, mode="online")

    moved = await Registration.get(id=waiting.id)
    assert (moved.status, moved.quota_id) == ("confirmed", None)
    assert await seated(event) == 2


async def test_a_party_that_can_never_fit_is_refused_and_shuts_nobody_out(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3, most_guests=5)
    five = [Guest(f"Guest {number}") for number in range(11, 15)]

    with pytest.raises(rules.PartyTooLarge) as refused:
        await make.registered(event, 1, office=office, guests=five)
    rows = await make.registered(event, 2, 3, 4, office=office)

    assert refused.value.values == {"most": 3}
    assert [row.status for row in rows] == ["confirmed"] * 3


@pytest.mark.parametrize("kept", [2, 0])
async def test_a_party_larger_than_the_places_of_its_quota_or_of_everybody_is_refused(
    office: Office, kept: int
) -> None:
    event = await make.event(office.vault, capacity_in_person=4, most_guests=3, needs_approval=not kept)
    quota = await save_quota(event, 2, office)
    three = [Guest("Guest 8"), Guest("Guest 9")]

    with pytest.raises(rules.PartyTooLarge):
        if kept:
            await invited(event, 1, quota=quota, office=office, guests=three)
        else:
            await make.registered(event, 1, office=office, guests=three)


async def test_a_party_that_does_not_fit_yet_never_keeps_a_seat_from_who_does(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3, most_guests=2)
    first = await make.registered(event, 1, 2, office=office)
    (party,) = await make.registered(event, 3, office=office, guests=[Guest("Guest 8"), Guest("Guest 9")])

    (alone,) = await make.registered(event, 4, office=office)
    assert (party.status, alone.status) == ("waitlisted", "confirmed")
    (late,) = await make.registered(event, 5, office=office)
    for row in (*first, alone):
        await leaving.cancel(row.id, act=office.at(NOW))

    assert (await Registration.get(id=late.id)).status == "confirmed"
    assert (await Registration.get(id=party.id)).status == "waitlisted"
    await leaving.cancel(late.id, act=office.at(NOW))
    assert (await Registration.get(id=party.id)).status == "confirmed"
    assert await seated(event) == 3


async def test_codes_that_pass_the_line_are_never_served_last_come_first(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    (first,) = await make.registered(event, 1, office=office)
    (waiting,) = await make.registered(event, 2, office=office)

    jumpers = [(await invited(event, who, quota=None, purpose="jump", office=office))[0] for who in (3, 4, 5)]

    assert [await place_in_line(row) for row in (*jumpers, waiting)] == [1, 2, 3, 4]
    served = []
    for row in (first, *jumpers):
        await leaving.cancel(row.id, act=office.at(NOW))
        served += [each for each in (*jumpers, waiting) if (await Registration.get(id=each.id)).seated]
    assert [row.id for row in served] == [row.id for row in (*jumpers, waiting)]


async def test_colleagues_who_were_offered_nothing_never_hear_that_an_offer_is_over(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=2, offers_places=True, most_guests=1)
    rows = await make.registered(event, 1, 2, office=office)
    await make.registered(event, 3, office=office, guests=[Guest("Guest 9", "guest9@example.org")])
    for row in rows:
        await leaving.cancel(row.id, act=office.at(NOW))

    later = NOW + timedelta(days=2)
    for each in await deciding.due_now(later):
        await deciding.lapse(each, act=office.at(later))

    kinds = await make.kinds(event, office)
    assert [kind for kind in kinds if kind.startswith("offer")] == [
        "offered guest3@example.org",
        "offer_lapsed guest3@example.org",
    ]
    assert kinds[-1] == "cancelled guest9@example.org"
    assert await seated(event) == 0
