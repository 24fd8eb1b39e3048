"""The caretaker: looks every few seconds whether something is due, and lets it lapse. Idle, it writes nothing."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from events_app import clock
from events_app.acts import Act, Office, Who
from events_app.allowances import forget_allowances
from events_app.deletion import actions as deletion
from events_app.deletion import telling
from events_app.events.actions.life import follow_zone_rules
from events_app.imports.actions.drafts import forget_drafts
from events_app.linking.actions import answer_requests
from events_app.mail.emptying import empty_those_left_over, empty_without_event
from events_app.mailings.actions import announcing
from events_app.mailings.actions.reminding import remind
from events_app.mailings.actions.writing import carry_on
from events_app.notices import actions as notices
from events_app.registrations.actions.deciding import due_now, lapse
from events_app.registrations.actions.forgetting import forget_answers, forget_untaken
from events_app.registrations.actions.leaving import call_off_some
from events_app.rounds import actions as rounds
from events_app.rounds.models import ANNOUNCED, CALLED_OFF, PUT_OFF

LOOK_EVERY = 15.0
"""Seconds between looks."""
NOTICE_EVERY = timedelta(minutes=5)
"""Between looks at what organizers are owed: what happens within it is told in one letter."""
WORDS_LAST = timedelta(days=30)
"""So long after its end a letter about no event keeps its words."""

STEPS: Mapping[str, rounds.Step] = {
    CALLED_OFF: call_off_some,
    ANNOUNCED: announcing.tell_some,
    PUT_OFF: telling.tell_some,
}
"""How each act on everybody of an event goes on."""

log = logging.getLogger(__name__)


class Caretaker:
    """Lets offers, unconfirmed addresses and held cancellations lapse when their time is up, and goes on with letters
    to many that a stopped server left unfinished. Uploaded lists that nobody imported in time are forgotten.

    Several may work on one database: each lapse is a transaction that looks again under the event's claim.
    """

    def __init__(self, office: Office, *, look_every: float = LOOK_EVERY) -> None:
        self._office = office
        self._look_every = look_every
        self._stopping = asyncio.Event()
        self._watched_on: date | None = None
        self._looked_at: datetime | None = None
        self._noticed_at: datetime | None = None

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the caretaker outlives a database that is away
                log.warning("the caretaker could not look: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._look_every)

    async def look(self) -> int:
        """One look; says how many registrations and reminders were due."""
        due = await due_now(clock.now())
        for registration_id in due:
            try:
                await lapse(registration_id, act=self._act())
            except Exception as error:  # noqa: BLE001 - one that cannot lapse does not hold up the others
                log.warning("registration %s could not lapse: %s", registration_id, type(error).__name__)
        await answer_requests(act=self._act())
        reminded = await remind(act=self._act())
        await rounds.carry_on(STEPS, act=self._act())
        await carry_on(act=self._act())
        await forget_drafts(clock.now())
        await self._look_at_notices()
        await self._look_hourly()
        await self._look_daily()
        return len(due) + reminded

    async def _look_at_notices(self) -> None:
        """What organizers are owed, gathered over a few minutes."""
        if self._noticed_at is None or clock.now() - self._noticed_at >= NOTICE_EVERY:
            self._noticed_at = clock.now()
            await notices.look(act=self._act())

    async def _look_hourly(self) -> None:
        """Once an hour: has the deletion day of an event come, or is it near?"""
        hour = clock.now().replace(minute=0, second=0, microsecond=0)
        if self._looked_at != hour:
            self._looked_at = hour
            await deletion.look(act=self._act())

    async def _look_daily(self) -> None:
        """Once a day: are the days of any answers, letters or offers over, and has a new tzdata moved an event?

        One that fails does not hold up the others, and is tried again the next day.
        """
        today = clock.now().date()
        if self._watched_on == today:
            return
        self._watched_on = today
        for duty in (self._forget, self._watch_zones):
            try:
                await duty()
            except Exception as error:  # noqa: BLE001 - the others are due all the same
                log.warning("%s could not be done: %s", duty.__name__.strip("_"), type(error).__name__)

    async def _forget(self) -> None:
        await forget_allowances(clock.now())
        await forget_answers(act=self._act())
        await forget_untaken(act=self._act())
        await empty_those_left_over()
        await empty_without_event(clock.now().date() - WORDS_LAST)

    async def _watch_zones(self) -> None:
        for slug in await follow_zone_rules(act=self._act()):
            log.warning("the rules of a time zone changed: %s happens at another moment now", slug)

    def _act(self) -> Act:
        """What the app does by itself, now."""
        return self._office.at(clock.now(), Who.APP)

    def stop(self) -> None:
        self._stopping.set()
