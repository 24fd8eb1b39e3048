"""What is true of registrations whatever they are stored in: their life, and who gets a place."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from events_app.errors import Conflict, NotFound
from events_app.i18n import L_, N_, PL_
from events_app.texts import normalized, visible, western_digits


class Status(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Due(StrEnum):
    """What happens by itself when a registration's `due_at` has passed."""

    NOTHING = ""
    OFFER = "offer"
    ADDRESS = "address"
    LEAVING = "leaving"


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

UNDO_LASTS: Final = timedelta(minutes=15)
"""So long a cancelled place stays held, and the person may take the cancellation back."""


class EventFull(Conflict):
    sentence = N_("All seats are taken, and this event has no waiting list.")


class ModeNotOffered(Conflict):
    sentence = N_("This event does not offer this way of taking part.")


class StillBeingTold(Conflict):
    """Some have been told that the event is cancelled, and some are about to be."""

    sentence = N_("People are still being notified that this event is cancelled. Please try again later.")


class ModeInUse(Conflict):
    """A way of taking part is not taken away from people who hold it or wait for it."""

    sentence = N_(
        "People have a seat there or wait for one (%(mode)s: %(people)s), so it stays. Move or cancel them first."
    )


class ModeFull(Conflict):
    sentence = N_("All seats for this way of taking part are taken. Nothing was changed.")


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


class NothingToUndo(Conflict):
    sentence = N_("The cancellation cannot be undone any more. The seat was given to someone else.")


class NotWaiting(Conflict):
    sentence = N_("This registration is not waiting for an answer any more.")


class OfferLapsed(Conflict):
    sentence = N_("The time to accept this seat is over, and it went to the next person on the waiting list.")


class NeedsCode(Conflict):
    sentence = N_(
        "This event is open to invited people only. Please use your personal link, or type your code."
    )


class CodeUnknown(Conflict):
    sentence = N_("We do not know this code. Please check it, character by character.")


class CodeUsed(Conflict):
    sentence = N_("This code has been used already. Each code opens one registration.")


class CodeRevoked(Conflict):
    sentence = N_("This code has been withdrawn by the organizers.")


class CodeForAnother(Conflict):
    sentence = N_("This code was given to another email address.")


class PartyTooLarge(Conflict):
    """More people than can ever sit here: they would wait for ever."""

    sentence = N_("So many people cannot come together: there are seats for %(most)s at most.")


class TooManyGuests(Conflict):
    sentence = N_("At most %(most)s colleagues can come with one person.")


class AddressTaken(Conflict):
    sentence = N_("This address cannot be used for this registration.")


class ChangeNotPossible(Conflict):
    sentence = N_("This cannot be changed any more.")


class NoSuchRegistration(NotFound):
    sentence = N_("There is no page at this address.")


@dataclass(frozen=True)
class Guest:
    """A colleague somebody brings along; the address may be empty, then there is no letter."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Applicant:
    """Somebody who asks for a place, as they typed it. `consent_version` is the text they agreed to (0: none asked).

    `answers` are keyed by the question's id; `code` is an invitation's, `guests` the colleagues they bring.
    """

    name: str
    address: str
    language: str
    mode: str
    needs: str = ""
    consent_version: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    guests: Sequence[Guest] = ()


@dataclass(frozen=True)
class Pool:
    """How full one pool of places is: `capacity` None means without limit.

    `confirmed` counts everybody who holds a seat: the confirmed, open offers, and places held while an address is
    being confirmed or a cancellation may still be taken back; nobody does so without limit. `waiting` is 0 where
    nobody waits. `most` is how many could ever sit here (None: any number), whoever sits elsewhere now.
    """

    capacity: int | None
    confirmed: int
    waiting: int
    most: int | None = None

    @property
    def free(self) -> int | None:
        """Seats nobody has; never below zero, even after the capacity was lowered."""
        return None if self.capacity is None else max(0, self.capacity - self.confirmed)

    def fits(self, people: int) -> bool:
        return self.free is None or self.free >= people

    def can_ever_seat(self, people: int) -> bool:
        """Whether a party of so many can have seats at all. Where nobody can, one may wait for places to be made."""
        return people == 1 or not self.most or people <= self.most


def decide_place(pool: Pool, *, keeps_waitlist: bool, people: int = 1) -> Status:
    """A newcomer's status: a seat when one is free, else the waitlist, else `EventFull`.

    A party of several is seated together or waits together; `PartyTooLarge` when it never could be. Whoever waits
    needs more seats than are free (the line has been asked first: `places.pool_for_newcomers`), so nobody who would
    fit is overtaken.
    """
    if not pool.can_ever_seat(people):
        raise PartyTooLarge(most=pool.most)
    if pool.fits(people):
        return Status.CONFIRMED
    if keeps_waitlist:
        return Status.WAITLISTED
    raise EventFull()


def first_that_fits(pool: Pool, sizes: Sequence[int]) -> int | None:
    """Which of the parties that wait moves up next: the place in line, from 0, of these sizes; None when nobody fits.

    Who can fit passes who cannot: a large party does not keep seats empty, and is asked first whenever some are free.
    """
    return next((place for place, size in enumerate(sizes) if pool.fits(size)), None)


def check_life(status: Status, wanted: Status) -> None:
    if wanted not in MAY_BECOME[status]:
        raise AlreadyCancelled()


STATUS_NAMES: Mapping[str, str] = {
    Status.PENDING: L_("Waiting for approval"),
    Status.CONFIRMED: PL_("registration", "Confirmed"),
    Status.WAITLISTED: L_("On the waiting list"),
    Status.DECLINED: L_("Not accepted"),
    Status.CANCELLED: PL_("registration", "Cancelled"),
}

SHEET_COLUMNS: Mapping[str, str] = {
    "name": L_("Name"),
    "address": L_("Email address"),
    "status": L_("Status"),
    "mode": L_("Attendance"),
    "language": L_("Language"),
    "needs": L_("Access needs"),
    "registered_on": L_("Registered on"),
    "line": L_("Position on the waiting list"),
    "party": L_("Comes with"),
    "quota": L_("Reserved for"),
    "code": L_("Invited as"),
}
"""What a sheet of this list calls its columns, in their order; a list that is brought in is known by them again."""


def is_near(domain: str, other: str) -> bool:
    """Whether one domain may be the other with one slip of the finger: a letter more, less, wrong, or two swapped."""
    if domain == other or {domain, other} == {"gmail.com", "googlemail.com"}:
        return True
    short, long = sorted((domain, other), key=len)
    if len(short) < 6 or len(long) - len(short) > 1:
        return False
    at = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at + 1 : at + 2] + short[at : at + 1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long[at:]


LONGEST_CODE = 200
"""Letters of a code as it may be typed, with spaces and dashes; what is longer is none."""


def bare_code(code: str) -> str:
    """A code as it is compared: without spaces, dashes of any length and what shows nothing, in small Western letters
    and digits, also where it was typed in full width or with Arabic digits."""
    if len(code) > LONGEST_CODE:
        return ""
    plain = normalized("NFKC", western_digits(visible(code)))
    return "".join(
        c for c in plain if not c.isspace() and unicodedata.category(c) not in {"Pd", "Cf"}
    ).lower()
