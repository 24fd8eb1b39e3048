"""A process that does anything at random: `python -m tests.registrations.storm URL FOLDER EVENT SEED HOW_OFTEN`.

People of a small town register, cancel, ask for their link, register again; an organizer changes the number of
places and the hour. Waits for a line on its standard input; prints how often each outcome came.
"""

import asyncio
import json
import sys
import uuid
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from events_app.app import MODELS
from events_app.database import close_database, open_database
from events_app.errors import Refusal
from events_app.events.models import Event
from events_app.registrations import actions, announcing
from events_app.registrations.models import Registration
from events_app.registrations.posting import Office
from tests import make
from tests.make import NOW

TOWN, MOST_PLACES, AT_ONCE = 30, 9, 4


async def act(chance: Random, event_id: uuid.UUID, office: Office) -> str:
    """One act; what came of it."""
    what = chance.choices(["register", "cancel", "link", "places", "hour", "update"], [10, 6, 1, 3, 1, 1])[0]
    who = chance.randrange(TOWN)
    try:
        if what == "register":
            await actions.register(event_id, make.applicant(who), office=office, now=NOW)
        elif what == "cancel":
            living = await Registration.filter(event_id=event_id, live=1).order_by("id")
            if living:
                await actions.cancel(chance.choice(living).id, office=office, now=NOW)
        elif what == "link":
            await actions.send_link(event_id, f"guest{who}@example.org", office=office, now=NOW)
        elif what == "update":
            await announcing.announce(event_id, office=office, now=NOW)
        else:
            places = {"capacity_in_person": chance.randint(0, MOST_PLACES)}
            hour = {"starts_wall": f"2035-05-12T{chance.randint(8, 13):02d}:00"}
            changes: dict[str, Any] = places if what == "places" else hour
            await make.change(await Event.get(id=event_id), office, **changes)
    except Refusal as refusal:
        return type(refusal).__name__
    return what


async def main(url: str, folder: str, event: str, seed: int, rounds: int) -> None:
    office, chance = make.office(Path(folder)), Random(seed)
    await open_database(url, models=MODELS)
    print("ready", flush=True)
    sys.stdin.readline()
    outcomes: Counter[str] = Counter()
    for _ in range(rounds // AT_ONCE):
        outcomes.update(
            await asyncio.gather(*(act(chance, uuid.UUID(event), office) for _ in range(AT_ONCE)))
        )
    print(json.dumps(outcomes))
    await close_database()
    office.vault.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
