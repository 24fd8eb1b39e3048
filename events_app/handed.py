"""What rooms above hand down to rooms below, because imports only go down. app.py puts the two together."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from events_app.acts import Act
from events_app.directions import isolated
from events_app.i18n import translate


class HasSeats(Protocol):
    """As much of an event as its seats are counted by. A capacity of None is without limit."""

    @property
    def id(self) -> UUID: ...
    @property
    def modes(self) -> Sequence[str]: ...
    @property
    def shows_places(self) -> str: ...
    @property
    def keeps_waitlist(self) -> bool: ...
    def capacity(self, mode: str) -> int | None: ...


@dataclass(frozen=True)
class Seats:
    """What an event's page says of its places: in words by mode, and whether a newcomer would have to wait."""

    will_wait: bool
    words: Mapping[str, str]


class SeatsOf(Protocol):
    async def __call__(self, event: HasSeats) -> Seats: ...


class FullOf(Protocol):
    """Which ways of taking part have no free seat, of each of these events that has one."""

    async def __call__(self, events: Sequence[HasSeats], /) -> Mapping[UUID, Collection[str]]: ...


class Follow(Protocol):
    """What a change of an event means for the people who registered; runs inside the transaction of the change.

    gone: the ways of taking part that it no longer offers.
    """

    async def __call__(
        self, event_id: UUID, *, was_cancelled: bool, gone: Sequence[str] = (), act: Act
    ) -> None: ...


class Begin(Protocol):
    """What a new event begins with; runs inside the transaction that makes it."""

    async def __call__(self, event_id: UUID, /) -> None: ...


class FollowCopy(Protocol):
    """What else belongs to a copy of an event; runs inside the transaction that makes it."""

    async def __call__(self, original_id: UUID, copy_id: UUID) -> None: ...


class CountRegistrations(Protocol):
    """Registrations of these events, by 'status' and by 'status.mode'."""

    async def __call__(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]: ...


class CountLetters(Protocol):
    """Letters about an event, by state."""

    async def __call__(self, event_id: UUID) -> Mapping[str, int]: ...


class IsSo(Protocol):
    """Whether something is true of the whole installation."""

    async def __call__(self) -> bool: ...


class IsThere(Protocol):
    """Whether anything belongs to the row of this id."""

    async def __call__(self, row_id: UUID, /) -> bool: ...


class PutOff(Protocol):
    """People are told that their data is kept longer than until `told`; refuses where they are not to be written to."""

    async def __call__(self, event_id: UUID, told: date, act: Act, *, tells: bool) -> None: ...


class AnsweredIn(Protocol):
    """The ids of the questions of an event that anybody has answered."""

    async def __call__(self, event_id: UUID, *, act: Act) -> set[str]: ...


class BeforePlaceChanges(Protocol):
    """Called before a venue or its rooms are written, in the same transaction; what it returns is called after it."""

    async def __call__(self, venue_id: UUID, *, act: Act) -> Callable[[], Awaitable[None]]: ...


class HostsSaidAnew(Protocol):
    """An organization was written: the coming events that name it say something else."""

    async def __call__(self, organization_id: UUID, *, act: Act) -> None: ...


@dataclass(frozen=True)
class EventThere:
    """A coming event at a venue: how many people have a place or wait, and how many of them hold an old one."""

    event_id: UUID
    title: Mapping[str, str]
    starts: datetime
    people: int
    behind: int


class EventsAt(Protocol):
    """The coming events in a venue's rooms, soonest first."""

    async def __call__(self, venue_id: UUID, *, now: datetime) -> Sequence[EventThere]: ...


class KeptWords(Protocol):
    """What was opened for an organizer's searches, by registration: a stamp and folded words."""

    def of(self, organizer_id: str, event_id: UUID) -> dict[str, tuple[bytes, str]]: ...
    def forget(self, organizer_id: str) -> None: ...


@dataclass(frozen=True)
class SaidClash:
    """What an organizer should look at once more, and may mean all the same: `sentence` about the event `title`, at
    `address`; `where` it is changed; `others` are the events that it is about too, each with its address."""

    kind: str
    is_strong: bool
    sentence: str
    title: str
    address: str
    where: str
    day: date
    others: Sequence[tuple[str, str]] = ()

    @property
    def line(self) -> str:
        """With the titles of the others, as a text."""
        return " ".join(
            (self.sentence, translate(", ").join(isolated(title) for title, _address in self.others))
        )


class ClashesOf(Protocol):
    """What is to be said of an event, or of the events of a conference; never what would be refused."""

    async def __call__(self, row_id: UUID, /, *, now: datetime) -> Sequence[SaidClash]: ...
