"""A process with people who register and do not give up: `python -m ... URL FOLDER FIRST HOW_MANY EVENT...`.

They come a few at a time, to one event after the other. Whoever is told that the house cannot answer just now tries
again, as a person does. Waits for a line on its standard input; prints a JSON object for each event: what each was
told, by number, how often somebody heard that the outcome is not known, and the longest time in which nobody was told
anything (seconds).
"""

import asyncio
import json
import sys
import time
import uuid
from pathlib import Path

from events_app.acts import Office
from events_app.database import DatabaseTrouble, OutcomeUnknown, close_database, open_database
from events_app.registrations.actions import registering
from events_app.work import MODELS
from tests import make

AT_ONCE, PAUSE, TRIES = 5, 0.05, 20


class Crowd:
    """Everybody of this process who wants to come to one event."""

    def __init__(self, event_id: uuid.UUID, office: Office) -> None:
        self.office = office
        self.told: dict[int, tuple[str, str]] = {}
        self.unsure = 0
        self.gap = 0.0
        self._event_id = event_id
        self._last = time.monotonic()

    async def come(self, numbers: "asyncio.Queue[int]") -> None:
        while not numbers.empty():
            number = numbers.get_nowait()
            receipt = await self._register(number)
            self.told[number] = (receipt.status.value, str(receipt.registration_id))
            now = time.monotonic()
            self.gap, self._last = max(self.gap, now - self._last), now
            await asyncio.sleep(PAUSE)

    async def _register(self, number: int) -> registering.Receipt:
        for _ in range(TRIES):
            try:
                return await registering.register(
                    self._event_id, make.applicant(number), act=self.office.at(make.NOW)
                )
            except OutcomeUnknown:
                self.unsure += 1
            except DatabaseTrouble:
                pass
        raise RuntimeError(f"guest {number} has given up")


async def main(url: str, folder: str, first: str, how_many: str, *events: str) -> None:
    await open_database(url, models=MODELS)
    office = make.office(Path(folder))
    print("ready", flush=True)
    sys.stdin.readline()
    said = []
    for event in events:
        crowd = Crowd(uuid.UUID(event), office)
        numbers: asyncio.Queue[int] = asyncio.Queue()
        for number in range(int(first), int(first) + int(how_many)):
            numbers.put_nowait(number)
        await asyncio.gather(*(crowd.come(numbers) for _ in range(AT_ONCE)))
        said.append({"told": crowd.told, "unsure": crowd.unsure, "gap": round(crowd.gap, 2)})
    print(json.dumps(said))
    await close_database()
    office.vault.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
