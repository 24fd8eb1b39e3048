"""Codes and places passed on: what is kept for somebody is theirs, whatever the calendar or the counter says."""

from datetime import timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.clock import now as clock_now
from events_app.events.models.event import Event
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee, QuotaFacts
from events_app.registrations import posting, rules
from events_app.registrations.actions import changing
from events_app.registrations.models import Invitation, Quota, Registration
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio


async def code_for(
    event: Event, office: Office, *, address: str = "", quota: Quota | None = None, purpose: str = "open"
) -> str:
    """A fresh code; bound where an address is named."""
    batch = f"{address}{quota and quota.id}{purpose}"[:100]
    await inviting.invite(
        event.id,
        [Invitee("", address, "en")],
        batch=batch,
        purpose=purpose,
        quota_id=quota.id if quota else None,
        is_bound=bool(address),
        act=office.at(NOW),
    )
    made = await Invitation.get(batch=batch)
    return str(posting.reveal_guest(made, act=office.at(NOW))["code"])


async def passed_on(giver: Registration, office: Office, *, now: Any = NOW) -> str:
    """The code of a place that its owner passes on to Nour."""
    await changing.pass_on(
        giver.id, name="Nour", address="nour@example.org", language="en", act=office.at(now)
    )
    made = await Invitation.get(registration_id=giver.id, state="sent")
    return str(posting.reveal_guest(made, act=office.at(NOW))["code"])


async def kept(event: Event, places: int, office: Office) -> Quota:
    await inviting.save_quotas(
        event.id, [QuotaFacts("", "Partners", "in_person", places)], act=office.at(NOW)
    )
    return await Quota.get(event_id=event.id)


@pytest.mark.usefixtures("database")
async def test_a_place_passed_on_is_never_refused_because_registration_has_closed(office: Office) -> None:
    event = await make.event(office.vault, closes_at=NOW + timedelta(days=1))
    (giver,) = await make.registered(event, 1, office=office)
    code = await passed_on(giver, office)
    later = event.starts_at - timedelta(minutes=1)

    (taker,) = await make.registered(event, "Nour", office=office, code=code, now=later)

    assert taker.status == "confirmed"
    assert (await Registration.get(id=giver.id)).status == "cancelled"


@pytest.mark.usefixtures("database")
async def test_a_place_cannot_be_passed_on_or_taken_once_the_event_has_begun(office: Office) -> None:
    event = await make.event(office.vault, closes_at=NOW + timedelta(days=1))
    giver, other = await make.registered(event, 1, 2, office=office)
    code = await passed_on(giver, office)

    with pytest.raises(rules.RegistrationClosed):
        await make.registered(event, "Nour", office=office, code=code, now=event.starts_at)
    with pytest.raises(rules.ChangeNotPossible):
        await passed_on(other, office, now=event.starts_at)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("mine", ["bound", "quota"])
async def test_what_is_kept_for_somebody_is_never_refused_before_registration_opens(
    office: Office, mine: str
) -> None:
    event = await make.event(office.vault, opens_at=NOW + timedelta(days=9))
    quota = await kept(event, 1, office) if mine == "quota" else None
    code = await code_for(event, office, address="nour@example.org" if mine == "bound" else "", quota=quota)

    (early,) = await make.registered(event, "Nour", office=office, code=code)

    assert early.status == "confirmed"


@pytest.mark.usefixtures("database")
async def test_a_code_that_anybody_may_hold_opens_nothing_before_or_after_its_time(office: Office) -> None:
    early = await make.event(office.vault, opens_at=NOW + timedelta(days=9))
    late = await make.event(office.vault, slug="late", closes_at=NOW - timedelta(days=1))
    code, bound = await code_for(early, office), await code_for(late, office, address="nour@example.org")

    with pytest.raises(rules.RegistrationNotOpenYet):
        await make.registered(early, 1, office=office, code=code)
    with pytest.raises(rules.RegistrationClosed):
        await make.registered(late, "Nour", office=office, code=bound)
    with pytest.raises(rules.RegistrationNotOpenYet):
        await make.registered(early, 1, office=office)


async def test_the_link_of_a_place_passed_on_never_says_that_all_are_taken_or_that_it_is_closed(
    house: House,
) -> None:
    now = clock_now()
    event = await make.event(
        house.vault, capacity_in_person=1, offers_online=True, capacity_online=0, most_guests=2,
        opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1),
    )  # fmt: skip
    (giver,) = await make.registered(event, 1, office=house.office, now=now - timedelta(days=2))
    code = await passed_on(giver, house.office)
    client = await house.client()

    page = await client.get(f"/events/{event.slug}/register?code={code}")
    sent = await client.post(
        f"/events/{event.slug}/register",
        data={"name": "Nour", "address": "nour@example.org", "language": "en", "code": code},
    )

    assert "Somebody passes their seat on to you" in words_of(page)
    for wrong in ("All seats are taken", "Registration is closed", "Join the waiting list", "Colleague"):
        assert wrong not in words_of(page)
    assert sent.status_code == 303
    assert (await make.row_of(event, "nour@example.org", office=house.office)).status == "confirmed"
    used = words_of(await client.get(f"/events/{event.slug}/register?code={code}"))
    assert "Registration is closed" in used


async def test_the_link_of_a_quota_never_says_that_all_places_are_taken_while_it_has_some(
    house: House,
) -> None:
    event = await make.event(house.vault, capacity_in_person=2)
    quota = await kept(event, 1, house.office)
    code = await code_for(event, house.office, quota=quota)
    await make.registered(event, 1, 2, office=house.office)
    client = await house.client()

    everybodys = words_of(await client.get(f"/events/{event.slug}/register"))
    theirs = words_of(await client.get(f"/events/{event.slug}/register?code={code}"))

    assert "All seats are taken" in everybodys
    assert "All seats are taken" not in theirs
    assert "seat left" not in theirs


async def test_the_own_page_offers_passing_on_only_until_the_event_begins(house: House) -> None:
    now = clock_now()
    begun = now - timedelta(minutes=5)
    walls: dict[str, Any] = {
        "starts_wall": f"{begun:%Y-%m-%dT%H:%M}",
        "ends_wall": f"{begun + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "zone": "UTC",
    }
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    own = (await make.posted(event, house.office))[0].facts["own_url"].removeprefix(make.BASE)
    client = await house.client()
    before = words_of(await client.get(own))

    await make.change(event, house.office, **walls)

    assert "Pass your seat on" in before
    assert "Pass your seat on" not in words_of(await client.get(own))
