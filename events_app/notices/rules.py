"""What is true of notices whatever they are stored in: who wants them when, and what is new since the last one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from events_app.i18n import L_

AT_HOUR = 8
"""The hour of the day, on the organizer's clock, in which a daily notice leaves."""

WARNED_BEFORE = (24, 1)
"""Hours before the start, at which organizers are written to of an online event without a link to join."""


class Choice(StrEnum):
    """How often an organizer wants to hear. Who was there before there were notices has not been asked yet."""

    UNASKED = "unasked"
    NEVER = "never"
    DAILY = "daily"
    AT_ONCE = "at_once"


SILENT = (Choice.UNASKED, Choice.NEVER)

CHOICE_NAMES = {
    Choice.DAILY: L_("Once a day, in the morning, if there is something"),
    Choice.AT_ONCE: L_("At once, gathered over a few minutes"),
    Choice.NEVER: L_("Never"),
}


@dataclass(frozen=True)
class Tally:
    """What happened to one event: registrations whose address counts, cancellations, people from whose address mail
    came back, emails that a mail server refused. As sums from its beginning, or as what is new. claims: how often
    it had been claimed when the first two were counted; they are the same until it is claimed again."""

    registered: int = 0
    cancelled: int = 0
    returned: int = 0
    refused: int = 0
    claims: int = 0

    @property
    def sums(self) -> dict[str, int]:
        return {
            "registered": self.registered,
            "cancelled": self.cancelled,
            "returned": self.returned,
            "refused": self.refused,
        }

    def since(self, before: "Tally") -> "Tally":
        """What is new since `before`; what has become less is not news."""
        now, then = self.sums, before.sums
        return Tally(**{name: max(0, now[name] - then[name]) for name in now})

    def as_json(self) -> dict[str, int]:
        return {**self.sums, "claims": self.claims}


def news_of(now: Mapping[str, Tally], told: Mapping[str, Tally]) -> dict[str, Tally]:
    """What is new, by event; events of which nothing is are left out."""
    fresh = {event: tally.since(told.get(event, Tally())) for event, tally in now.items()}
    return {event: tally for event, tally in fresh.items() if tally != Tally()}


def is_the_hour(now: datetime, zone: tzinfo) -> bool:
    """Whether a daily notice may leave now, on the clock of that zone."""
    return now.astimezone(zone).hour == AT_HOUR
