"""A programme by theme, day, language, way of taking part and free seats: links that choose, and what they leave.

One value of each at most, always in the same order: so a choice has one address, in every language.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from events_app.events.models.event import Event
from events_app.events.rules import Mode, Opening
from events_app.i18n import (
    L_,
    N_,
    choose,
    current_language,
    languages,
    name_of_language,
    say_short_date,
    translate,
)
from events_app.publishing.pages.lists import Taken
from events_app.texts import slug_of

Wish = Mapping[str, str]
"""What somebody chose: the value for each name of `NAMES` that is in it."""

NAMES: Final = {
    "day": L_("Day"),
    "theme": L_("Theme"),
    "way": L_("Attendance"),
    "language": L_("Language"),
    "seats": L_("Free seats"),
}
"""In the order of the address and of the page."""

ROOMS: Final = "rooms"
FREE: Final = "free"
_WAYS: Final = {"in-person": N_("In person"), "online": N_("Online")}
_VALUE: Final = re.compile(r"[a-zA-Z0-9-]{1,64}")


@dataclass(frozen=True)
class Chip:
    """A link that chooses a value, or takes the choice back; `number` of events would then be left."""

    words: str
    number: int
    url: str
    is_on: bool


@dataclass(frozen=True)
class Chosen:
    """A programme as far as somebody wants it: its events, the chips of each name, and the address of all of it.
    `wished`: what is chosen, in words.
    `is_known`: there is an event for every value that was asked for; without one nobody gave us that address."""

    events: Sequence[Event]
    chips: Sequence[tuple[str, Sequence[Chip]]]
    every: str
    wished: Sequence[str]
    is_known: bool


def wish_of(query: QueryParams) -> Wish:
    """What an address asks for, as far as it can be understood at all."""
    asked = {name: query.get(name, "") for name in NAMES}
    understood = {name: value for name, value in asked.items() if _VALUE.fullmatch(value)}
    if understood.get("seats") != FREE:
        understood.pop("seats", None)
    return understood


def query_of(wish: Wish, *, by_room: bool = False) -> str:
    """The one way to write it behind the "?"."""
    view = {"view": ROOMS} if by_room else {}
    return urlencode({name: wish[name] for name in NAMES if name in wish} | view)


def chosen_of(
    events: Sequence[Event],
    wish: Wish,
    *,
    taken: Mapping[UUID, Taken],
    now: datetime,
    page: str,
    by_room: bool,
) -> Chosen:
    """`taken`: what lists say of seats; an event that hides them stands among those with free ones as long as one can
    register, so that nothing is told of it by coming and going."""
    values = {event.id: _values_of(event, taken.get(event.id), now=now) for event in events}
    fits = _Fits(values, wish)

    def address(changed: Wish) -> str:
        query = query_of(changed, by_room=by_room)
        return f"{page}?{query}" if query else page

    chips, is_known = [], True
    for name, words in NAMES.items():
        others = [event for event in events if fits(event, but=name)]
        numbers = Counter(each for event in others for each in values[event.id][name])
        every = {each for event in events for each in values[event.id][name]}
        is_known = is_known and (name not in wish or wish[name] in every or name == "seats")
        made = [
            Chip(said, numbers[value], address(_changed(wish, name, value)), wish.get(name) == value)
            for value, said in _SAID[name](events)
            if numbers[value] or wish.get(name) == value
        ]
        if name in wish or any(chip.number < len(others) for chip in made):
            chips.append((str(words), made))
    left = [event for event in events if fits(event)]
    wished = [chip.words for _name, made in chips for chip in made if chip.is_on]
    return Chosen(left, chips, address({}), wished, is_known)


@dataclass(frozen=True)
class _Fits:
    """Whether an event has what is wished for; `but`: whatever is wished for of that name."""

    values: Mapping[UUID, Mapping[str, Collection[str]]]
    wish: Wish

    def __call__(self, event: Event, *, but: str = "") -> bool:
        has = self.values[event.id]
        return all(value in has[name] for name, value in self.wish.items() if name != but)


def _changed(wish: Wish, name: str, value: str) -> Wish:
    rest = {each: wanted for each, wanted in wish.items() if each != name}
    return rest if wish.get(name) == value else {**rest, name: value}


def _values_of(event: Event, taken: Taken | None, *, now: datetime) -> Mapping[str, Collection[str]]:
    is_free = event.opening(now) == Opening.OPEN and not (taken and taken.all)
    return {
        "day": [event.starts.date().isoformat()],
        "theme": [_theme_of(event)] if choose(event.track) else [],
        "way": [_way_of(mode) for mode in event.modes],
        "language": event.languages,
        "seats": [FREE] if is_free else [],
    }


def _theme_of(event: Event) -> str:
    """The same in every language of the reader, as the address is."""
    return slug_of(choose(event.track, languages()[0]))


def _way_of(mode: Mode) -> str:
    return mode.value.replace("_", "-")


def _days(events: Sequence[Event]) -> Iterable[tuple[str, str]]:
    days = sorted({event.starts.date() for event in events})
    return [(day.isoformat(), say_short_date(day)) for day in days]


def _themes(events: Sequence[Event]) -> Iterable[tuple[str, str]]:
    said = {_theme_of(event): choose(event.track) for event in events if choose(event.track)}
    return sorted(said.items(), key=lambda theme: theme[1].casefold())


def _languages(events: Sequence[Event]) -> Iterable[tuple[str, str]]:
    often = Counter(code for event in events for code in event.languages)
    return [(code, name_of_language(code, current_language())) for code, _number in often.most_common()]


def _ways(events: Sequence[Event]) -> Iterable[tuple[str, str]]:
    return [(way, translate(said)) for way, said in _WAYS.items()]


def _seats(events: Sequence[Event]) -> Iterable[tuple[str, str]]:
    return [(FREE, translate(N_("With free seats")))]


_SAID: Final[Mapping[str, Callable[[Sequence[Event]], Iterable[tuple[str, str]]]]] = {
    "day": _days,
    "theme": _themes,
    "way": _ways,
    "language": _languages,
    "seats": _seats,
}
"""The values of a name in their order, and what they are called."""
