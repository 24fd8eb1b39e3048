"""What organizers do with an event: make it, change it; a save never overwrites somebody else's."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.directory.models import Room
from events_app.events import rules
from events_app.events.actions.saving import save_change, write_event, write_hosts
from events_app.events.models.event import Event
from events_app.events.models.panel import ConsentText, consent_of
from events_app.events.models.where import keep_what_was_told, told_to_all
from events_app.events.rules import EventFacts, HostFacts, Status, Visibility
from events_app.handed import Begin, Follow
from events_app.texts import Texts, slug_of
from events_app.tokens import new_token

MOST_OF_A_SLUG = 80
DRAWN = 16
"""Characters of 5 random bits: an address that nobody guesses, and that may still be typed."""


async def nobody_follows(
    event_id: uuid.UUID, *, was_cancelled: bool, gone: Sequence[str] = (), act: Act
) -> None:
    """For events that nobody can have registered for."""


async def nothing_belongs(event_id: uuid.UUID) -> None:
    """For events that begin bare."""


async def create_event(
    facts: EventFacts, *, hosts: Sequence[HostFacts] = (), begin: Begin = nothing_belongs, act: Act
) -> Event:
    """A new draft, and what `begin` gives to each new one. Its keys are committed to the keyring before its row, so no
    row can ever lack its key.

    Refuses `TakenAddress`.
    """
    event_id = uuid.uuid4()
    act.vault.make_keys(str(event_id))
    return await _create(event_id, facts, hosts=hosts, begin=begin, act=act)


@one_transaction
async def _create(
    event_id: uuid.UUID, facts: EventFacts, *, hosts: Sequence[HostFacts], begin: Begin, act: Act
) -> Event:
    event = await insert_event(event_id, facts, act=act, hosts=hosts)
    await begin(event.id)
    return event


@one_transaction
async def insert_event(
    event_id: uuid.UUID, facts: EventFacts, *, hosts: Sequence[HostFacts], act: Act
) -> Event:
    event = Event(id=event_id, created_at=act.now, changed_at=act.now)
    event.slug = await free_slug(facts.slug or made_slug(facts))
    await _apply(event, facts, act=act)
    await _keep_consent(event, facts.consent, before={})
    await write_event(event, is_new=True)
    if facts.consent:
        await ConsentText.create(event_id=event.id, version=event.consent_version, text=facts.consent)
    await write_hosts(event.id, hosts)
    return event


@one_transaction
async def change_event(
    event_id: uuid.UUID,
    facts: EventFacts,
    *,
    revision: int,
    follow: Follow,
    put_off: Callable[[uuid.UUID, date, Act], Awaitable[None]] | None = None,
    keeps_day: bool = False,
    act: Act,
    is_known: bool = False,
) -> Event:
    """Save an organizer's changes. `is_known`: somebody registered, or was written to. `keeps_day`: the deletion day
    that people were told stays where the event moves to a later date, with fewer days between the two.

    Refuses `EventChangedMeanwhile` when `revision` is not the one they opened.

    What was told and changes is kept as it was said, and when people are to be asked again `sequence` grows. They are
    not written to here: the desk shows how many they are and sends the update.
    """
    event = await Event.claim(event_id)
    if event.revision != revision:
        raise rules.EventChangedMeanwhile()
    said, offered = told_to_all(event), event.modes
    days, deleted_on = event.deletion_days, event.deletion_day
    if event.status == Status.DRAFT:
        wished = wished_slug(event, facts, is_known=is_known)
        event.slug = event.slug if wished == event.slug else await free_slug(wished)
    before = await consent_of(event)
    await _apply(event, facts, act=act)
    if keeps_day and event.deletion_days <= days:
        event.deletion_days = rules.days_that_keep(deleted_on, event.ends, event.deletion_days)
    if await _keep_consent(event, facts.consent, before=before):
        await ConsentText.create(event_id=event.id, version=event.consent_version, text=facts.consent)
    if await keep_what_was_told(event, said) and event.status != Status.DRAFT:
        event.sequence += 1
    await save_change(event, act=act)
    gone = [mode for mode in offered if mode not in event.modes]
    await follow(event.id, was_cancelled=False, gone=gone, act=act)
    if put_off and event.deletion_day > deleted_on:
        await put_off(event.id, deleted_on, act)
    return event


async def _apply(event: Event, facts: EventFacts, *, act: Act) -> None:
    columns: dict[str, Any] = asdict(facts)
    for name in ("slug", "consent", "join_link"):
        columns.pop(name)
    event.update_from_dict(columns)
    room = await Room.filter(id=facts.room_id).select_related("venue").first() if facts.room_id else None
    if room:
        event.room = room
    event.venue_key = str(room.venue_id) if room else ""
    sealed = act.vault.seal(str(event.id), "join link", {"url": facts.join_link}) if facts.join_link else None
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


def join_link_of(event: Event, *, act: Act) -> str:
    """'' where there is none, or it cannot be opened any more."""
    if not event.join_link:
        return ""
    blob, lost = event.join_link, {"url": ""}
    return str(act.vault.reveal(str(event.id), "join link", blob, act.by, instead=lost)["url"])


def wished_slug(draft: Event, facts: EventFacts, *, is_known: bool) -> str:
    """The address that a changed draft is to have: the one that was typed, or a made one where none was.

    As long as nobody has touched the field, and nobody knows the address, it follows the title that it was made from
    (a copy has the title of its original at first). One that is unlisted from now on gets another.
    """
    if facts.slug and (facts.slug != draft.slug or is_known):
        return facts.slug
    hides = facts.visibility == Visibility.UNLISTED and draft.visibility != Visibility.UNLISTED
    is_renamed = slug_of(first_title(facts.title)) != slug_of(first_title(draft.title))
    follows = is_renamed and is_made_from(draft.title, draft.slug)
    return made_slug(facts) if hides or follows or not facts.slug else facts.slug


def is_made_from(title: Texts, slug: str) -> bool:
    """Whether an address is the title, perhaps with the number that made it another's: launch, launch-2."""
    made = slug_of(first_title(title))
    return slug == made or (slug.startswith(f"{made}-") and slug.removeprefix(f"{made}-").isdecimal())


def first_title(title: Texts) -> str:
    """The title that an address is made of."""
    return title.get("en") or next(iter(title.values()), "")


def made_slug(facts: EventFacts) -> str:
    """An address made from the title, or drawn (80 random bits) where it may say nothing of it."""
    if facts.visibility == Visibility.UNLISTED:
        return new_token()[:DRAWN]
    return slug_of(first_title(facts.title))


async def free_slug(wished: str) -> str:
    """The wished address, or the next free one: launch, launch-2, launch-3."""
    taken: set[Any] = set(await Event.filter(slug__startswith=wished[:60]).values_list("slug", flat=True))
    free = (f"{wished[: MOST_OF_A_SLUG - 5]}-{number}" for number in range(2, 10_000))
    return wished if wished not in taken else next(slug for slug in free if slug not in taken)
