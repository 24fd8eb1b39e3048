"""Telling people that an event changed: what is different, whom it concerns, and the letters, once to each."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.models.where import (
    MATERIAL,
    SMALL,
    announced_as,
    differs,
)
from events_app.events.rules import Status as EventStatus
from events_app.mail.again import withdraw
from events_app.mail.models import Letter, facts_context
from events_app.mail.rules import called_today, ever_called
from events_app.mailings.rules import EventChanged
from events_app.offload.breathing import breathe
from events_app.people.reading import AT_ONCE, BREATH, opened, person_or_blank
from events_app.registrations.models import Registration, next_arrival, next_of
from events_app.registrations.posting import COURIER, note, post_about
from events_app.registrations.rules import EventOver
from events_app.registrations.told import (
    Hearers,
    hear,
    hearers_among,
    hearers_of,
    may_hear_of_it,
    skip_what_is_due,
)
from events_app.rounds import actions as rounds
from events_app.rounds.models import ANNOUNCED, Round
from events_app.vault import Json


@dataclass(frozen=True)
class Concerned:
    """Whom a change concerns, by what they hold; and how many people hold an old time or place, or only old texts."""

    groups: Sequence[Hearers]

    @property
    def material(self) -> int:
        return sum(each.people for each in self.groups if each.is_material)

    @property
    def minor(self) -> int:
        return self.people - self.material

    @property
    def people(self) -> int:
        return sum(each.people for each in self.groups)

    @property
    def mark(self) -> str:
        """Another one as soon as something else would be told; not because somebody came or went."""
        said = sorted({repr((each.language, each.mode, sorted(each.now.items()))) for each in self.groups})
        return hashlib.sha256("".join(said).encode()).hexdigest()[:16]

    @property
    def languages(self) -> Mapping[str, int]:
        found = Counter[str]()
        for each in self.groups:
            found[each.language] += each.people
        return found


@dataclass(frozen=True)
class Clash:
    """Somebody who is registered for another event at the new time; read in memory for the organizer who asks."""

    name: str
    event: Event


async def concerned_by(event: Event) -> Concerned:
    """Who holds something old; the event was read with its room."""
    return Concerned([each for each in await hearers_of(event) if each.is_behind])


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
    opens = partial(person_or_blank, vault=act.vault, reader=act.by)
    living = opened(Registration.filter(event_id=event_id, live=1), opens=opens)
    return {kept(who.address).compared: who.name async for _row, who in living if who.address}


@one_transaction
async def announce(event_id: uuid.UUID, *, asks_again: bool = True, seen: str | None = None, act: Act) -> int:
    """Tell everyone who holds something old; says how many. Nobody is told twice, whatever is pressed how often. The
    first of them are told now, the others in a round that goes on after it.

    An old time or place: the changed letter, a SEQUENCE that grew, and (where `asks_again`) the calendar asks anew.
    Only old texts, or another room in the same house: a small letter with the same SEQUENCE and a newer DTSTAMP, which
    keeps the answer. Whom nothing of it concerns hears nothing. The event's page says from then on what it was before.
    `seen`: the mark of what the organizer was shown (`Concerned.mark`); refuses `EventChanged` if it is another now.
    """
    event = await Event.claim(event_id)
    if act.now >= event.ends_at:
        raise EventOver()
    groups = [] if event.status == EventStatus.CANCELLED else await hearers_of(event)
    behind = [each for each in groups if each.is_behind]
    if seen is not None and behind and Concerned(behind).mark != seen:
        raise EventChanged()
    told, goes_on = 0, False
    if any(each.telling != event.telling for each in groups):
        until, facts = await next_arrival(event.id) - 1, {"asks_again": asks_again}
        found = await rounds.begin(event.id, ANNOUNCED, until=until, facts=facts)
        told, goes_on = await _tell_next(found, event, act=act)
    await _remember(event, is_material=any(each.is_material for each in behind))
    return sum(each.people for each in behind) if goes_on else told


@one_transaction
async def tell_some(number: int, act: Act) -> bool:
    """The next people who hold something old hear what is true now (`rounds.actions.Step`). Whatever has become of the
    event since is in their letters; of one that is over or cancelled nothing more is told in this way."""
    if not (taken := await rounds.claim(number)):
        return False
    found, event = taken
    if event.status == EventStatus.CANCELLED or act.now >= event.ends_at:
        await found.delete()
        return False
    _told, goes_on = await _tell_next(found, event, act=act)
    return goes_on


async def _tell_next(found: Round, event: Event, *, act: Act) -> tuple[int, bool]:
    """How many were told, and whether the round goes on."""
    people = await next_of(found, most=rounds.AT_ONCE)
    groups = {(each.language, each.mode, each.telling): each for each in await hearers_among(event, people)}
    mine = [(each, groups[each.language, each.mode, each.telling]) for each in people]
    behind = [(each, group) for each, group in mine if group.is_behind]
    unheard = await _letters_unheard(event, [each.id for each, _group in behind], act=act)
    told = []
    for registration, group in behind:
        if registration.id in unheard:
            await withdraw(registration.id, "changed")
        heard = unheard.get(registration.id, group.before)
        asks_again = bool(found.facts["asks_again"])
        if await _tell(registration, event, group, heard, asks_again=asks_again, act=act):
            told.append(registration)
    await _catch_up(event, [each.id for each, group in mine if not group.is_behind and not group.changes])
    await skip_what_is_due(event, told, now=act.now)
    return len(told), await rounds.went(found, [each.arrival for each in people])


async def _tell(
    registration: Registration,
    event: Event,
    group: Hearers,
    heard: Mapping[str, Any],
    *,
    asks_again: bool,
    act: Act,
) -> bool:
    """One person's letter. What it says was before is what they were really told, in a letter that left; who heard
    nothing of a change that was taken back hears nothing of that either: then False."""
    was = registration.sequence
    await hear(registration, event)
    if not differs(heard, group.now, (*MATERIAL, *SMALL)):
        await registration.save(update_fields=["sequence", "telling"])
        return False
    if group.is_material and registration.invited:
        registration.sequence = max(registration.sequence, was + 1)
    if group.is_material and asks_again:
        registration.answer = "NEEDS-ACTION"
    await registration.save(update_fields=["sequence", "answer", "telling"])
    letter = "changed" if differs(heard, group.now, MATERIAL) else "corrected"
    await note(registration, letter, act=act.of(Who.ORGANIZER))
    if may_hear_of_it(registration):
        replaces = "changed" if group.is_material else None
        more = old_facts(heard, group.now)
        await post_about(f"mailings.{letter}", registration, event, replaces=replaces, act=act, more=more)
    return True


async def _letters_unheard(
    event: Event, people: Sequence[uuid.UUID], *, act: Act
) -> dict[uuid.UUID, Mapping[str, Any]]:
    """What these people heard before a change whose letter has not left: nobody was told what such a letter says.

    One that waits is superseded by the next; one that was kept or refused was read by nobody. Whoever was written to
    since, of whatever matter, read there how the event stood then.
    """
    found: dict[uuid.UUID, Mapping[str, Any]] = {}
    theirs = Letter.filter(thread__in=list(people), event_id=event.id).order_by("number")
    for letter in await theirs.only("number", "id", "thread", "scope", "kind", "state", "doubts", "facts"):
        if letter.thread is None:
            continue
        is_change = called_today(letter.kind) == "mailings.changed"
        if is_change or letter.state not in _UNHEARD:
            found.pop(letter.thread, None)
        is_unheard = letter.state in _UNHEARD or (letter.state == "queued" and not letter.doubts)
        if is_change and is_unheard and letter.facts:
            context, blob = facts_context(letter.id), bytes(letter.facts)
            facts = act.vault.reveal(letter.scope, context, blob, COURIER, instead={})
            heard = facts.get("heard")
            if isinstance(heard, Mapping):
                found[letter.thread] = heard
    return found


_UNHEARD = frozenset({"superseded", "kept", "refused", "withheld"})


async def _catch_up(event: Event, people: Sequence[uuid.UUID]) -> None:
    """Whom nothing of a change concerned counts as told.

    Not where a change was taken back: a download may have had a higher SEQUENCE meanwhile, which `sequence_of` goes on
    to count, while an answer to the letter that they have is still an answer to the present one.
    """
    if people:
        await Registration.filter(id__in=list(people)).update(telling=event.telling)


async def _remember(event: Event, *, is_material: bool) -> None:
    """The event has been told as it is now; what it was before stands on its page."""
    if event.announced and is_material:
        event.moved_from = event.announced
    event.announced = announced_as(event)
    await event.save(update_fields=["announced", "moved_from"])


def old_facts(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Json]:
    """What was told before, for the letter's side by side. `heard` is for the next announcement, should this letter
    never leave."""
    names = ("starts_wall", "ends_wall", "starts_fold", "ends_fold", "zone", "place")
    old: dict[str, Json] = {name: before[name] for name in names}
    if before["title"] != now["title"]:
        old["title"] = before["title"]
    if before["room"] != now["room"] and not differs(before, now, ("house",)):
        old["room"] = before["room"]
    return {"old": old, "heard": dict(before)}


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
    said = Letter.filter(event_id=event.id, kind__in=kinds, thread__isnull=False).order_by("number")
    newest: dict[Any, tuple[str, str]] = {}
    after = 0
    while part := await said.filter(number__gt=after).limit(AT_ONCE).values_list(*_REACHED):
        newest |= {thread: (state, error) for _number, thread, state, error in part}
        after = part[-1][0]
    rows, ids = list[Reached](), list(newest)
    for start in range(0, len(ids), BREATH):
        some = Registration.filter(event_id=event.id, live=1, id__in=ids[start : start + BREATH])
        for each in await some:
            name = person_or_blank(each, vault=act.vault, reader=act.by).name
            rows.append(Reached(each, name, *newest[each.id]))
        await breathe()
    return sorted(rows, key=lambda row: (row.state in {"sent", "kept"}, row.name))


_REACHED: Final = ("number", "thread", "state", "last_error")
