"""A calendar entry (VEVENT) as values: one event as it stands, and the one person who is invited to it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

STATUSES: Final = ("CONFIRMED", "TENTATIVE", "CANCELLED")
ANSWERS: Final = ("NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED")

_UID = re.compile(r"[A-Za-z0-9._~+-]+@[A-Za-z0-9.-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Entry:
    """One event, as a calendar shows it.

    `starts` and `ends` are aware in a named zone (ZoneInfo), the truth being their wall time; of an hour that comes
    twice `fold` says which. Of an `all_day` entry only the dates count, and `ends` lies on its last day. `stamp` is
    when the message was built and grows with every changed resend; `created` and `changed` come from the database.
    `sequence` counts the changes that matter. All texts are plain and public. A wrong value here is a mistake of the
    program, not of a person: ValueError. RFC 5545 3.6.1.
    """

    uid: str
    sequence: int
    stamp: datetime
    created: datetime
    changed: datetime
    starts: datetime
    ends: datetime
    summary: str
    description: str
    location: str
    url: str
    language: str
    organizer_name: str
    organizer_address: str
    status: str = "CONFIRMED"
    categories: tuple[str, ...] = ()
    private: bool = False
    transparent: bool = False
    all_day: bool = False

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the day after the last: DTEND as a DATE does not belong to it. RFC 5545 3.6.1."""
        return self.starts.date(), self.ends.date() + timedelta(days=1)

    def __post_init__(self) -> None:
        for moment in (self.stamp, self.created, self.changed):
            if moment.utcoffset() != timedelta(0):
                raise ValueError("stamp, created and changed are aware and in UTC.")
        for moment in (self.starts, self.ends):
            if not isinstance(moment.tzinfo, ZoneInfo) or not moment.tzinfo.key:
                raise ValueError("starts and ends are aware in a named zone.")
        if self.starts.timestamp() >= self.ends.timestamp():
            raise ValueError("An event ends after it starts.")
        if self.status not in STATUSES or self.sequence < 0:
            raise ValueError("A status is one of RFC 5545 3.8.1.11, a sequence is not negative.")
        if not _UID.fullmatch(self.uid) or not _LANGUAGE.fullmatch(self.language):
            raise ValueError("A UID is name@host in ASCII, a language a tag of BCP 47.")


@dataclass(frozen=True)
class Attendee:
    """The person invited, and the answer their calendar shows (PARTSTAT, RFC 5545 3.2.12).

    `is_asked`: their calendar's answer can reach us, so it is asked for (RSVP).
    """

    name: str
    address: str
    answer: str = "ACCEPTED"
    is_asked: bool = True

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS:
            raise ValueError("An answer is one of RFC 5545 3.2.12.")
