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
from events_app.calendar.timezones import Rules, is_utc, lasting_rules, tells, tells_all_day
from events_app.calendar.zones import refuse_gap
from events_app.i18n import N_, say_city, say_date, say_time, translate, use_language

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


def word(entry: Entry, times: Times) -> Wording:
    """Clean what people typed. ValueError for an address or a link that is none.

    Where times are told in UTC the description begins with what the clocks there show: a calendar shows the reader's.
    """
    url = ascii_url(entry.url)
    description = clean_text("\n\n".join(filter(None, (_local_time(entry, times), entry.description))))
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


def _local_time(entry: Entry, times: Times) -> str:
    """The wall time in words, where the file has to tell it in UTC."""
    zone_key = _key(entry.starts)
    if times.zone or is_utc(zone_key) or entry.all_day:
        return ""
    with use_language(entry.language):
        return translate(
            N_("On the clocks of %(city)s: %(first)s to %(last)s"),
            city=say_city(zone_key),
            first=_said(entry.starts),
            last=_said(entry.ends),
        )


def _said(moment: datetime) -> str:
    return f"{say_date(moment.date())}{translate(', ')}{say_time(moment)}"


def times_of(entry: Entry) -> Times:
    """How an entry's times are told, alone or among others: by its zone's lasting rule, or in UTC. Days need neither.

    Refuses TimeDoesNotExist.
    """
    if entry.all_day:
        return Times("", ())
    zone_key, year = _key(entry.starts), entry.starts.year
    if _key(entry.ends) == zone_key and all(
        tells_all_day(zone_key, year, each.date()) for each in (entry.starts, entry.ends)
    ):
        return Times(zone_key, lasting_rules(zone_key, year))
    zone_key = _checked_zone(entry)
    return _if_told(entry, zone_key, () if is_utc(zone_key) else lasting_rules(zone_key, year))


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
