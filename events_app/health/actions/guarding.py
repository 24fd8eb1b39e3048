"""The guard: tries what may fail, each by itself; what fails is noted, left alone for a growing while, tried again."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from tortoise.exceptions import BaseORMException

from events_app import clock
from events_app.clock import milliseconds
from events_app.database import ping, rows
from events_app.health.models import Trouble
from events_app.health.rules import PAUSES, ROW, is_about_the_row

Done = TypeVar("Done")
Key = tuple[str, str]

log = logging.getLogger(__name__)


@dataclass
class _Failing:
    """times: how often in a row. until: when it is tried again, by the monotonic clock. is_due: whether somebody still
    wanted it at the last look."""

    times: int
    until: float
    is_due: bool = True


class Guard:
    """One for each process that works. What it notes is a row of `trouble`, which everybody can see."""

    def __init__(
        self, *, pauses: tuple[float, ...] = PAUSES, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._pauses = pauses
        self._monotonic = monotonic
        self._failing: dict[Key, _Failing] = {}
        self.moved_at = monotonic()
        """When it last began or ended anything."""
        self._noted: set[Key] | None = None

    async def attempt(
        self,
        job: str,
        do: Callable[[], Awaitable[Done]],
        *,
        subject: object = "",
        event_id: uuid.UUID | None = None,
        otherwise: Done | None = None,
    ) -> Done | None:
        """What it came to; `otherwise` when it failed, or failed so lately that it is left alone.

        Never raises what `do` raises, but what the database says when it is away: that is nobody's own trouble.
        """
        key = (job, str(subject))
        self.moved_at = self._monotonic()
        if self._rests(key):
            self._failing[key].is_due = True
            return otherwise
        try:
            done = await do()
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            await ping()
            await self._failed(key, error, event_id)
            return otherwise
        finally:
            self.moved_at = self._monotonic()
        if self._failing.pop(key, None) or key in (self._noted or ()):
            await self._forget(key)
        return done

    def resting(self, job: str) -> list[str]:
        """The subjects of a job that are left alone for now."""
        return [key[1] for key in self._failing if key[0] == job and self._rests(key)]

    def is_owed(self, job: str) -> bool:
        """Whether something of this job that failed is to be tried again now."""
        return any(key[0] == job and not self._rests(key) for key in self._failing)

    async def settle(self, job: str) -> None:
        """After a whole look: what was noted of this job, and is not failing or not wanted any more, is over."""
        if self._noted is None:
            known = await Trouble.exclude(job=ROW).values_list("job", "subject")
            self._noted = {(str(name), str(subject)) for name, subject in known}
        for key in [key for key in self._noted if key[0] == job]:
            failing = self._failing.get(key)
            if failing is None or (not failing.is_due and not self._rests(key)):
                self._failing.pop(key, None)
                await self._forget(key)
            elif not self._rests(key):
                failing.is_due = False

    def _rests(self, key: Key) -> bool:
        failing = self._failing.get(key)
        return failing is not None and self._monotonic() < failing.until

    async def _failed(self, key: Key, error: Exception, event_id: uuid.UUID | None) -> None:
        before = self._failing.get(key)
        times = before.times + 1 if before else 1
        pause = self._pauses[min(times, len(self._pauses)) - 1]
        self._failing[key] = _Failing(times, self._monotonic() + pause)
        log.warning("%s %s failed (%s); tried again in %.0f seconds", *key, type(error).__name__, pause)
        if self._noted is not None:
            self._noted.add(key)
        with suppress(BaseORMException):  # the disk may be full: the desk sees that by itself
            await note(*key, detail=type(error).__name__, event_id=event_id)

    async def _forget(self, key: Key) -> None:
        with suppress(BaseORMException):
            await over(*key)
            (self._noted or set()).discard(key)


async def note(job: str, subject: object = "", *, detail: str, event_id: uuid.UUID | None = None) -> None:
    """Something is in trouble, since now, or still."""
    now = milliseconds(clock.now())
    await rows(_NOTE, job, str(subject), event_id, detail[:64], now)


_NOTE = """
    INSERT INTO "trouble" ("job", "subject", "event_id", "detail", "since", "last_at", "times")
    VALUES ($1, $2, $3, $4, $5, $5, 1)
    ON CONFLICT ("job", "subject") DO UPDATE SET "detail" = $4, "last_at" = $5, "times" = "trouble"."times" + 1
    RETURNING "number"
"""


async def over(job: str, subject: object = "") -> None:
    """It is not in trouble any more."""
    await Trouble.filter(job=job, subject=str(subject)).delete()


async def or_set_aside(
    opens: Callable[[], Done], registration_id: uuid.UUID, event_id: uuid.UUID
) -> Done | None:
    """What somebody's seal holds; None when it cannot be opened: they are left out of what is done for all, and shown
    until they can be opened, or are gone. Refuses what says nothing about this row (`rules.ABOUT_ALL`)."""
    try:
        return opens()
    except Exception as error:
        if not is_about_the_row(error):
            raise
        log.warning("registration %s cannot be opened: %s", registration_id, type(error).__name__)
        await note(ROW, registration_id, detail=type(error).__name__, event_id=event_id)
        return None


async def look_at_rows(can_be_opened: Callable[[uuid.UUID], Awaitable[bool]]) -> None:
    """Whoever can be opened again, or is gone, is not set aside any more."""
    for row in await Trouble.filter(job=ROW):
        with suppress(Exception):  # whatever it is, it is why they were set aside
            if await can_be_opened(uuid.UUID(row.subject)):
                await row.delete()
