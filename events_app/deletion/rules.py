"""What is true of deletion days whatever is stored: when something is due, who is told, and which counts may stay."""

from collections.abc import Mapping, Sequence
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
    sentence = N_("Please tick that you want this. It cannot be undone.")


class PeopleNotTold(Conflict):
    """Who registered was told an earlier day."""

    sentence = N_(
        "%(people)s people registered and were told that everything is deleted on %(day)s. To keep it longer, tick that "
        "you write to them."
    )


@dataclass(frozen=True)
class Plan:
    """As much of an event as says when it is due. `day`: its deletion day; `ends_at` the instant of its end; `warned_on`:
    when the notice a week before was given, for `warned_for`; `is_old`: an older version left it."""

    day: date
    zone: tzinfo
    ends_at: datetime
    is_old: bool
    warned_for: date | None
    warned_on: date | None

    def is_due(self, now: datetime) -> bool:
        """Whether everything goes now: the day has begun where the event was, and the event is over. What an older
        version left has also been shown at the desk for a week, so that nothing goes by starting this one."""
        if now < self.ends_at or self.day > now.astimezone(self.zone).date():
            return False
        return not self.is_old or (self.warned_on is not None and now.date() >= self.warned_on + A_WEEK)

    def notice(self, now: datetime, *, day_notice_for: date | None) -> str:
        """Which notice the organizers are owed now: "week", "day", or ""."""
        if self.day == NOT_YET_TOLD:
            return ""
        left = self.day - now.astimezone(self.zone).date()
        if left <= A_DAY and day_notice_for != self.day:
            return "day"
        return "week" if left <= A_WEEK and self.warned_for != self.day and day_notice_for != self.day else ""


def merged(cells: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts, the largest first, so that none says anything about a few people: cells below five become one, called
    "". If that one is below five itself, the next smallest goes along."""
    kept = sorted(((name, number) for name, number in cells.items() if number), key=lambda each: (-each[1], each[0]))
    rest = 0
    while kept and (kept[-1][1] < FEWEST or 0 < rest < FEWEST):
        rest += kept.pop()[1]
    return [*kept, ("", rest)] if rest else kept


def counted(values: Sequence[str]) -> dict[str, int]:
    return {value: values.count(value) for value in set(values)}
