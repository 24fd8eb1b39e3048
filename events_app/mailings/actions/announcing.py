"""Telling people that an event changed: what is different, whom it concerns, and the letters, once to each."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count

from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.rules import Status as EventStatus
from events_app.i18n import choose
from events_app.mail.models import Letter
from events_app.mail.rules import ever_called
from events_app.registrations.models import Registration
from events_app.registrations.places import may_hear_of_it
from events_app.registrations.posting import note, post_about, reveal_person
from events_app.registrations.reminded import skip_what_is_due
from events_app.registrations.rules import EventOver
from events_app.vault import Json


@dataclass(frozen=True)
class Concerned:
    """Whom a change concerns: how many hold an old time or place, how many only old texts, and their languages."""

    material: int
    minor: int
    languages: Mapping[str, int]

    @property
    def people(self) -> int:
        return self.material + self.minor


@dataclass(frozen=True)
class Clash:
    """Somebody who is registered for another event at the new time; read in memory for the organizer who asks."""

    name: str
    event: Event


async def concerned_by(event: Event) -> Concerned:
    living = Registration.filter(event_id=event.id, live=1)
    behind = living.exclude(told=event.told)
    # Inside one Q: exclude(told=..., said=...) would mean "neither of both", and this means "not both".
    rows = (
        await living.exclude(Q(told=event.told, said=event.said))
        .annotate(n=Count("id"))
        .group_by("language")
        .values("language", "n")
    )
    material = await behind.count()
    minor = await living.filter(told=event.told).exclude(said=event.said).count()
    return Concerned(material, minor, {row["language"]: row["n"] for row in rows})


async def clashes_of(event: Event, *, act: Act) -> list[Clash]:
    """Who is also registered for another published event that overlaps this one's present time.

    Indexes are per event, so that the database cannot tell that two rows are one person; it is found by opening both
    lists in memory, for an organizer, and kept nowhere.
    """
    others = await Event.filter(
        status=EventStatus.PUBLISHED, starts_at__lt=event.ends_at, ends_at__gt=event.starts_at
    ).exclude(id=event.id)
    if not others:
        return []
    ours = await _addresses(event.id, act=act)
    found = []
    for other in others:
        for address in (await _addresses(other.id, act=act)).keys() & ours.keys():
            found.append(Clash(ours[address], other))
    return sorted(found, key=lambda clash: (clash.event.starts_wall, clash.name))


async def _addresses(event_id: uuid.UUID, *, act: Act) -> dict[str, str]:
    """Names by address of everybody living."""
    living = await Registration.filter(event_id=event_id, live=1)
    people = [reveal_person(each, vault=act.vault, reader=act.by) for each in living]
    return {kept(person.address).compared: person.name for person in people if person.address}


@one_transaction
async def announce(event_id: uuid.UUID, *, asks_again: bool = True, act: Act) -> int:
    """Tell everyone who holds something old; says how many. Nobody is told twice, whatever is pressed how often.

    An old time or place: the changed letter, SEQUENCE+1, and (where `asks_again`) the calendar asks anew. Only old
    texts, or another room in the same house: a small letter with the same SEQUENCE and a newer DTSTAMP, which keeps
    the answer. The event's page says from then on what it was before.
    """
    event = await Event.claim(event_id)
    if act.now >= event.ends_at:
        raise EventOver()
    behind = Registration.filter(event_id=event.id, live=1).exclude(Q(told=event.told, said=event.said))
    registrations: Sequence[Registration] = await behind.order_by("arrival", "id")
    before: dict[str, Any] = event.announced
    for registration in registrations:
        is_material = registration.told != event.told
        if is_material:
            registration.sequence += registration.invited  # who was never invited has nothing to count on
            registration.answer = "NEEDS-ACTION" if asks_again else registration.answer
        registration.told, registration.said = event.told, event.said
        await registration.save(update_fields=["sequence", "answer", "told", "said"])
        letter = "changed" if is_material else "corrected"
        await note(registration, letter, act=act.of(Who.ORGANIZER))
        more = old_facts(before, registration.language) if is_material and before else {}
        if may_hear_of_it(registration):
            replaces = "changed" if is_material else None
            await post_about(f"mailings.{letter}", registration, event, replaces=replaces, act=act, more=more)
    await skip_what_is_due(event, registrations, now=act.now)
    await _remember(event, act.now)
    return len(registrations)


async def _remember(event: Event, now: datetime) -> None:
    """The event has been told as it is now; what it was before stands on its page."""
    before = event.announced
    if before and before.get("told") != event.told:
        event.moved_from = before
    event.announced = event.snapshot()
    await event.save(update_fields=["announced", "moved_from"])


def old_facts(before: Mapping[str, Any], language: str) -> dict[str, Json]:
    """What was told before, for the letter's side by side."""
    names = ("starts_wall", "ends_wall", "starts_fold", "ends_fold", "zone")
    return {"old": {**{name: before[name] for name in names}, "place": choose(before["place"], language)}}


@dataclass(frozen=True)
class Reached:
    """One person of the last announcement: did the letter leave, and what does their calendar say since?"""

    registration: Registration
    name: str
    state: str
    last_error: str


async def reached_by(event: Event, *, act: Act) -> list[Reached]:
    """The newest changed or corrected letter of each living registration, with its state; the unreached first."""
    kinds = [*ever_called("mailings.changed"), *ever_called("mailings.corrected")]
    newest: dict[uuid.UUID, Letter] = {}
    fields = ("number", "id", "thread", "state", "last_error", "kind")
    for letter in await Letter.filter(event_id=event.id, kind__in=kinds).order_by("number").only(*fields):
        if letter.thread is not None:
            newest[letter.thread] = letter
    living = await Registration.filter(event_id=event.id, live=1, id__in=list(newest))
    rows = [
        Reached(
            each,
            reveal_person(each, vault=act.vault, reader=act.by).name,
            newest[each.id].state,
            newest[each.id].last_error,
        )
        for each in living
    ]
    return sorted(rows, key=lambda row: (row.state in {"sent", "kept"}, row.name))
