"""How we stand with the mail server: whether it may be called, and whom a no of uncertain meaning is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Reason = Literal["away", "refuses us"]

IN_A_ROW = 3
IN_A_ROW_OF_ONE_DOMAIN = 10
"""So many letters refused one after another, and none taken between: it is us whom the server refuses."""

MOST_TIMES = 2
"""After so many unclear answers, with others taken between, the next one is about the letter."""


@dataclass(frozen=True)
class Stop:
    """Nothing is sent before `until`. words: what the server said, in plain words; '' if it did not answer."""

    reason: Reason
    words: str
    since: datetime
    until: datetime


class Standing:
    """One courier's experience of its mail server, from its own letters.

    away, refusing: the pauses, in seconds, after which a server that could not be reached, or that refuses us, is
    called again; the last one is repeated.
    """

    def __init__(self, *, away: Sequence[float], refusing: Sequence[float]) -> None:
        self._pauses: dict[Reason, Sequence[float]] = {"away": away, "refuses us": refusing}
        self._failures = 0
        self._taken = 0
        self._suspects = dict[int, tuple[int, int]]()
        self._row = dict[int, str]()
        self.stop: Stop | None = None

    def may_call(self, now: datetime) -> bool:
        return self.stop is None or now >= self.stop.until

    def stopped(self, reason: Reason, words: str, *, now: datetime) -> Stop:
        """Nobody calls before its `until`. Many letters that fail at once count once."""
        if self.stop is None or now >= self.stop.until or reason != self.stop.reason:
            same = self.stop is not None and self.stop.reason == reason
            self._failures = self._failures + 1 if same else 1
            pauses = self._pauses[reason]
            until = now + timedelta(seconds=pauses[min(self._failures, len(pauses)) - 1])
            self.stop = Stop(reason, words, self.stop.since if same and self.stop else now, until)
        return self.stop

    def answered(self) -> None:
        """The server was reached, and said something about a letter."""
        if self.stop is not None and self.stop.reason == "away":
            self.stop = None

    def took(self, letter: int) -> None:
        """The server took this letter, so whatever it refused before was not for being ours."""
        self._taken += 1
        self._row.clear()
        self._suspects.pop(letter, None)
        self.stop = None

    def suspects_us(self, letter: int, domain: str) -> bool | None:
        """Whether an unclear no to this letter (its number, its reader's domain) is about us: yes; no, when it was said
        three times while others were taken between; None while nobody can know."""
        times, when = self._suspects.get(letter, (0, -1))
        times += when < self._taken
        if times > MOST_TIMES:
            self._suspects.pop(letter)
            return False
        self._suspects[letter] = times, self._taken
        self._row[letter] = domain
        return self._is_refused() or self._looks_like_us() or None

    def _looks_like_us(self) -> bool:
        """A single domain may refuse all that we send without our own server being against us."""
        return len(self._row) >= (IN_A_ROW if len(set(self._row.values())) > 1 else IN_A_ROW_OF_ONE_DOMAIN)

    def _is_refused(self) -> bool:
        return self.stop is not None and self.stop.reason == "refuses us"
