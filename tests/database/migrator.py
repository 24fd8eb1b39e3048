"""A process of its own that migrates when told to: `python -m tests.database.migrator URL FOLDER`."""

import asyncio
import json
import sys
from pathlib import Path

from events_app.database import migrate


def main(url: str, folder: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asyncio.run(migrate(url, folder=Path(folder)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
