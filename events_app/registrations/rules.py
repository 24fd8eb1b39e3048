"""What is true of registrations whatever they are stored in: their life, and who gets a place."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from events_app.errors import Conflict, NotFound
from events_app.i18n import N_


class Status(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


MAY_BECOME: Final[dict[Status, frozenset[Status]]] = {
    Status.PENDING: frozenset({Status.CONFIRMED, Status.WAITLISTED, Status.DECLINED, Status.CANCELLED}),
    Status.WAITLISTED: frozenset({Status.CONFIRMED, Status.DECLINED, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.CANCELLED}),
    Status.DECLINED: frozenset(),
    Status.CANCELLED: frozenset(),
}

ANSWER_OF: Final[dict[Status, str]] = {
    Status.PENDING: "NEEDS-ACTION",
    Status.CONFIRMED: "ACCEPTED",
    Status.WAITLISTED: "TENTATIVE",
    Status.DECLINED: "DECLINED",
    Status.CANCELLED: "DECLINED",
}
"""The participation status (RFC 5545, PARTSTAT) a registration starts with; afterwards only replies move it."""


class EventFull(Conflict):
    sentence = N_("All places are taken, and this event keeps no waiting list.")


class ModeNotOffered(Conflict):
    sentence = N_("This event does not offer this way of taking part.")


class RegistrationNotOpenYet(Conflict):
    sentence = N_("Registration for this event has not opened yet.")


class RegistrationClosed(Conflict):
    sentence = N_("Registration for this event is closed.")


class EventOver(Conflict):
    sentence = N_("This event is over.")


class EventCalledOff(Conflict):
    sentence = N_("This event has been cancelled.")


class AlreadyCancelled(Conflict):
    sentence = N_("This registration was cancelled before.")


class NoSuchRegistration(NotFound):
    sentence = N_("There is no page at this address.")


@dataclass(frozen=True)
class Applicant:
    """Somebody who asks for a place, as they typed it. `consent_version` is the text they agreed to (0: none asked)."""

    name: str
    address: str
    language: str
    mode: str
    needs: str = ""
    consent_version: int = 0


@dataclass(frozen=True)
class Room:
    """How full one mode of an event is: `capacity` None means without limit."""

    capacity: int | None
    confirmed: int
    waiting: int

    @property
    def free(self) -> int | None:
        """Seats nobody has; never below zero, even after the capacity was lowered."""
        return None if self.capacity is None else max(0, self.capacity - self.confirmed)


def decide_place(room: Room, *, keeps_waitlist: bool) -> Status:
    """A newcomer's status: a seat when one is free and nobody waits for it, else the waitlist, else `EventFull`."""
    if room.free is None or (room.free > 0 and room.waiting == 0):
        return Status.CONFIRMED
    if keeps_waitlist:
        return Status.WAITLISTED
    raise EventFull()


def how_many_to_promote(room: Room) -> int:
    """How many from the head of the waitlist have a seat now."""
    return room.waiting if room.free is None else min(room.free, room.waiting)


def check_life(status: Status, wanted: Status) -> None:
    if wanted not in MAY_BECOME[status]:
        raise AlreadyCancelled()


_ARABIC_FOLDS = str.maketrans("ٱىیےةۀک", "ايييههك", "ـ")


def folded(text: str) -> str:
    """Text as a search compares it: no case, accents or Arabic vowel signs; alef, yeh and teh marbuta are one."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_ARABIC_FOLDS).casefold()
    plain = unicodedata.normalize("NFKD", decomposed)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
