"""An event's life: published, withdrawn, cancelled, a draft deleted; and a zone whose rules change."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events import rules
from events_app.events.actions.saving import save_change
from events_app.events.models.event import Event, EventHost
from events_app.events.models.where import announced_as, keep_what_was_told, told_to_all
from events_app.events.rules import Status
from events_app.handed import Follow, IsThere
from events_app.i18n import N_, choose, current_language, translate


@one_transaction
async def publish_event(event_id: uuid.UUID, *, follow: Follow, act: Act) -> Event:
    """Show a draft (or a cancelled event again) to the public. Refuses `NotReady`, `EventCannotBecome`."""
    event = await Event.claim(event_id)
    rules.check_life(Status(event.status), Status.PUBLISHED)
    if missing := await what_is_missing(event):
        raise rules.NotReady(missing=translate(N_(", ")).join(each.what for each in missing))
    if event.status == Status.CANCELLED:
        event.sequence += 1
    event.status = Status.PUBLISHED
    event.announced, event.moved_from = announced_as(event), {}
    await save_change(event, act=act)
    await follow(event.id, was_cancelled=False, act=act)
    return event


@one_transaction
async def withdraw_event(event_id: uuid.UUID, *, has_registrations: IsThere, act: Act) -> Event:
    """Back to a draft, as long as nobody has registered. Refuses `StillHasRegistrations`, `EventCannotBecome`."""
    event = await Event.claim(event_id)
    rules.check_life(Status(event.status), Status.DRAFT)
    if await has_registrations(event_id):
        raise rules.StillHasRegistrations()
    event.status = Status.DRAFT
    await save_change(event, act=act)
    return event


async def delete_draft(event_id: uuid.UUID, *, is_in_use: IsThere, act: Act) -> None:
    """Remove a draft that nobody else ever heard of, with all that was written for it, then its keys.

    Refuses `NotADraft`, `DraftInUse`.
    """
    await _delete(event_id, is_in_use=is_in_use)
    act.vault.forget(str(event_id))


@one_transaction
async def _delete(event_id: uuid.UUID, *, is_in_use: IsThere) -> None:
    event = await Event.claim_any(event_id)
    if event.status != Status.DRAFT:
        raise rules.NotADraft()
    if await is_in_use(event_id):
        raise rules.DraftInUse()
    await event.delete()


@one_transaction
async def cancel_event(event_id: uuid.UUID, *, follow: Follow, act: Act) -> Event:
    """Call the event off: its page says so, its feed entry stays as cancelled, and everybody gets a letter."""
    event = await Event.claim(event_id)
    rules.check_life(Status(event.status), Status.CANCELLED)
    if act.now >= event.ends_at:
        raise rules.TooLateToCancel()
    event.status = Status.CANCELLED
    event.sequence += 1
    await save_change(event, act=act)
    await follow(event.id, was_cancelled=True, act=act)
    return event


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


async def moved_by_zone_rules(now: datetime) -> list[uuid.UUID]:
    """The coming events whose instants are not those of this tzdata's zone rules."""
    coming = await Event.filter(status=Status.PUBLISHED, ends_at__gt=now).only(*_INSTANTS)
    return [event.id for event in coming if _has_moved(event)]


@one_transaction
async def follow_zone_rules(event_id: uuid.UUID, *, act: Act) -> str:
    """Hold an event's instants against the zone rules of this tzdata; its slug when it moved, else ''.

    The wall time is the truth, so it stays; the instant follows it, and everybody who was told the old one then holds
    an old time: the desk's change page shows them, and an organizer sends the update.
    """
    event = await Event.claim(event_id)
    if not _has_moved(event):
        return ""
    before = told_to_all(event)
    event.starts_at, event.ends_at = event.starts.astimezone(UTC), event.ends.astimezone(UTC)
    event.sequence += await keep_what_was_told(event, before)
    await save_change(event, act=act)
    return event.slug


_INSTANTS = ("id", "zone", "starts_wall", "ends_wall", "starts_fold", "ends_fold", "starts_at", "ends_at")


def _has_moved(event: Event) -> bool:
    return event.starts.astimezone(UTC) != event.starts_at or event.ends.astimezone(UTC) != event.ends_at
