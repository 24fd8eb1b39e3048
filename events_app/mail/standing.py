"""How we stand with the mail server: what its no is about, and whether it may be called."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from events_app.mail.rules import Status, is_about_address, status_in


class Stage(StrEnum):
    """Which of our words the server answers (RFC 5321, 3.3)."""

    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    LETTER = "DATA"


class Verdict(StrEnum):
    """later: this letter, another time. address: nobody is there, for good. letter: not this letter, for good. us:
    our sender, or our whole server, whatever the letter. unclear: this letter or us; what happens to others tells."""

    LATER = "later"
    ADDRESS = "address"
    LETTER = "letter"
    US = "us"
    UNCLEAR = "unclear"


OUR_OWN_FAULT: Final = frozenset({503, 530, 534, 535, 538})
"""Replies that refuse us: out of order, not signed in, not encrypted (RFC 4954, 3207)."""

_ABOUT_US: Final = frozenset(
    {(1, 7), (1, 8), (4, 5), (7, 8), (7, 9), (7, 11), *((7, n) for n in range(20, 29))}
)
"""Our sender's address; a limit on what we send; sign-in; SPF, DKIM and reverse DNS; too much mail (RFC 3463; the
registry of enhanced status codes; 5.4.5 as Google and Microsoft use it)."""

_ABOUT_THE_LETTER: Final = frozenset({(2, 3), (3, 4), (4, 6)})
"""Too long, too big, going round in circles."""

_WORDS_ABOUT_US: Final = re.compile(
    r"\b(sender|spf|dkim|dmarc|block\w*|blacklist\w*|banned|reputation|relay\w*|authenticat\w*|policy|spam"
    r"|access denied|suspended|your ip|limit\w*|throttl\w*|too many)\b",
    re.IGNORECASE,
)
_WORDS_ABOUT_THE_ADDRESS: Final = re.compile(
    r"\b(users?|mailbox\w*|recipients?|address\w*|account|inbox|unknown|no such|not exist|not found|unavailable"
    r"|undeliverable|inactive|disabled)\b",
    re.IGNORECASE,
)
"""Without a status code, a no that says nothing of these may as well be to all of our letters."""

_LIMITS: Final = re.compile(
    r"\b(limit\w*|throttl\w*|too (many|much|fast)|rate|daily|hourly)\b", re.IGNORECASE
)
"""Words that are said to those who send too much. Said of a mailbox, the status code says so."""


def judge(stage: Stage, code: int, said: str) -> Verdict:
    """What the reply is about; 4xx and 5xx only. `said` is its text, which is looked at and not kept."""
    status = status_in(said)
    if stage == Stage.SENDER or code in OUR_OWN_FAULT or status in _ABOUT_US:
        return Verdict.US
    if code < 500:
        subject = status[0] if status else None
        return Verdict.UNCLEAR if code == 421 or subject in (3, 7) else Verdict.LATER
    verdict = _judge_by_words(stage, code, said) if status is None else _judge_by_status(status, said)
    return Verdict.US if verdict == Verdict.UNCLEAR and _LIMITS.search(said) else verdict


def _judge_by_status(status: Status, said: str) -> Verdict:
    if status in _ABOUT_THE_LETTER or status[0] == 6:
        return Verdict.LETTER
    if status == (1, 0) and _WORDS_ABOUT_US.search(said):
        return Verdict.UNCLEAR
    return Verdict.ADDRESS if is_about_address(status) else Verdict.UNCLEAR


def _judge_by_words(stage: Stage, code: int, said: str) -> Verdict:
    if code == 552 and stage == Stage.LETTER:
        return Verdict.LETTER
    if stage != Stage.RECIPIENT or code not in (550, 551, 552, 553) or _WORDS_ABOUT_US.search(said):
        return Verdict.UNCLEAR
    return Verdict.ADDRESS if _WORDS_ABOUT_THE_ADDRESS.search(said) else Verdict.UNCLEAR


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

    def __init__(
        self,
        *,
        away: Sequence[float],
        refusing: Sequence[float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._pause_ends = 0.0
        self._pauses: dict[Reason, Sequence[float]] = {"away": away, "refuses us": refusing}
        self._failures = 0
        self._taken = 0
        self._suspects = dict[int, tuple[int, int]]()
        self._row = dict[int, str]()
        self.stop: Stop | None = None

    def may_call(self, now: datetime) -> bool:
        """Once the pause is over, by either clock: one that is set back makes no pause longer."""
        return self.stop is None or now >= self.stop.until or self._monotonic() >= self._pause_ends

    def stopped(self, reason: Reason, words: str, *, now: datetime) -> Stop:
        """Nobody calls before its `until`. Many letters that fail at once count once."""
        if self.stop is None or self.may_call(now) or reason != self.stop.reason:
            same = self.stop is not None and self.stop.reason == reason
            self._failures = self._failures + 1 if same else 1
            pauses = self._pauses[reason]
            pause = pauses[min(self._failures, len(pauses)) - 1]
            self._pause_ends = self._monotonic() + pause
            until = now + timedelta(seconds=pause)
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
