"""A process of its own with people who register: `python -m tests.registrations.crowd URL FOLDER EVENT FIRST HOW_MANY`.

Waits for a line on its standard input, so that several begin at once; prints how often each outcome came.
"""

import asyncio
import json
import sys
import uuid
from collections import Counter
from pathlib import Path

from events_app.database import close_database, open_database
from events_app.registrations.actions import registering
from events_app.work import MODELS
from tests import make


async def main(url: str, folder: str, event: str, first: int, how_many: int) -> None:
    office = make.office(Path(folder))
    await open_database(url, models=MODELS)
    print("ready", flush=True)
    sys.stdin.readline()
    outcomes = await asyncio.gather(
        *(
            registering.register(uuid.UUID(event), make.applicant(number), act=office.at(make.NOW))
            for number in range(first, first + how_many)
        ),
        return_exceptions=True,
    )
    said = [
        each.status.value if isinstance(each, registering.Receipt) else type(each).__name__
        for each in outcomes
    ]
    print(json.dumps(Counter(said)))
    await close_database()
    office.vault.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
