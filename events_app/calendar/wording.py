"""A calendar entry made ready to be written: cleaned texts, ASCII addresses, how its times can be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from events_app.calendar.entry import Entry
from events_app.calendar.hygiene import (
    SUMMARY_LIMIT,
    ascii_url,
    clean_line,
    clean_name,
    clean_text,
    mailto,
    mark_direction,
)
from events_app.calendar.timezones import Rules, is_utc, lasting_rules, rules_around, tells, tells_all_day
from events_app.calendar.zones import refuse_gap

PRODID: Final = "-//events_app//Side events//EN"


@dataclass(frozen=True)
class Wording:
    """What stands in a VEVENT, before it is escaped and folded; directions marked."""

    summary: str
    description: str
    location: str
    url: str
    categories: tuple[str, ...]
    organizer_name: str
    organizer: str


@dataclass(frozen=True)
class Times:
    """How start and end are written: as wall times of `zone` with these rules, or (`zone` empty) as UTC."""

    zone: str
    rules: Rules


def word(entry: Entry) -> Wording:
    """Clean what people typed. ValueError for an address or a link that is none."""
    url = ascii_url(entry.url)
    description = clean_text(entry.description)
    if url and url not in description and entry.url not in description:  # Outlook shows no URL property
        description = f"{description}\n\n{url}".lstrip()
    return Wording(
        summary=mark_direction(clean_line(entry.summary, SUMMARY_LIMIT), entry.language),
        description=mark_direction(description, entry.language),
        location=mark_direction(clean_line(entry.location), entry.language),
        url=url,
        categories=tuple(cleaned for each in entry.categories if (cleaned := clean_line(each))),
        organizer_name=clean_name(entry.organizer_name),
        organizer=mailto(entry.organizer_address),
    )


def times_of_one(entry: Entry) -> Times:
    """How a file with this one event tells its times. Refuses TimeDoesNotExist."""
    zone_key = _checked_zone(entry)
    return _if_told(
        entry, zone_key, () if is_utc(zone_key) else rules_around(zone_key, entry.starts, entry.ends)
    )


def times_among_others(entry: Entry) -> Times:
    """How a feed, with one VTIMEZONE for all events of a zone, tells them: by a lasting rule or in UTC."""
    zone_key, year = _key(entry.starts), entry.starts.year
    if _key(entry.ends) == zone_key and all(
        tells_all_day(zone_key, year, each.date()) for each in (entry.starts, entry.ends)
    ):
        return Times(zone_key, lasting_rules(zone_key, year))
    zone_key = _checked_zone(entry)
    return _if_told(entry, zone_key, () if is_utc(zone_key) else lasting_rules(zone_key, entry.starts.year))


def _if_told(entry: Entry, zone_key: str, rules: Rules) -> Times:
    """Read the rules as a stranger would, and fall back on UTC where the stranger would be wrong."""
    same_zone = _key(entry.ends) == zone_key
    if rules and same_zone and tells(rules, entry.starts) and tells(rules, entry.ends):
        return Times(zone_key, rules)
    return Times("", ())


def _checked_zone(entry: Entry) -> str:
    refuse_gap(entry.starts)
    refuse_gap(entry.ends)
    return _key(entry.starts)


def _key(moment: datetime) -> str:
    assert isinstance(moment.tzinfo, ZoneInfo)
    return moment.tzinfo.key
