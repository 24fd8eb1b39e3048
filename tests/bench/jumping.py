"""`run.py`'s verbs with a clock that somebody sets: `python -m tests.bench.jumping FILE VERB ...`.

FILE holds the seconds by which the clock is wrong, and is looked at each time somebody asks for the time.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events_app import clock

WRONG = Path(sys.argv[1])


def wrong_now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(WRONG.read_text()))


if __name__ == "__main__":
    clock.now = wrong_now  # before anybody takes it along
    from events_app import commands

    commands.main(sys.argv[2:])
