"""What became of one try: recorded in the letter's row, and in how we stand with the mail server."""

import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from events_app.clock import milliseconds
from events_app.database import rows
from events_app.mail import rules
from events_app.mail.leases import Leased, Leases
from events_app.mail.outbox import Sealing
from events_app.mail.smtp import Barred, InDoubt, Never, NoSuchAddress, Unclear, Unreachable
from events_app.mail.standing import Reason, Standing, Stop

CameBack = Callable[[uuid.UUID, str], Awaitable[None]]
"""Told of a letter's thread and its address, when the server says that nobody will ever get a letter there."""


async def nobody_hears(thread: uuid.UUID, address: str) -> None:
    """For a courier whose letters are about nobody who is kept."""


LookAgain = Callable[[Leased], Awaitable[str]]
"""A second look at a letter when it is to leave: why it is not wanted any more (`rules.NOT_WANTED`), or ''. When
the database does not answer, the letter is put down, and taken again."""

Unwanted = Callable[[Leased, Mapping[str, Any]], Awaitable[str]]
"""A room's part of that, for one kind of letter: the letter and its facts in."""


async def all_are_wanted(letter: Leased) -> str:
    """For a courier whose letters are wanted for ever."""
    return ""


def looking_again(looks: Mapping[str, Unwanted], vault: Sealing, reader: Any) -> LookAgain:
    """By whole kinds of letters, who looks again; the others leave as they are."""

    async def look_again(letter: Leased) -> str:
        look = looks.get(rules.called_today(letter.kind))
        if look is None:
            return ""
        facts = vault.reveal(letter.scope, letter.facts_context, letter.facts, reader)
        return await look(letter, facts)

    return look_again


log = logging.getLogger(__name__)

_SAID: Mapping[Reason, str] = {
    "away": "the mail server cannot be reached",
    "refuses us": "the mail server refuses us, whatever the letter",
}

_STOP = """
    INSERT INTO "mail_stop" ("id", "reason", "words", "since", "until") VALUES ('courier', $1, $2, $3, $4)
    ON CONFLICT ("id") DO UPDATE SET "reason" = $1, "words" = $2, "since" = $3, "until" = $4"""
_GO_ON = 'DELETE FROM "mail_stop"'


class Outcomes:
    """Records the outcomes of one courier's tries. backoff: seconds until a deferred letter's next one."""

    def __init__(
        self,
        leases: Leases,
        standing: Standing,
        *,
        backoff: tuple[float, ...],
        clock: Callable[[], datetime],
        came_back: CameBack,
    ) -> None:
        self._leases = leases
        self._standing = standing
        self._backoff = backoff
        self._clock = clock
        self._came_back = came_back
        self._may_have_stopped = True

    async def sent(self, letter: Leased) -> bool:
        """The server took it. Whatever stop the desk was told of is over."""
        self._standing.took(letter.number)
        if self._may_have_stopped:
            await rows(_GO_ON)
            self._may_have_stopped = False
        return await self._leases.sent(letter, now=self._clock())

    async def refusal(self, letter: Leased, address: str, answer: Exception) -> bool:
        """The server, or nobody, answered so to a letter to this address."""
        words = str(answer)
        if isinstance(answer, Unreachable):
            return await self._hold(letter, "away", words)
        if isinstance(answer, InDoubt):
            return await self._doubt(letter, words)
        self._standing.answered()
        about_us: bool | None = isinstance(answer, Barred)
        refused = isinstance(answer, Never)
        if isinstance(answer, Unclear):
            about_us = self._standing.suspects_us(letter.number, address.rpartition("@")[2])
            refused = about_us is False and answer.for_good
        if about_us:
            return await self._hold(letter, "refuses us", words)
        if refused:
            if isinstance(answer, NoSuchAddress) and letter.thread is not None:
                await self._came_back(letter.thread, address)
            return await self._leases.refused(letter, words)
        return await self._defer(letter, words)

    async def _hold(self, letter: Leased, reason: Reason, words: str) -> bool:
        stop = await self._stopped(reason, words)
        return await self._leases.held(letter, f"{reason}: {words}", until=stop.until)

    async def _doubt(self, letter: Leased, words: str) -> bool:
        stop = await self._stopped("away", words)
        hopeless = rules.is_hopeless(letter.tried_day, today=self._clock().date())
        ask = hopeless or letter.when_unsure == "ask" or letter.doubts + 1 >= rules.MOST_DOUBTS
        return await self._leases.unsure(letter, f"no connection: {words}", until=None if ask else stop.until)

    async def _defer(self, letter: Leased, words: str) -> bool:
        now = self._clock()
        if rules.is_hopeless(letter.tried_day, today=now.date()):
            return await self._leases.refused(letter, f"given up: {words}")
        later = rules.next_try(letter.attempts + 1, now=now, backoff=self._backoff)
        return await self._leases.deferred(letter, words, until=later, now=now)

    async def _stopped(self, reason: Reason, words: str) -> Stop:
        """Tells the log and the desk once for each call in vain, however many letters met it."""
        before, now = self._standing.stop, self._clock()
        stop = self._standing.stopped(reason, words, now=now)
        if stop is not before:
            self._may_have_stopped = True
            await rows(_STOP, reason, words, milliseconds(stop.since), milliseconds(stop.until))
            seconds = (stop.until - now).total_seconds()
            log.warning("%s (%s); nothing is lost, next call in %.0f seconds", _SAID[reason], words, seconds)
        return stop
