"""When two events want the same at one time, and what does not fit about one alone; compared as instants."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import Final

from events_app.calendar.zones import zone as zone_of
from events_app.texts import Texts


class Kind(StrEnum):
    """What the finding is about, the gravest first."""

    ROOM = "room"
    SPEAKER = "speaker"
    SEATS = "seats"
    DAYS = "days"
    HOST = "host"


class Strength(StrEnum):
    """A light one is said where the event stands, and marks no list: an organization may well do two things at once."""

    STRONG = "strong"
    LIGHT = "light"


STRENGTH: Final[Mapping[Kind, Strength]] = {
    Kind.ROOM: Strength.STRONG,
    Kind.SPEAKER: Strength.STRONG,
    Kind.SEATS: Strength.STRONG,
    Kind.DAYS: Strength.STRONG,
    Kind.HOST: Strength.LIGHT,
}


@dataclass(frozen=True)
class Wanted:
    """A room, a person or an organization that an event wants for its time; two are one where a key of theirs is."""

    kind: Kind
    name: Texts
    keys: frozenset[str]


@dataclass(frozen=True)
class Days:
    """The days of a conference, on its own clock."""

    name: Texts
    zone: str
    first: date
    last: date


@dataclass(frozen=True)
class Booked:
    """An event, as far as it can clash. `seats`: of its room; `capacity` None is without limit."""

    id: uuid.UUID
    title: Texts
    starts_at: datetime
    ends_at: datetime
    zone: str
    all_day: bool
    conference_id: uuid.UUID | None = None
    days: Days | None = None
    seats: int | None = None
    capacity: int | None = None
    wants: Sequence[Wanted] = ()

    @property
    def first_day(self) -> date:
        return self.starts_at.astimezone(zone_of(self.zone)).date()


@dataclass(frozen=True)
class Finding:
    """Two events that want the same (`what`) from `starts_at` to `ends_at`; or one alone, then `other` is None."""

    kind: Kind
    event: Booked
    other: Booked | None
    what: Texts
    starts_at: datetime
    ends_at: datetime

    @property
    def strength(self) -> Strength:
        return STRENGTH[self.kind]


def between(one: Booked, other: Booked) -> Iterator[Finding]:
    """What these two want at the same time; one that ends when the other begins gives way to it."""
    starts, ends = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
    if one.id == other.id or starts >= ends:
        return
    for wanted in one.wants:
        if any(wanted.kind == each.kind and wanted.keys & each.keys for each in other.wants):
            yield Finding(wanted.kind, one, other, wanted.name, starts, ends)


def alone(event: Booked) -> Iterator[Finding]:
    """What does not fit about an event, whatever else there is."""
    if event.seats and (event.capacity is None or event.capacity > event.seats):
        yield Finding(Kind.SEATS, event, None, {}, event.starts_at, event.ends_at)
    if event.days and _is_outside(event, event.days):
        yield Finding(Kind.DAYS, event, None, event.days.name, event.starts_at, event.ends_at)


def _is_outside(event: Booked, days: Days) -> bool:
    here = zone_of(event.zone if event.all_day else days.zone)
    first, last = (moment.astimezone(here).date() for moment in (event.starts_at, event.ends_at))
    return first < days.first or last > days.last


def findings_of(event: Booked, others: Iterable[Booked]) -> list[Finding]:
    """All there is to say of one event, the gravest first."""
    found = [*alone(event), *chain.from_iterable(between(event, other) for other in others)]
    order = list(Kind)
    return sorted(found, key=lambda each: order.index(each.kind))


def pairs(booked: Iterable[Booked], about: Collection[uuid.UUID]) -> Iterator[tuple[Booked, Booked]]:
    """Each two events that want the same at one time, one of them of `about`: one sweep in the order of the starts, in
    which only those are held beside one another that want the same and are not over."""
    there: dict[tuple[Kind, str], list[Booked]] = {}
    for event in _in_order(booked):
        met: dict[uuid.UUID, Booked] = {}
        for key in _keys_of(event):
            still = [each for each in there.get(key, ()) if each.ends_at > event.starts_at]
            met |= {each.id: each for each in still if event.id in about or each.id in about}
            there[key] = [*still, event]
        yield from ((other, event) for other in met.values())


def marked(booked: Sequence[Booked]) -> set[uuid.UUID]:
    """The events about which something strong is to be said: one sweep, and for each thing that is wanted only who
    holds it longest is remembered, so that it costs the same where a hundred want one room."""
    longest: dict[tuple[Kind, str], Booked] = {}
    found = {event.id for event in booked if any(True for _each in alone(event))}
    for event in _in_order(booked):
        for key in _keys_of(event):
            holder = longest.get(key)
            if holder and holder.ends_at > event.starts_at and STRENGTH[key[0]] == Strength.STRONG:
                found |= {holder.id, event.id}
            if holder is None or event.ends_at > holder.ends_at:
                longest[key] = event
    return found


def _in_order(booked: Iterable[Booked]) -> list[Booked]:
    return sorted(booked, key=lambda each: (each.starts_at, each.id))


def _keys_of(event: Booked) -> set[tuple[Kind, str]]:
    return {(wanted.kind, key) for wanted in event.wants for key in wanted.keys}
