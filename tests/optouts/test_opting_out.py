"""No more letters to many: one click, respected wherever many are written to, and by nothing else."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.routing import Route

from events_app.acts import Office
from events_app.events.models.event import Event, EventHost
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.mail.dkim import SIGNED
from events_app.mail.message import Composed, UnsafeHeader, build
from events_app.mailings.actions import announcing, reminding, writing
from events_app.mailings.actions.audience import audience_of
from events_app.mailings.emails import Content
from events_app.mailings.rules import ReminderFacts
from events_app.optouts.actions import opt_in, opt_out, opted_out_of
from events_app.optouts.models import OptOut
from events_app.personal.routes import ONE_CLICK
from events_app.registrations.actions import changing, forgetting
from events_app.registrations.models import Registration
from tests import make
from tests.make import NOW, House, words_of

pytestmark = pytest.mark.anyio

WORDS = Content({"en": "News", "ar": "أخبار"}, {"en": "The room is open.", "ar": "القاعة مفتوحة."})
FOREIGN = {"sec-fetch-site": "cross-site", "origin": "https://mail.example.net"}
ONE = {"List-Unsubscribe": "One-Click"}


async def reminder_of(event: Event, office: Office) -> Any:
    facts = [ReminderFacts(1440, False, {})]
    await reminding.save_reminders(event.id, facts, act=office.at(NOW))
    await reminding.remind(act=office.at(event.starts_at - timedelta(hours=24)))
    return next(post for post in await make.posted(event, office) if post.kind == "reminder")


async def invited(event: Event, office: Office, *addresses: str) -> int:
    guests = [Invitee("Guest", address, "en") for address in addresses]
    act = office.at(NOW)
    await inviting.invite(event.id, guests, batch="b", purpose="open", quota_id=None, is_bound=True, act=act)
    return await inviting.send_invitations(event.id, "b", act=act)


async def test_one_click_of_a_mail_program_opts_out_and_a_look_does_not(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    post = await reminder_of(event, house.office)
    path = post.draft.unsubscribe_url.removeprefix(make.BASE)
    program = await house.client(**FOREIGN)

    looked = await program.get(path)
    before = "guest1@example.org" in await opted_out_of(event, vault=house.vault)
    answers = [await program.post(path, data=ONE) for _ in range(2)]

    assert (looked.status_code, before, [answer.status_code for answer in answers]) == (
        200,
        False,
        [200, 200],
    )
    assert "guest1@example.org" in await opted_out_of(event, vault=house.vault)
    assert await OptOut.all().count() == 1


async def test_no_other_address_takes_a_post_from_elsewhere(house: House) -> None:
    client = await house.client(**FOREIGN)
    open_to_all = []
    for route in house.app.routes:
        if isinstance(route, Route) and "POST" in (route.methods or ()):
            path = re.sub(r"\{(\w+):uuid\}", "11111111-1111-4111-8111-111111111111", route.path)
            path = re.sub(r"\{\w+(:int)?\}", "1", path)
            if (await client.post(path, data=ONE)).status_code != 403:
                open_to_all.append(route.path)

    assert open_to_all == ["/events/{slug}/letters/{key}"]
    assert re.fullmatch(ONE_CLICK, "/events/a/letters/b/c") is None


async def test_a_link_that_was_cut_never_promises_anything(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    await make.registered(event, 1, office=house.office)
    post = await reminder_of(event, house.office)
    right = post.draft.unsubscribe_url.removeprefix(make.BASE)

    for wrong in (right[:-3], right[:-1] + ("a" if right[-1] != "a" else "b"), right[:-40]):
        for answer in (await client.get(wrong), await client.post(wrong, data=ONE)):
            assert (answer.status_code, "This link is not complete" in words_of(answer)) == (404, True)
            assert "You get no more" not in words_of(answer)
    assert await OptOut.all().count() == 0


async def test_who_opted_out_gets_no_reminder_no_mailing_and_no_invitation_but_every_change(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, 2, office=office)
    await opt_out(event, "Guest1@example.org", act=office.at(NOW))
    audience = await audience_of(event.id, "", act=office.at(NOW))
    draft = await writing.save_draft(event.id, WORDS, act=office.at(NOW))
    await writing.start(event.id, draft.id, mark=writing.mark_of(audience, WORDS), act=office.at(NOW))
    await writing.carry_on(act=office.at(NOW))
    await reminder_of(event, office)
    sent = await invited(event, office, "guest1@example.org", "guest3@example.org")
    await make.change(event, office, starts_wall="2035-05-12T10:00")
    await announcing.announce(event.id, act=office.at(NOW))

    got = [kind for kind in await make.kinds(event, office) if kind.endswith("guest1@example.org")]
    assert got == ["confirmed guest1@example.org", "changed guest1@example.org"]
    assert (len(audience.people), audience.opted_out, sent) == (1, 1, 1)


async def test_an_opt_out_of_an_organization_holds_at_its_next_event_and_is_only_a_mark(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    later = await make.event(house.vault, slug="later")
    await invited(event, house.office, "guest9@example.org")
    (post,) = await make.posted(event, house.office)

    await client.post(post.draft.unsubscribe_url.removeprefix(make.BASE), data={"of": "host"})

    assert "guest9@example.org" in await opted_out_of(later, vault=house.vault)
    other = await make.organization("Harbour")
    await EventHost.filter(event_id=later.id).update(organization_id=other.id)
    fresh = await Event.find(later.id)
    assert "guest9@example.org" not in await opted_out_of(fresh, vault=house.vault)
    assert all(b"guest9" not in bytes(each.mark) for each in await OptOut.all())


async def test_a_mark_of_one_event_says_nothing_at_another(database: object, office: Office) -> None:
    event, other = await make.event(office.vault), await make.event(office.vault, slug="other")

    await opt_out(event, "guest1@example.org", act=office.at(NOW))

    assert "guest1@example.org" not in await opted_out_of(other, vault=office.vault)


async def test_the_own_page_shows_it_and_takes_it_back(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    await make.registered(event, 1, office=house.office)
    (post,) = await make.posted(event, house.office)
    own = post.facts["own_url"].removeprefix(make.BASE)

    await client.post(f"{own}/letters", data={"wanted": "no"})
    stopped = words_of(await client.get(own))
    await client.post(f"{own}/letters", data={"wanted": "yes"})

    assert "You get no reminders and news of this event." in stopped
    assert await OptOut.all().count() == 0


async def test_the_desk_sees_that_somebody_wants_no_letters(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    await opt_out(event, "guest1@example.org", act=house.office.at(NOW))

    page = await desk.get(f"/desk/events/{event.id}/registrations/{row.id}")

    assert "Wants no reminders and no emails to many" in words_of(page)


async def test_taking_it_back_takes_back_what_was_asked_of_the_host(database: object, office: Office) -> None:
    event = await make.event(office.vault)
    host = (await event.hosts())[0].organization_id
    await opt_out(event, "guest1@example.org", organization_id=host, act=office.at(NOW))

    await opt_in(event, "guest1@example.org", act=office.at(NOW))

    assert "guest1@example.org" not in await opted_out_of(event, vault=office.vault)


async def test_an_erased_person_cannot_be_found_by_the_link_any_more(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    (row,) = await make.registered(event, 1, office=house.office)
    post = await reminder_of(event, house.office)
    await forgetting.erase(row.id, act=house.office.at(NOW))

    answer = await client.post(post.draft.unsubscribe_url.removeprefix(make.BASE))

    assert (answer.status_code, await OptOut.all().count()) == (200, 0)


async def test_only_letters_to_many_or_to_strangers_have_the_headers_and_both_are_signed(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await reminder_of(event, office)
    await offer(row, "guest4@example.org", office)
    await invited(event, office, "guest3@example.org")

    heads = {}
    for post in await make.posted(event, office, own_pages=True):
        composed = post.draft
        if composed.unsubscribe_url:
            composed = replace(composed, unsubscribe_url=composed.unsubscribe_url.replace("http:", "https:"))
        raw = build(
            composed, sender_address="a@example.org", message_id="<a@example.org>", date=datetime.now(UTC)
        )
        heads[post.kind] = raw.partition(b"\r\n\r\n")[0].decode()

    have = {kind for kind, head in heads.items() if "List-Unsubscribe: <https://" in head}
    assert have == {"reminder", "invitation", "handed"}
    assert have == {
        kind for kind, head in heads.items() if "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    }
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(SIGNED)


async def offer(giver: Registration, address: str, office: Office) -> None:
    await changing.pass_on(giver.id, name="Colleague", address=address, language="en", act=office.at(NOW))


async def test_a_colleague_who_wants_no_more_letters_never_stops_those_of_the_giver(house: House) -> None:
    event, client = await make.event(house.vault), await house.client()
    (giver,) = await make.registered(event, 1, office=house.office)
    await offer(giver, "guest4@example.org", house.office)
    offered = (await make.posted(event, house.office))[-1]

    await client.post(offered.draft.unsubscribe_url.removeprefix(make.BASE))

    opted_out = await opted_out_of(event, vault=house.vault)
    assert ("guest4@example.org" in opted_out, "guest1@example.org" in opted_out) == (True, False)


async def test_an_offer_of_before_never_shows_the_colleague_the_givers_way_out(
    database: object, office: Office
) -> None:
    event = await make.event(office.vault)
    (giver,) = await make.registered(event, 1, office=office)
    await offer(giver, "guest4@example.org", office)
    offered = (await make.posted(event, office))[-1]
    before = {fact: said for fact, said in offered.facts.items() if fact != "colleague_stop_url"}

    letter = make.composed("registrations.handed", before)

    assert before["stop_url"]
    assert letter.unsubscribe_url == ""
    assert before["stop_url"] not in letter.text + letter.html


@pytest.mark.parametrize(
    "url", ["https://a.example/x\r\nBcc: b@example.org", "https://a b", "mailto:a@b.example"]
)
async def test_nothing_but_an_address_of_the_web_stands_in_the_header(office: Office, url: str) -> None:
    composed = Composed(to_address="a@example.org", subject="", text="", html="", unsubscribe_url=url)

    with pytest.raises(UnsafeHeader):
        build(composed, sender_address="a@example.org", message_id="<a@example.org>", date=datetime.now(UTC))
