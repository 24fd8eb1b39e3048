"""Drafts become public whole, saves overwrite nothing, copies are their own, consent texts keep their versions."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from events_app.acts import Act, Office
from events_app.database import one_transaction
from events_app.directory.models import Room, Venue
from events_app.directory.rules import TakenAddress
from events_app.errors import NoSuchPage
from events_app.events import rules
from events_app.events.actions import copying, editing, life
from events_app.events.actions import saving as writing
from events_app.events.models.event import Event, EventClaim, EventHost, hosts_of
from events_app.events.models.panel import ConsentText, agenda_of, consent_of, speakers_of
from events_app.events.rules import AgendaFacts, HostFacts, ProgrammeFacts, SpeakerFacts
from events_app.people.counts import has_registrations
from events_app.registrations.actions import leaving
from events_app.vault import NoKey, Reader
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

ORGANIZER = Reader("organizer", "test")


async def unused(event_id: uuid.UUID) -> bool:
    return False


async def publish(event: Event, office: Office) -> Event:
    return await life.publish_event(event.id, follow=editing.nobody_follows, act=office.at(NOW))


async def test_a_new_event_is_a_draft_with_keys_of_its_own(office: Office) -> None:
    one, other = await make.draft(office.vault), await make.draft(office.vault)

    assert (one.status, one.revision, one.sequence) == ("draft", 1, 0)
    blob = office.vault.seal(str(one.id), "note", {"a": 1})
    with pytest.raises(Exception):  # noqa: B017 - whichever way the vault refuses
        office.vault.reveal(str(other.id), "note", blob, ORGANIZER)
    with pytest.raises(NoKey):
        office.vault.seal(str(uuid.uuid4()), "note", {"a": 1})


async def test_a_claimed_event_is_the_event_as_it_stands(office: Office) -> None:
    """With its room and the building, and its organizations, which are asked for once."""
    venue = await Venue.create(name={"en": "Hotel Linden"}, zone="Europe/Brussels")
    room = await Room.create(venue_id=venue.id, name={"en": "Hall 2"})
    host = await make.organization("cedar")
    event = await make.draft(office.vault)
    await Event.filter(id=event.id).update(room_id=room.id)
    await EventHost.create(event_id=event.id, organization_id=host.id, role="host", position=0)

    found, claimed = await Event.find(event.id), await Event.claim(event.id)

    columns = Event._meta.db_fields
    assert {name: getattr(claimed, name) for name in columns} == {
        name: getattr(found, name) for name in columns
    }
    assert claimed.room == room
    assert claimed.room is not None
    assert claimed.room.venue == venue
    hosts = await claimed.hosts()
    assert [each.organization.slug for each in hosts] == [
        each.organization.slug for each in await hosts_of(event.id)
    ]
    assert await claimed.hosts() is hosts
    with pytest.raises(NoSuchPage):
        await Event.claim(uuid.uuid4())


async def test_a_claim_is_counted_beside_the_event_and_never_rewrites_the_row_of_its_texts(
    office: Office,
) -> None:
    event = await make.draft(office.vault, description={"en": "x" * 20_000})
    row, claims = await Event.filter(id=event.id).values(), await make.claims_of(event.id)

    for _ in range(3):
        await Event.claim(event.id)

    assert await make.claims_of(event.id) == claims + 3
    assert await Event.filter(id=event.id).values() == row


async def test_an_event_that_was_never_claimed_can_be_claimed_by_two_at_once(office: Office) -> None:
    event = await make.draft(office.vault)
    await EventClaim.filter(event_id=event.id).delete()
    seen = []

    @one_transaction
    async def claim() -> None:
        await Event.claim(event.id)
        seen.append(await make.claims_of(event.id))

    await asyncio.gather(claim(), claim())

    assert sorted(seen) == [1, 2]


async def test_a_deleted_draft_leaves_no_claim_behind(office: Office) -> None:
    event = await make.draft(office.vault)
    await Event.claim(event.id)

    await life.delete_draft(event.id, is_in_use=unused, act=office.at(NOW))

    assert await make.claims_of(event.id) == 0


async def test_addresses_that_are_taken_are_counted_on(office: Office) -> None:
    made = [await make.draft(office.vault) for _ in range(3)]

    assert [event.slug for event in made] == ["round-table", "round-table-2", "round-table-3"]


async def test_two_who_take_one_address_at_once_get_two(office: Office) -> None:
    made = await asyncio.gather(*(make.draft(office.vault) for _ in range(6)), return_exceptions=True)

    slugs = [each.slug for each in made if isinstance(each, Event)]
    assert len(slugs) == len(set(slugs))
    assert all(isinstance(each, Event | TakenAddress) for each in made)
    assert "round-table" in slugs


async def test_the_address_follows_a_draft_and_stays_once_it_is_public(office: Office) -> None:
    event = await make.draft(office.vault, hosts=[await make.organization()])
    moved = await make.change(event, office, slug="another")
    assert moved.slug == "another"
    await publish(moved, office)

    assert (await make.change(moved, office, slug="a-third")).slug == "another"


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"place": {}}, "a place"),
        ({"title": {}}, "a title"),
    ],
)
async def test_what_lacks_something_is_not_published(
    office: Office, changes: dict[str, Any], missing: str
) -> None:
    event = await make.draft(office.vault, hosts=[await make.organization()], **changes)

    with pytest.raises(rules.NotReady) as refused:
        await publish(event, office)

    assert missing in str(refused.value)
    assert (await Event.get(id=event.id)).status == "draft"


async def test_an_event_without_a_host_is_not_published(office: Office) -> None:
    with pytest.raises(rules.NotReady, match="at least one host"):
        await publish(await make.draft(office.vault), office)


async def test_an_event_online_needs_no_place(office: Office) -> None:
    hosts = [await make.organization()]
    event = await make.draft(office.vault, hosts=hosts, place={}, offers_in_person=False, offers_online=True)

    assert (await publish(event, office)).status == "published"


async def test_an_event_is_published_once(office: Office) -> None:
    event = await make.event(office.vault)

    with pytest.raises(rules.EventCannotBecome):
        await publish(event, office)


async def test_a_public_event_goes_back_to_a_draft_while_nobody_has_registered(office: Office) -> None:
    event = await make.event(office.vault)

    back = await life.withdraw_event(event.id, has_registrations=has_registrations, act=office.at(NOW))

    assert back.status == "draft"
    with pytest.raises(NoSuchPage):
        await Event.find_public(event.slug)


async def test_a_draft_is_deleted_with_what_was_written_for_it_and_its_keys(office: Office) -> None:
    event, other = await make.draft(office.vault), await make.draft(office.vault)
    sealed = office.vault.seal(str(event.id), "note", {"word": "cedar"})
    await ConsentText.create(event_id=event.id, version=7, text={"en": "Yes"})

    await life.delete_draft(event.id, is_in_use=unused, act=office.at(NOW))

    assert await Event.all().values_list("id", flat=True) == [other.id]
    assert not await ConsentText.filter(event_id=event.id).exists()
    with pytest.raises(NoKey):
        office.vault.reveal(str(event.id), "note", sealed, ORGANIZER)


async def test_what_others_may_have_heard_of_is_not_deleted(office: Office) -> None:
    async def somebody(event_id: uuid.UUID) -> bool:
        return True

    published, draft = await make.event(office.vault), await make.draft(office.vault)

    with pytest.raises(rules.NotADraft):
        await life.delete_draft(published.id, is_in_use=unused, act=office.at(NOW))
    with pytest.raises(rules.DraftInUse):
        await life.delete_draft(draft.id, is_in_use=somebody, act=office.at(NOW))
    assert await Event.all().count() == 2


async def test_an_event_with_people_does_not_go_back_even_when_they_have_cancelled(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await leaving.cancel(row.id, act=office.at(NOW))

    with pytest.raises(rules.StillHasRegistrations):
        await life.withdraw_event(event.id, has_registrations=has_registrations, act=office.at(NOW))


async def test_a_save_on_an_old_version_overwrites_nothing(office: Office) -> None:
    event = await make.event(office.vault)
    opened = event.revision
    mine = make.facts(slug=event.slug, track={"en": "mine"})
    theirs = make.facts(slug=event.slug, track={"en": "theirs"})

    async def save(facts: rules.EventFacts) -> Event:
        return await editing.change_event(
            event.id, facts, revision=opened, act=office.at(NOW), follow=editing.nobody_follows
        )

    await save(theirs)
    with pytest.raises(rules.EventChangedMeanwhile):
        await save(mine)

    assert (await Event.get(id=event.id)).track == {"en": "theirs"}


async def test_of_two_who_save_at_once_one_is_told(office: Office) -> None:
    event = await make.event(office.vault)

    async def save(track: str) -> Event:
        facts = make.facts(slug=event.slug, track={"en": track})
        return await editing.change_event(
            event.id,
            facts,
            revision=event.revision,
            act=office.at(NOW),
            follow=editing.nobody_follows,
        )

    outcomes = await asyncio.gather(*(save(track) for track in "abcd"), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["Event", *["EventChangedMeanwhile"] * 3]


async def test_the_programme_is_guarded_by_the_same_version(office: Office) -> None:
    event = await make.event(office.vault)
    facts = ProgrammeFacts([], [], [AgendaFacts({"en": "Welcome"}, 10)])
    await writing.save_programme(event.id, facts, revision=event.revision, act=office.at(NOW))

    with pytest.raises(rules.EventChangedMeanwhile):
        await writing.save_programme(
            event.id, ProgrammeFacts([], [], []), revision=event.revision, act=office.at(NOW)
        )
    assert len(await agenda_of(event.id)) == 1


async def test_times_and_place_count_the_calendar_on_and_other_words_do_not(office: Office) -> None:
    event = await make.event(office.vault)

    assert (await make.change(event, office, track={"en": "Justice"})).sequence == 0
    assert (await make.change(event, office, starts_wall="2035-05-12T12:00")).sequence == 1
    assert (await make.change(event, office, place={"en": "Elsewhere"})).sequence == 2
    assert (
        await life.cancel_event(event.id, follow=editing.nobody_follows, act=office.at(NOW))
    ).sequence == 3
    assert (await publish(event, office)).sequence == 4


async def test_what_is_over_is_not_called_off(office: Office) -> None:
    event = await make.event(office.vault)

    with pytest.raises(rules.TooLateToCancel):
        await life.cancel_event(event.id, follow=editing.nobody_follows, act=office.at(event.ends_at))


async def test_a_copy_is_a_draft_with_the_same_texts_and_nobody_registered(office: Office) -> None:
    link = "https://meet.example.org/secret"
    event = await make.event(office.vault, join_link=link, consent={"en": "I agree."}, capacity_in_person=7)
    other = await make.organization("Open Table", ours=False)
    ours = (await hosts_of(event.id))[0].organization_id
    facts = ProgrammeFacts(
        [HostFacts(str(ours), "host"), HostFacts(str(other.id), "co_host")],
        [SpeakerFacts({"en": "Salma"}, {"en": "Head"}, "moderator", confirmed=True)],
        [AgendaFacts({"en": "Welcome"}, 10), AgendaFacts({"en": "Talk"}, 50)],
    )  # fmt: skip
    await writing.save_programme(event.id, facts, revision=event.revision, act=office.at(NOW))
    await make.registered(event, 1, 2, office=office)

    async def follow(original_id: uuid.UUID, copy_id: uuid.UUID) -> None:
        followed.append((original_id, copy_id))

    followed: list[tuple[uuid.UUID, uuid.UUID]] = []
    copy = await copying.copy_event(event.id, act=office.at(NOW), follow=follow)

    assert followed == [(event.id, copy.id)]

    assert (copy.status, copy.slug, copy.capacity_in_person) == ("draft", "round-table-2", 7)
    assert (copy.title, copy.starts_wall, copy.sequence) == (event.title, event.starts_wall, 0)
    assert [host.role for host in await hosts_of(copy.id)] == ["host", "co_host"]
    assert [(each.name, each.confirmed) for each in await speakers_of(copy.id)] == [({"en": "Salma"}, False)]
    assert [item.minutes for item in await agenda_of(copy.id)] == [10, 50]
    assert await consent_of(copy) == {"en": "I agree."}
    assert editing.join_link_of(copy, act=office.at(NOW)) == link
    assert not await has_registrations(copy.id)


async def test_a_consent_text_that_people_have_seen_is_never_changed(office: Office) -> None:
    event = await make.event(office.vault, consent={"en": "First."})
    assert event.consent_version == 1

    second = await make.change(event, office, consent={"en": "Second."})
    same = await make.change(event, office, track={"en": "x"})
    none = await make.change(event, office, consent={})
    assert [each.consent_version for each in (second, same, none)] == [2, 2, 0]
    third = await make.change(event, office, consent={"en": "First."})

    assert third.consent_version == 3
    kept = await ConsentText.filter(event_id=event.id).order_by("version").values_list("version", "text")
    assert list(kept) == [(1, {"en": "First."}), (2, {"en": "Second."}), (3, {"en": "First."})]
    assert await consent_of(none) == {}


async def test_the_join_link_lies_in_the_database_as_ciphertext(office: Office) -> None:
    link = "https://meet.example.org/secret"
    event = await make.event(office.vault, join_link=link)

    assert b"meet.example.org" not in bytes((await Event.get(id=event.id)).join_link or b"")
    assert editing.join_link_of(event, act=office.at(NOW)) == link
    without = await make.change(event, office)
    assert editing.join_link_of(without, act=office.at(NOW)) == ""


async def test_what_a_follower_refuses_is_not_saved(office: Office) -> None:
    event = await make.event(office.vault)

    async def refuse(event_id: uuid.UUID, *, was_cancelled: bool, gone: Sequence[str] = (), act: Act) -> None:
        raise TakenAddress()

    with pytest.raises(TakenAddress):
        await make.change(event, office, follow=refuse, track={"en": "lost"})
    with pytest.raises(TakenAddress):
        await life.cancel_event(event.id, follow=refuse, act=office.at(NOW))

    found = await Event.get(id=event.id)
    assert (found.track, found.status, found.revision) == ({}, "published", event.revision)
