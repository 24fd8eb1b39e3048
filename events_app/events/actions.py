"""What organizers do with events: each verb is one transaction, and a save never overwrites somebody else's."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from events_app.database import one_transaction
from events_app.events import rules
from events_app.events.models import (
    AgendaItem,
    ConsentText,
    Event,
    EventHost,
    Room,
    Speaker,
    Venue,
    agenda_of,
    consent_of,
    hosts_of,
    speakers_of,
)
from events_app.events.rules import (
    AgendaFacts,
    EventFacts,
    HostFacts,
    ProgrammeFacts,
    SpeakerFacts,
    Status,
    Texts,
)
from events_app.i18n import N_, choose, current_language, translate
from events_app.vault import Reader, Vault

Follow = Callable[..., Awaitable[None]]
"""`await follow(event, was_cancelled=..., now=...)`: what a change means for the people who registered. app.py hands
it down, because registrations live above events; it runs inside the same transaction."""


FollowCopy = Callable[[uuid.UUID, uuid.UUID], Awaitable[None]]
"""`await follow(original_id, copy_id)`: what else belongs to a copy, handed down and run in the same way."""


async def nobody_follows(event: Event, *, was_cancelled: bool, now: datetime) -> None:
    """For events that nobody can have registered for."""


async def create_event(
    facts: EventFacts, *, vault: Vault, now: datetime, hosts: Sequence[HostFacts] = ()
) -> Event:
    """A new draft. Its keys are committed to the keyring before its row, so no row can ever lack its key.

    Refuses `TakenAddress`.
    """
    event_id = uuid.uuid4()
    vault.make_keys(str(event_id))
    return await _insert_event(event_id, facts, vault=vault, now=now, hosts=hosts)


@one_transaction
async def _insert_event(
    event_id: uuid.UUID, facts: EventFacts, *, vault: Vault, now: datetime, hosts: Sequence[HostFacts]
) -> Event:
    event = Event(id=event_id, created_at=now, changed_at=now)
    event.slug = await free_slug(facts.slug)
    await _apply(event, facts, vault)
    await _keep_consent(event, facts.consent, before={})
    try:
        await event.save(force_create=True)
    except IntegrityError:  # somebody else has just taken the address
        raise rules.TakenAddress() from None
    if facts.consent:
        await ConsentText.create(event_id=event.id, version=event.consent_version, text=facts.consent)
    await _write_hosts(event.id, hosts)
    return event


@one_transaction
async def change_event(
    event_id: uuid.UUID, facts: EventFacts, *, revision: int, vault: Vault, follow: Follow, now: datetime
) -> Event:
    """Save an organizer's changes. Refuses `EventChangedMeanwhile` when `revision` is not the one they opened.

    When the times or the place changed, `sequence` grows; who has been told the old ones is not written to here: the
    desk shows how many they are and sends the update.
    """
    event = await Event.claim(event_id)
    if event.revision != revision:
        raise rules.EventChangedMeanwhile()
    told = event.told
    if event.status == Status.DRAFT and facts.slug != event.slug:
        event.slug = await free_slug(facts.slug)
    before = await consent_of(event)
    await _apply(event, facts, vault)
    if await _keep_consent(event, facts.consent, before=before):
        await ConsentText.create(event_id=event.id, version=event.consent_version, text=facts.consent)
    if event.told != told and event.status != Status.DRAFT:
        event.sequence += 1
    await _save_change(event, now)
    await event.fetch_related("room__venue")  # people who move up now are told the new room
    await follow(event, was_cancelled=False, now=now)
    return event


async def _apply(event: Event, facts: EventFacts, vault: Vault) -> None:
    columns: dict[str, Any] = asdict(facts)
    for name in ("slug", "consent", "join_link"):
        columns.pop(name)
    event.update_from_dict(columns)
    room = await Room.get_or_none(id=facts.room_id) if facts.room_id else None
    event.venue_key = str(room.venue_id) if room else ""
    sealed = vault.seal(str(event.id), "join link", {"url": facts.join_link}) if facts.join_link else None
    event.join_link = sealed


async def _keep_consent(event: Event, text: Texts, *, before: Texts) -> bool:
    """Count the consent text's version up when it changed; says whether a new version must be written down."""
    if text == before:
        return False
    if not text:
        event.consent_version = 0
        return False
    last = await ConsentText.filter(event_id=event.id).order_by("-version").first()
    event.consent_version = (last.version if last else 0) + 1
    return True


async def _save_change(event: Event, now: datetime) -> None:
    event.revision += 1
    event.changed_at = now
    try:
        await event.save()
    except IntegrityError:  # somebody else has just taken the address
        raise rules.TakenAddress() from None


def join_link_of(event: Event, *, vault: Vault, reader: Reader) -> str:
    if not event.join_link:
        return ""
    return str(vault.reveal(str(event.id), "join link", event.join_link, reader)["url"])


async def free_slug(wished: str) -> str:
    """The wished address, or the next free one: launch, launch-2, launch-3."""
    taken: set[Any] = set(await Event.filter(slug__startswith=wished[:60]).values_list("slug", flat=True))
    if wished not in taken:
        return wished
    return next(slug for slug in (f"{wished}-{number}" for number in range(2, 10_000)) if slug not in taken)


@one_transaction
async def publish_event(event_id: uuid.UUID, *, follow: Follow, now: datetime) -> Event:
    """Show a draft (or a cancelled event again) to the public. Refuses `NotReady`, `EventCannotBecome`."""
    event = await Event.claim(event_id)
    rules.check_life(Status(event.status), Status.PUBLISHED)
    if missing := await what_is_missing(event):
        raise rules.NotReady(missing=translate(N_(", ")).join(each.what for each in missing))
    if event.status == Status.CANCELLED:
        event.sequence += 1
    event.status = Status.PUBLISHED
    event.announced, event.moved_from = event.snapshot(), {}
    await _save_change(event, now)
    await follow(event, was_cancelled=False, now=now)
    return event


@one_transaction
async def withdraw_event(
    event_id: uuid.UUID, *, has_registrations: Callable[..., Awaitable[bool]], now: datetime
) -> Event:
    """Back to a draft, as long as nobody has registered. Refuses `StillHasRegistrations`, `EventCannotBecome`."""
    event = await Event.claim(event_id)
    rules.check_life(Status(event.status), Status.DRAFT)
    if await has_registrations(event_id):
        raise rules.StillHasRegistrations()
    event.status = Status.DRAFT
    await _save_change(event, now)
    return event


async def delete_draft(
    event_id: uuid.UUID, *, is_in_use: Callable[..., Awaitable[bool]], vault: Vault
) -> None:
    """Remove a draft that nobody else ever heard of, with all that was written for it, then its keys.

    Refuses `NotADraft`, `DraftInUse`.
    """
    await _delete(event_id, is_in_use=is_in_use)
    vault.forget(str(event_id))


@one_transaction
async def _delete(event_id: uuid.UUID, *, is_in_use: Callable[..., Awaitable[bool]]) -> None:
    event = await Event.claim(event_id)
    if event.status != Status.DRAFT:
        raise rules.NotADraft()
    if await is_in_use(event_id):
        raise rules.DraftInUse()
    await event.delete()


@one_transaction
async def cancel_event(event_id: uuid.UUID, *, follow: Follow, now: datetime) -> Event:
    """Call the event off: its page says so, its feed entry stays as cancelled, and everybody gets a letter."""
    event = await Event.claim(event_id)
    rules.check_life(Status(event.status), Status.CANCELLED)
    if now >= event.ends_at:
        raise rules.TooLateToCancel()
    event.status = Status.CANCELLED
    event.sequence += 1
    await _save_change(event, now)
    await follow(event, was_cancelled=True, now=now)
    return event


async def copy_event(event_id: uuid.UUID, *, vault: Vault, follow: FollowCopy, now: datetime) -> Event:
    """A new draft with the same texts, hosts, speakers, agenda and questions; nobody is registered for it."""
    original = await Event.find(event_id)
    new_id = uuid.uuid4()
    vault.make_keys(str(new_id))
    link = join_link_of(original, vault=vault, reader=Reader("organizer", "copy"))
    facts = facts_of(original, consent=await consent_of(original), join_link=link)
    return await _insert_copy(new_id, original, facts, vault=vault, follow=follow, now=now)


@one_transaction
async def _insert_copy(
    new_id: uuid.UUID, original: Event, facts: EventFacts, *, vault: Vault, follow: FollowCopy, now: datetime
) -> Event:
    hosts = [HostFacts(str(host.organization_id), host.role) for host in await hosts_of(original.id)]
    copy = await _insert_event(new_id, facts, vault=vault, now=now, hosts=hosts)
    speakers = [
        SpeakerFacts(speaker.name, speaker.about, speaker.role, False)
        for speaker in await speakers_of(original.id)
    ]
    agenda = [AgendaFacts(item.title, item.minutes) for item in await agenda_of(original.id)]
    await _write_panel(copy.id, speakers, agenda)
    await follow(original.id, copy.id)
    return copy


def facts_of(event: Event, *, consent: Texts, join_link: str) -> EventFacts:
    """The event as an organizer would type it."""
    names = EventFacts.__dataclass_fields__.keys() - {"consent", "join_link"}
    return EventFacts(**{name: getattr(event, name) for name in names}, consent=consent, join_link=join_link)


@one_transaction
async def save_programme(
    event_id: uuid.UUID, facts: ProgrammeFacts, *, revision: int, now: datetime
) -> Event:
    """Write hosts, speakers and agenda anew, in the order given. Refuses `EventChangedMeanwhile`."""
    event = await Event.claim(event_id)
    if event.revision != revision:
        raise rules.EventChangedMeanwhile()
    await EventHost.filter(event_id=event_id).delete()
    await Speaker.filter(event_id=event_id).delete()
    await AgendaItem.filter(event_id=event_id).delete()
    await _write_hosts(event_id, facts.hosts)
    await _write_panel(event_id, facts.speakers, facts.agenda)
    await _save_change(event, now)
    return event


async def _write_hosts(event_id: uuid.UUID, hosts: Sequence[HostFacts]) -> None:
    for position, host in enumerate(hosts):
        await EventHost.create(
            event_id=event_id,
            organization_id=uuid.UUID(host.organization_id),
            role=host.role,
            position=position,
        )


async def _write_panel(
    event_id: uuid.UUID, speakers: Sequence[SpeakerFacts], agenda: Sequence[AgendaFacts]
) -> None:
    for position, speaker in enumerate(speakers):
        await Speaker.create(event_id=event_id, position=position, **asdict(speaker))
    for position, item in enumerate(agenda):
        await AgendaItem.create(event_id=event_id, position=position, **asdict(item))


@dataclass(frozen=True)
class Missing:
    """What an event does not say yet, in the reader's language, and where at the desk it is written: "/edit#place_ar"
    after the address of the event."""

    what: str
    where: str


async def what_is_missing(event: Event) -> list[Missing]:
    """What people must know before they register, and the event does not say yet."""
    missing, language = [], current_language()
    if not choose(event.title):
        missing.append(Missing(translate(N_("a title")), f"/edit#title_{language}"))
    if not await EventHost.exists(event_id=event.id):
        where = "/programme#hosts-0-organization"
        missing.append(Missing(translate(N_("at least one host")), where))
    if event.offers_in_person and not choose(event.place) and not event.room_id:
        what = translate(N_("a place, since people can come in person"))
        missing.append(Missing(what, f"/edit#place_{language}"))
    return missing


@one_transaction
async def save_thing(thing: Any, values: dict[str, Any]) -> Any:
    """Save an organization, a conference, a venue or a room. Refuses `TakenAddress` for an address in use."""
    thing.update_from_dict(values)
    try:
        await thing.save()
    except IntegrityError:
        raise rules.TakenAddress() from None
    return thing


@one_transaction
async def save_rooms(venue: Venue, rooms: Sequence[dict[str, Any]]) -> None:
    """The venue's rooms in this order: known ones (by place in the list) are renamed, new ones added.

    A room that an event names is never deleted; one that left the list and that nobody uses is.
    """
    known = await Room.filter(venue_id=venue.id).order_by("id")
    for room, values in zip(known, rooms, strict=False):
        await room.update_from_dict(values).save()
    for values in rooms[len(known) :]:
        await Room.create(venue_id=venue.id, **values)
    for room in known[len(rooms) :]:
        if not await Event.filter(room_id=room.id).exists():
            await room.delete()


async def follow_zone_rules(now: datetime) -> list[str]:
    """Hold the instants of coming events against the zone rules of this tzdata; says which events moved.

    The wall time is the truth, so it stays; the instant follows it, and everybody who was told the old one then holds
    an old time: the desk's change page shows them, and an organizer sends the update.
    """
    coming = await Event.filter(status=Status.PUBLISHED, ends_at__gt=now).only(*_INSTANTS)
    return [slug for event in coming if _has_moved(event) and (slug := await _move_instants(event.id, now))]


_INSTANTS = ("id", "zone", "starts_wall", "ends_wall", "starts_fold", "ends_fold", "starts_at", "ends_at")


def _has_moved(event: Event) -> bool:
    return event.starts.astimezone(UTC) != event.starts_at or event.ends.astimezone(UTC) != event.ends_at


@one_transaction
async def _move_instants(event_id: uuid.UUID, now: datetime) -> str:
    event = await Event.claim(event_id)
    if not _has_moved(event):
        return ""
    event.starts_at, event.ends_at = event.starts.astimezone(UTC), event.ends.astimezone(UTC)
    event.sequence += 1
    await _save_change(event, now)
    return event.slug
