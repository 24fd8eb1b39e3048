"""One courier in a process of its own, to be killed: python -m tests.mail.worker DATABASE VAULT PORT."""

import asyncio
import sys
from pathlib import Path

from events_app.database import open_database
from events_app.mail.courier import Courier, Pace
from events_app.settings import Mail
from events_app.vault import Reader, Vault
from tests.mail.office import compose

PACE = Pace(lease=1.5, poll=0.05, backoff=(0.1,), pauses=(0.1,))


async def main(url: str, folder: str, port: str) -> None:
    await open_database(url, models=["events_app.mail.models"])
    vault = Vault(Path(folder))
    vault.open()
    settings = Mail(
        host="127.0.0.1",
        port=int(port),
        security="none",
        sender_address="events@example.org",
        connections=4,
    )
    await Courier(settings, vault, {"test": compose}, reader=Reader("courier"), pace=PACE).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
