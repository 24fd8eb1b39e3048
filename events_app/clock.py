"""The one source of time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC. Called in pages and in the courier; everything below is handed `now=`."""
    return datetime.now(UTC)
