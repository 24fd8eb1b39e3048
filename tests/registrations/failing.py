"""Two hundred for fifty places, twice: while the database's primary is killed, and while the next one falls silent."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from events_app.acts import Office
from events_app.database import migrate, open_database
from events_app.events.models.event import Event
from events_app.registrations.models import Registration
from events_app.work import MODELS
from tests import make
from tests.processes import run_together
from tests.standby import Cluster

PROCESSES, PEOPLE, PLACES, BEFORE = 4, 200, 50, 40

Said: TypeAlias = dict[str, Any]
"""What a process of `steadfast` prints for an event."""


async def two_storms(cluster: Cluster, office: Office, folder: Path) -> list[tuple[Event, list[Said]]]:
    """Each event with what its processes said. The database is migrated, and open when this returns."""
    await migrate(cluster.url)
    await open_database(cluster.url, models=MODELS)
    events = [await make.event(office.vault, capacity_in_person=PLACES) for _ in range(2)]
    each = PEOPLE // PROCESSES
    failing = asyncio.create_task(fail_twice(cluster, events))
    said = await run_together(
        "tests.registrations.steadfast",
        *(
            (cluster.url, str(folder), str(n * each), str(each), *(str(event.id) for event in events))
            for n in range(PROCESSES)
        ),
    )
    await failing
    told = [json.loads(each) for each in said]
    return [(event, [one[number] for one in told]) for number, event in enumerate(events)]


async def fail_twice(cluster: Cluster, events: Sequence[Event]) -> None:
    """The first primary is killed among those who come to the first event; the second falls silent among the others."""

    def kill() -> None:
        cluster.kill(0)
        cluster.promote(1)
        cluster.follow(0, 1)

    def freeze() -> None:
        cluster.freeze(1)
        cluster.promote(0)

    for event, fail in zip(events, (kill, freeze), strict=True):
        while await Registration.filter(event_id=event.id).count() < BEFORE:  # noqa: ASYNC110 - others write
            await asyncio.sleep(0.02)
        await asyncio.to_thread(fail)
