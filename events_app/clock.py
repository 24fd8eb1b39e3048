"""The clock: the one source of time, how rows hold a moment, and how long somebody waits."""

import asyncio
import contextlib
from datetime import UTC, date, datetime, timedelta


def now() -> datetime:
    """The present moment, aware, in UTC. Called in pages and in the courier; everything below is handed `now=`."""
    return datetime.now(UTC)


def are_whole_days(starts: datetime, ends: datetime) -> bool:
    """Whether two moments on one wall clock are the first and the last minute of their days, and are said as days."""
    minute = timedelta(minutes=1)
    before, after = (
        (moment.astimezone(UTC) + step).astimezone(moment.tzinfo)
        for moment, step in ((starts, -minute), (ends, minute))
    )
    return before.date() < starts.date() and after.date() > ends.date()


def as_day(found: date | str) -> date:
    """A day as a database has it: SQLite gives text, perhaps with an hour behind it."""
    return date.fromisoformat(found[:10]) if isinstance(found, str) else found


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds: the same number on both database engines."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for the event, but no longer; whether it came. By the monotonic clock, which nobody can set back."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
