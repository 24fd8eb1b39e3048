"""A process that does anything at random: `python -m tests.registrations.storm URL FOLDER EVENT SEED HOW_OFTEN`.

People of a small town register, cancel, leave and stay, take part in the other way, ask for their link, register
again; organizers change the number of places and the hour, approve, and let what is due lapse. Waits for a line on
its standard input; prints how often each outcome came.
"""

import asyncio
import json
import sys
import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from events_app.acts import Office
from events_app.database import close_database, open_database
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.linking import actions as linking
from events_app.mailings.actions import announcing
from events_app.registrations.actions import changing, deciding, leaving, registering
from events_app.registrations.models import Registration
from events_app.work import MODELS
from tests import make
from tests.make import NOW

TOWN, MOST_PLACES, AT_ONCE = 30, 9, 4
MODES = ("in_person", "online")
ON_ONE = {"cancel", "leave", "stay", "approve", "switch"}
LATER = NOW + timedelta(hours=1)


async def act(chance: Random, event_id: uuid.UUID, office: Office) -> str:
    """One act; what came of it."""
    weights = {
        "register": 12, "cancel": 4, "link": 1, "places": 3, "hour": 1, "update": 1, "approve": 6, "leave": 3,
        "stay": 1, "lapse": 1, "switch": 4,
    }  # fmt: skip
    (what,) = chance.choices([*weights], [*weights.values()])
    who = chance.randrange(TOWN)
    try:
        if what == "register":
            mode = chance.choice(MODES)
            await registering.register(event_id, make.applicant(who, mode=mode), act=office.at(NOW))
        elif what in ON_ONE:
            living = await Registration.filter(event_id=event_id, live=1).order_by("id")
            if living:
                await _act_on_one(what, chance.choice(living).id, chance.choice(MODES), office)
        elif what == "lapse":
            for each in await deciding.due_now(LATER):
                await deciding.lapse(each, act=office.at(LATER))
        elif what == "link":
            await linking.ask_link(event_id, f"guest{who}@example.org", act=office.at(NOW))
            await linking.answer_requests(act=office.at(NOW))
        elif what == "update":
            await announcing.announce(event_id, act=office.at(NOW))
        else:
            places = {
                f"capacity_{chance.choice(MODES)}": chance.randint(0, MOST_PLACES),
                "needs_approval": chance.random() < 0.5,
            }
            hour = {"starts_wall": f"2035-05-12T{chance.randint(8, 13):02d}:00"}
            said: dict[str, Any] = places if what == "places" else hour
            await make.change(await Event.get(id=event_id), office, **said)
    except Refusal as refusal:
        return type(refusal).__name__
    return what


async def _act_on_one(what: str, who: uuid.UUID, mode: str, office: Office) -> None:
    if what == "cancel":
        await leaving.cancel(who, act=office.at(NOW))
    elif what == "leave":
        await leaving.leave(who, act=office.at(NOW))
    elif what == "stay":
        await leaving.stay(who, act=office.at(NOW))
    elif what == "approve":
        await deciding.approve(who, act=office.at(NOW))
    else:
        await changing.switch_mode(who, mode, act=office.at(NOW))


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
