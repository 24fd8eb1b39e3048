"""An event's life: published, withdrawn, cancelled, a draft deleted; and a zone whose rules change."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from events_app.acts import Act
from events_app.calendar.zones import zone as zone_of
from events_app.database import one_transaction
from events_app.events import rules
from events_app.events.actions.saving import save_change
from events_app.events.models.event import Event, EventHost
from events_app.events.models.panel import are_perhaps_one, speakers_of, speakers_of_many
from events_app.events.models.where import announced_as, keep_what_was_told, room_id_of, told_to_all
from events_app.events.rules import Status
from events_app.handed import Follow, IsThere
from events_app.i18n import N_, choose, current_language, ngettext, say_days, translate


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


@dataclass(frozen=True)
class Doubt:
    """What looks like a slip, in the reader's language, and may be meant: where at the desk it is changed (as `Missing`
    says it), and the other events that it is about: (title, address at the desk)."""

    sentence: str
    where: str
    others: Sequence[tuple[str, str]] = ()


async def what_is_doubtful(event: Event) -> list[Doubt]:
    """What an organizer should look at once more before people read it; nothing of it is refused."""
    beside = await _at_the_same_time(event)
    return [
        *_doubts_of_the_room(event, beside),
        *_doubts_of_the_seats(event),
        *await _doubts_of_speakers(event, beside),
        *_doubts_of_the_date(event),
    ]


async def _at_the_same_time(event: Event) -> list[Event]:
    overlapping = Event.filter(starts_at__lt=event.ends_at, ends_at__gt=event.starts_at)
    found = overlapping.exclude(id=event.id).exclude(status=Status.CANCELLED)
    return await found.order_by("starts_at", "id").select_related("room__venue").limit(500)


def _links(events: Iterable[Event]) -> list[tuple[str, str]]:
    return [(choose(each.title), f"/desk/events/{each.id}") for each in events]


def _doubts_of_the_room(event: Event, beside: Sequence[Event]) -> Iterator[Doubt]:
    there = [each for each in beside if each.offers_in_person and room_id_of(each) == room_id_of(event)]
    if event.offers_in_person and there:
        sentence = translate(N_("Something else is in this room at the same time:"))
        yield Doubt(sentence, "/edit#room", _links(there))


def _doubts_of_the_seats(event: Event) -> Iterator[Doubt]:
    seats = event.room.seats if event.room_id and event.room else None
    if not event.offers_in_person or not seats or seats >= (event.capacity_in_person or seats + 1):
        return
    if event.capacity_in_person is None:
        sentence = ngettext(
            "The room has %(num)d seat, and seats are given without limit.",
            "The room has %(num)d seats, and seats are given without limit.",
            seats,
        )
    else:
        sentence = ngettext(
            "The room has %(num)d seat, and the event offers more seats (%(places)s).",
            "The room has %(num)d seats, and the event offers more seats (%(places)s).",
            seats,
            places=event.capacity_in_person,
        )
    yield Doubt(sentence, "/edit#capacity_in_person")


async def _doubts_of_speakers(event: Event, beside: Sequence[Event]) -> list[Doubt]:
    """A name alone may be two people's; that is for the organizer to know."""
    mine, theirs = await speakers_of(event.id), await speakers_of_many([each.id for each in beside])
    doubts = []
    for speaker in mine:
        elsewhere = {each.event_id for each in theirs if are_perhaps_one(speaker, each)}
        if elsewhere:
            sentence = translate(
                N_("%(name)s, or somebody of that name, speaks elsewhere at the same time:"),
                name=choose(speaker.name),
            )
            others = _links(each for each in beside if each.id in elsewhere)
            doubts.append(Doubt(sentence, "/programme", others))
    return doubts


def _doubts_of_the_date(event: Event) -> Iterator[Doubt]:
    found = event.conference if event.conference_id else None
    if found is None:
        return
    here = zone_of(event.zone if event.all_day else found.zone)
    first, last = (moment.astimezone(here).date() for moment in (event.starts, event.ends))
    if first < found.starts_on or last > found.ends_on:
        sentence = translate(
            N_("It is outside the days of %(conference)s: %(days)s."),
            conference=choose(found.name),
            days=say_days(found.starts_on, found.ends_on),
        )
        yield Doubt(sentence, "/edit#starts_on")


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
