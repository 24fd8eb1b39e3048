"""What is true of deletion days whatever is stored: when something is due, who is told, and which counts may stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from events_app.errors import Conflict
from events_app.events.rules import NOT_YET_TOLD
from events_app.i18n import N_

FEWEST: Final = 5
"""A count below this could point at somebody, so it is merged with others."""

A_WEEK: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)

AFTER_THE_WAY_UP: Final = timedelta(days=30)
"""So far ahead of the first look of this version is the earliest deletion day of what an older one left."""


class NotOverYet(Conflict):
    sentence = N_("This event is still to come. Cancel it first, or wait until it is over.")


class NotConfirmed(Conflict):
    sentence = N_("Please confirm that you want this. It cannot be undone.")


class PeopleNotTold(Conflict):
    """Who registered was told an earlier day."""

    sentence = N_(
        "%(people)s people registered and were told that everything is deleted on %(day)s. Saved like "
        "this, it would be %(later)s. To keep it so long, select that you notify them."
    )


@dataclass(frozen=True)
class Plan:
    """As much of an event as says when it is due.

    day: its deletion day. ends_at: the instant of its end. is_old: an older version left it. told_for, told_on: the day
    that the notice of a week before was for, and was given on; last_told_for: the same of the notice of a day before.
    """

    day: date
    zone: tzinfo
    ends_at: datetime
    is_old: bool = False
    told_for: date | None = None
    told_on: date | None = None
    last_told_for: date | None = None

    def goes_on(self, now: datetime) -> date:
        """The day on which everything goes. What an older version left is shown at the desk for a week before, however
        long this one was not running, so that nothing goes by starting it."""
        if not self.is_old or self.day == NOT_YET_TOLD:
            return self.day
        return max(self.day, (self.told_on or self._today(now)) + A_WEEK)

    def is_due(self, now: datetime) -> bool:
        """Whether everything goes now: the day has begun where the event was, and the event is over."""
        if self.is_old and self.told_on is None:
            return False
        return now >= self.ends_at and self._today(now) >= self.goes_on(now)

    def notice(self, now: datetime) -> str:
        """Which notice the organizers are owed now: "week", "day", or ""."""
        day = self.goes_on(now)
        if day == NOT_YET_TOLD or self.last_told_for == day:
            return ""
        left = day - self._today(now)
        if left <= A_DAY:
            return "day"
        return "week" if left <= A_WEEK and self.told_for != day else ""

    def _today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()


def merged(cells: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts, the largest first, so that none says anything about a few people: cells below five become one, called
    "". If that one is below five itself, the next smallest goes along."""
    kept = sorted(
        ((name, number) for name, number in cells.items() if number), key=lambda each: (-each[1], each[0])
    )
    rest = 0
    while kept and (kept[-1][1] < FEWEST or 0 < rest < FEWEST):
        rest += kept.pop()[1]
    return [*kept, ("", rest)] if rest else kept
