"""Events and people for the calendar tests. All invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from events_app.calendar.entry import Attendee, Entry
from events_app.calendar.zones import zone

WRITTEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"

ANN = Attendee("Ann Example", "ann@example.org")


def at(zone_key: str, *parts: int, fold: int = 0) -> datetime:
    """A wall time in a zone."""
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=zone(zone_key), fold=fold)


def wall(*parts: int) -> datetime:
    """A naive wall time."""
    return at("Etc/UTC", *parts).replace(tzinfo=None)


def entry(**changes: Any) -> Entry:
    """A side event in Berlin, with whatever differs."""
    usual = Entry(
        uid="reg-7gk2@events.example.org",
        sequence=0,
        stamp=WRITTEN,
        created=WRITTEN - timedelta(days=3),
        changed=WRITTEN - timedelta(days=1),
        starts=at(BERLIN, 2027, 3, 30, 18),
        ends=at(BERLIN, 2027, 3, 30, 19, 30),
        summary="Defenders at risk, and what helps; a talk",
        description="First line.\nSecond line, with a comma; and more \\ than that.",
        location="Room 5, House of Trees, Example Street 1, Berlin, Germany",
        url="https://events.example.org/events/defenders",
        language="en",
        organizer_name="Event team",
        organizer_address="registrations+r-abc@events.example.org",
        categories=("Human rights", "Law, and order"),
    )
    return replace(usual, **changes)


def held(zone_key: str, starts: datetime, hours: float = 1.5, **changes: Any) -> Entry:
    """An event at a naive wall time of a zone, some real hours long."""
    begins = starts.replace(tzinfo=zone(zone_key))
    ends = (begins.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone(zone_key))
    return entry(starts=begins, ends=ends, **changes)
