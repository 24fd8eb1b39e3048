"""What is true of events whatever they are stored in: their life, their modes, who may register when."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from events_app.errors import Conflict, Gone
from events_app.i18n import L_, N_, PL_
from events_app.texts import Texts


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"


class Mode(StrEnum):
    """How a person takes part."""

    IN_PERSON = "in_person"
    ONLINE = "online"


class ShowsPlaces(StrEnum):
    """How a page tells how many places are left."""

    EXACT = "exact"
    FEW = "few"
    HIDDEN = "hidden"


class BlocksTime(StrEnum):
    """Whether calendars say that people are busy; left open, several whole days do not."""

    BY_LENGTH = ""
    YES = "yes"
    NO = "no"


class HostRole(StrEnum):
    HOST = "host"
    CO_HOST = "co_host"
    SUPPORTER = "supporter"


class SpeakerRole(StrEnum):
    SPEAKER = "speaker"
    MODERATOR = "moderator"


class Opening(StrEnum):
    """Whether the registration of an event is open, and if not, why."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    PAST = "past"
    CANCELLED = "cancelled"
    DRAFT = "draft"


MAY_BECOME: Final[dict[Status, frozenset[Status]]] = {
    Status.DRAFT: frozenset({Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.DRAFT, Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.PUBLISHED}),
}

STATUS_NAMES: Final = {
    Status.DRAFT: L_("Draft"),
    Status.PUBLISHED: L_("Published"),
    Status.CANCELLED: PL_("event", "Cancelled"),
}


LONGEST: Final = timedelta(days=31)


class EventCannotBecome(Conflict):
    sentence = N_("The status of an event cannot change from “%(status)s” to “%(wanted)s”.")


class EventChangedMeanwhile(Conflict):
    """Two organizers edited at once; the later save must not overwrite the earlier one."""

    sentence = N_(
        "Somebody else has changed this event since you opened it. Nothing of yours was saved yet: "
        "compare with the new version below and save again."
    )


class GoneMeanwhile(Conflict):
    """Somebody has deleted what the form had chosen."""

    sentence = N_("What you chose for “%(what)s” has been deleted meanwhile. Please choose again.")


class NotReady(Conflict):
    """The event lacks something that people must know before they register."""

    sentence = N_("This event cannot be published yet: %(missing)s")


class TooLateToCancel(Conflict):
    """What has taken place cannot be called off; its people would get a wrong letter."""

    sentence = N_("This event is over.")


class StillHasRegistrations(Conflict):
    sentence = N_("People have registered, so the event cannot go back to a draft. Cancel it instead.")


class DraftInUse(Conflict):
    """Its letters and registrations open with its keys; they would be lost with it."""

    sentence = N_("This event has emails or registrations, so it cannot be deleted.")


class NotADraft(Conflict):
    sentence = N_("Only a draft can be deleted. A published event can be cancelled.")


class EventForgotten(Gone):
    """Its deletion day is past: its keys are gone, and what they sealed."""

    sentence = N_(
        "What was kept about the people of this event has been deleted, as they were told. Only totals are left."
    )


MOST_DELETION_DAYS: Final = 365

NOT_YET_TOLD: Final = date(9999, 1, 1)
"""`deletion_not_before` of what an older version left, until the caretaker's first look has set it."""


def deletion_day(ends: datetime, days: int, *, not_before: date | None = None) -> date:
    """The day on which what is held of an event's people goes, on its own calendar: `ends` is its end on the wall."""
    day = (ends + timedelta(days=days)).date()
    return day if not_before is None else max(day, not_before)


def days_that_keep(day: date, ends: datetime, days: int) -> int:
    """So many of these days after its end that an event goes on `day` at the latest, which people were told; the same
    number where the day comes before the end."""
    left = (day - ends.date()).days
    return min(left, days) if left >= 0 else days


def check_life(status: Status, wanted: Status) -> None:
    if wanted not in MAY_BECOME[status]:
        raise EventCannotBecome(status=STATUS_NAMES[status], wanted=STATUS_NAMES[wanted])


def opening(
    *, status: str, now: datetime, ends_at: datetime, opens_at: datetime | None, closes_at: datetime | None
) -> Opening:
    """The state of an event's registration at `now` (all moments aware)."""
    if status == Status.DRAFT:
        return Opening.DRAFT
    if status == Status.CANCELLED:
        return Opening.CANCELLED
    if now >= ends_at:
        return Opening.PAST
    if opens_at is not None and now < opens_at:
        return Opening.NOT_YET
    if closes_at is not None and now >= closes_at:
        return Opening.CLOSED
    return Opening.OPEN


def takes_time(chosen: str, *, all_day: bool, days: int) -> bool:
    """Whether calendars block the time of an event: as chosen, else always but for whole days that are several."""
    if chosen == BlocksTime.BY_LENGTH:
        return not all_day or days == 1
    return chosen == BlocksTime.YES


@dataclass(frozen=True)
class EventFacts:
    """What an organizer says of an event; texts are keyed by language, walls are 'YYYY-MM-DDTHH:MM' in `zone`."""

    slug: str
    title: Texts
    summary: Texts
    description: Texts
    place: Texts
    interpretation: Texts
    accessibility: Texts
    track: Texts
    consent: Texts
    starts_wall: str
    ends_wall: str
    starts_fold: int
    ends_fold: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    conference_id: uuid.UUID | None
    room_id: uuid.UUID | None
    all_day: bool = False
    blocks_time: str = BlocksTime.BY_LENGTH.value
    languages: list[str] = field(default_factory=list)
    offers_in_person: bool = True
    offers_online: bool = False
    capacity_in_person: int | None = None
    capacity_online: int | None = None
    keeps_waitlist: bool = True
    offers_places: bool = False
    offer_hours: int = 24
    needs_approval: bool = False
    invitation_only: bool = False
    confirms_address: bool = False
    confirm_hours: int = 24
    deletion_days: int = 30
    shows_places: str = ShowsPlaces.EXACT.value
    most_guests: int = 0
    sends_holds: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    visibility: str = Visibility.PUBLIC.value
    join_link: str = ""


@dataclass(frozen=True)
class HostFacts:
    organization_id: str
    role: str


@dataclass(frozen=True)
class SpeakerFacts:
    """`row` is the id of the row that is saved again, `person_id` that of a person whom programmes know already."""

    name: Texts
    about: Texts
    role: str
    confirmed: bool
    row: str = ""
    person_id: uuid.UUID | None = None
    biography: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class AgendaFacts:
    title: Texts
    minutes: int


@dataclass(frozen=True)
class ProgrammeFacts:
    """Who holds the event, who speaks, and what happens when; all three in the order shown."""

    hosts: Sequence[HostFacts]
    speakers: Sequence[SpeakerFacts]
    agenda: Sequence[AgendaFacts]


MODE_NAMES = {Mode.IN_PERSON: L_("In person"), Mode.ONLINE: L_("Online")}
