"""The clock: the one source of time, and how rows hold a moment."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The present moment, aware, in UTC. Called in pages and in the courier; everything below is handed `now=`."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds: the same number on both database engines."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
