"""The caretaker: looks every second whether something is due, and does it. Idle, it writes nothing."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from events_app import clock
from events_app.acts import Act, Office, Who
from events_app.allowances import forget_allowances
from events_app.deletion import actions as deletion
from events_app.deletion import telling
from events_app.deletion.answers import forget_answers
from events_app.events.actions.life import follow_zone_rules, moved_by_zone_rules
from events_app.health.actions.guarding import Guard, look_at_rows
from events_app.health.actions.watching import watch
from events_app.imports.actions import running as imports
from events_app.imports.actions.drafts import forget_drafts
from events_app.linking.actions import answer_requests, lift_shadows
from events_app.mail.emptying import empty_those_left_over, empty_without_event
from events_app.mailings.actions import announcing
from events_app.mailings.actions.reminding import remind
from events_app.mailings.actions.writing import carry_on
from events_app.notices import actions as notices
from events_app.notices.telling import tell_of_troubles
from events_app.people.counts import count_first_shown, count_shown
from events_app.registrations.actions.deciding import due_now, lapse, move_some_up
from events_app.registrations.actions.forgetting import forget_untaken
from events_app.registrations.actions.leaving import call_off_some
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER, reveal_person
from events_app.rounds import actions as rounds
from events_app.rounds.models import ANNOUNCED, CALLED_OFF, MOVING_UP, PUT_OFF
from events_app.typed.actions import forget_lapsed

LOOK_EVERY: Final = 1.0
"""Seconds between looks: as often as the most urgent job."""
SOON, MINUTES, QUARTER, HOUR, DAY = 15.0, 300.0, 900.0, 3600.0, 86_400.0
WORDS_LAST = timedelta(days=30)
"""So long after its end a letter about no event keeps its words."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """name: as `health.rules.JOBS` says it in words. every: seconds between the ends of two. do: says how many it found
    to do. Whatever is about one event, or one row, it does by `guard.attempt`, so that it keeps no other."""

    name: str
    every: float
    do: Callable[[Act, Guard], Awaitable[object]]


async def lapse_due(act: Act, guard: Guard) -> int:
    """Whoever's time is up. A hundred that fail keep nobody behind them."""
    looked_at = {uuid.UUID(each) for each in guard.resting("lapse")}
    found = 0
    while due := await due_now(act.now, but=looked_at):
        events = dict(await Registration.filter(id__in=due).values_list("id", "event_id"))
        for each in due:
            looked_at.add(each)
            one = partial(lapse, each, act=act)
            await guard.attempt("lapse", one, subject=each, event_id=events.get(each))
        found += len(due)
    return found


async def forget(act: Act, guard: Guard) -> None:
    """Of everything kept, what has a day on which it goes."""
    today = act.now.date()
    parts: dict[str, Callable[[], Awaitable[object]]] = {
        "allowances": partial(forget_allowances, act.now),
        "answers": partial(forget_answers, guard=guard, act=act),
        "typed": partial(forget_lapsed, act.now),
        "untaken": partial(forget_untaken, guard=guard, act=act),
        "left over": empty_those_left_over,
        "without event": partial(empty_without_event, today - WORDS_LAST),
    }
    for name, do in parts.items():
        await guard.attempt("forget", do, subject=name)


async def watch_zones(act: Act, guard: Guard) -> None:
    for event_id in await moved_by_zone_rules(act.now):
        one = partial(follow_zone_rules, event_id, act=act)
        if slug := await guard.attempt("zones", one, subject=event_id, event_id=event_id):
            log.warning("the rules of a time zone changed: %s happens at another moment now", slug)


async def look_at_people(act: Act, guard: Guard) -> None:
    """Who was set aside because they could not be opened: can they be again?"""

    async def can_be_opened(registration_id: uuid.UUID) -> bool:
        row = await Registration.get_or_none(id=registration_id)
        return row is None or row.erased or bool(reveal_person(row, vault=act.vault, reader=COURIER))

    await look_at_rows(can_be_opened)


STEPS: Mapping[str, rounds.Step] = {
    CALLED_OFF: call_off_some,
    ANNOUNCED: announcing.tell_some,
    PUT_OFF: telling.tell_some,
    MOVING_UP: move_some_up,
}
"""How each act on everybody of an event goes on."""


async def look_after_the_site(act: Act, guard: Guard) -> int:
    await watch(act=act)
    return await tell_of_troubles(guard=guard, act=act)


JOBS: Final = (
    Job("links", LOOK_EVERY, lambda act, guard: answer_requests(act=act)),
    Job("lapse", SOON, lapse_due),
    Job("shadows", SOON, lambda act, guard: lift_shadows(guard=guard, act=act)),
    Job("remind", SOON, lambda act, guard: remind(guard=guard, act=act)),
    Job("rounds", SOON, lambda act, guard: rounds.carry_on(STEPS, guard=guard, act=act)),
    Job("imports", SOON, lambda act, guard: imports.carry_on(guard=guard, act=act)),
    Job("mailings", SOON, lambda act, guard: carry_on(guard=guard, act=act)),
    Job("drafts", SOON, lambda act, guard: forget_drafts(act.now)),
    Job("new places", SOON, lambda act, guard: count_first_shown(guard=guard, act=act)),
    Job("places", QUARTER, lambda act, guard: count_shown(guard=guard, act=act)),
    Job("notices", MINUTES, lambda act, guard: notices.look(guard=guard, act=act)),
    Job("site", MINUTES, look_after_the_site),
    Job("deletion", HOUR, lambda act, guard: deletion.look(guard=guard, act=act)),
    Job("rows", HOUR, look_at_people),
    Job("forget", DAY, forget),
    Job("zones", DAY, watch_zones),
)
"""What happens by itself, in this order. To add one: a line here, and its name in words in health/rules.py."""


class Caretaker:
    """Does the jobs, each when its time has come, and each kept apart from the others.

    Several may work on one database: whatever a job does is a transaction that looks again under the event's claim.
    """

    def __init__(self, office: Office, *, jobs: tuple[Job, ...] = JOBS, guard: Guard | None = None) -> None:
        self._office = office
        self._jobs = jobs
        self._guard = guard or Guard()
        self._stopping = asyncio.Event()
        self._done: dict[str, tuple[float, datetime]] = {}

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the caretaker outlives a database that is away
                log.warning("the caretaker could not look: %s", type(error).__name__)
            await clock.within(LOOK_EVERY, self._stopping)

    @property
    def moved_at(self) -> float:
        """When it last began or ended anything, by the monotonic clock."""
        return self._guard.moved_at

    async def look(self) -> int:
        """Do what is due; says how much was found to do."""
        found = 0
        for job in self._jobs:
            if self._is_due(job):
                found += await self._do(job)
        return found

    def _is_due(self, job: Job) -> bool:
        """By the monotonic clock; a wall clock that jumps, ahead or back, only makes it sooner."""
        if job.name not in self._done or self._guard.is_owed(job.name):
            return True
        ended, moment = self._done[job.name]
        jumped = abs((clock.now() - moment).total_seconds())
        return max(time.monotonic() - ended, jumped) >= job.every

    async def _do(self, job: Job) -> int:
        """Its time is written down after the work: what failed is due until it has been done."""
        failed = object()
        act = self._office.at(clock.now(), Who.APP)

        async def do() -> object:
            return await job.do(act, self._guard)

        found = await self._guard.attempt(job.name, do, otherwise=failed)
        if found is failed:
            return 0
        self._done[job.name] = time.monotonic(), clock.now()
        await self._guard.settle(job.name)
        return found if isinstance(found, int) else 0

    def stop(self) -> None:
        self._stopping.set()
