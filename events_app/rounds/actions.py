"""How an act on everybody of an event goes on: a few people a transaction, so that nobody waits for all of them."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from events_app.acts import Act
from events_app.events.models.event import Event
from events_app.health.actions.guarding import Guard
from events_app.offload.breathing import give_way
from events_app.rounds.models import Round

AT_ONCE: Final = 16
"""People a transaction: each gets a letter that is sealed by itself, and meanwhile the event's seats wait."""

Step = Callable[[int, Act], Awaitable[bool]]
"""Lets the next people of the round of this number have its act, in one transaction; False when nobody is left."""


async def begin(
    event_id: uuid.UUID, what: str, *, until: int, facts: Mapping[str, Any] | None = None
) -> Round:
    """Write down that everybody who came up to the arrival `until` is to have it, inside the caller's transaction,
    which begins with the event's claim. One of the same kind that is not done begins anew.
    """
    await Round.filter(event_id=event_id, what=what).delete()
    return await Round.create(event_id=event_id, what=what, until=until, facts=dict(facts or {}))


async def claim(number: int) -> tuple[Round, Event] | None:
    """The round as it stands under its event's claim, and the event; None once it is done. Refuses as `Event.claim`."""
    found = await Round.get_or_none(number=number)
    if found is None:
        return None
    event = await Event.claim(found.event_id)
    found = await Round.get_or_none(number=number)
    return (found, event) if found else None


async def went(found: Round, arrivals: Sequence[int]) -> bool:
    """Those with these arrivals have had it; False when they were the last ones, and the round is done."""
    if len(arrivals) < AT_ONCE:
        await found.delete()
        return False
    found.reached = arrivals[-1]
    await found.save(update_fields=["reached"])
    return True


async def carry_on(steps: Mapping[str, Step], *, guard: Guard | None = None, act: Act) -> int:
    """Go on with every round; says how many batches. Idle, it writes nothing.

    Any number of processes may do this at once, and whatever one of them leaves undone the next one does. A round that
    cannot go on does not hold up the others.
    """
    guard, batches = guard or Guard(), 0
    for found in await Round.all().order_by("number"):
        step = partial(steps[found.what], found.number, act)
        while await guard.attempt("rounds", step, subject=found.number, event_id=found.event_id):
            batches += 1
            await give_way()
    return batches
