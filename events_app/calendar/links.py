"""Links that put one copy of an event into a web calendar, or subscribe it to a feed.

A copy made by such a link never learns of a change: pages call it a one-off copy and offer the subscription
first.
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from events_app.calendar.entry import Entry
from events_app.calendar.hygiene import ascii_url, clean_line, clean_text, shorten
from events_app.calendar.wording import times_of

# Browsers and mail programs cut addresses of more than about 2,000 characters; Arabic takes six of them per
# letter.
DETAILS_LIMIT: Final = 600
ENCODED_LIMIT: Final = 1200


def google(entry: Entry) -> str:
    """Google Calendar: wall time and zone, so that the copy keeps the zone; UTC where wall time cannot tell.

    Refuses TimeDoesNotExist.
    """
    zone = times_of(entry).zone
    say = _wall if zone else _compact_utc
    if entry.all_day:
        first, last = (f"{day:%Y%m%d}" for day in entry.days)
    else:
        first, last = say(entry.starts), say(entry.ends)
    fields = {
        "action": "TEMPLATE",
        "text": clean_line(entry.summary),
        "dates": f"{first}/{last}",
        "ctz": zone,
        "details": _details(entry),
        "location": clean_line(entry.location),
    }
    return "https://calendar.google.com/calendar/render?" + _query(fields)


def outlook(entry: Entry) -> str:
    """Outlook.com, for private accounts: UTC with a Z, without which the times are an hour off or today's."""
    return "https://outlook.live.com/calendar/0/deeplink/compose?" + _compose(entry)


def office(entry: Entry) -> str:
    """Outlook on the web of Microsoft 365, for work accounts; the same fields."""
    return "https://outlook.office.com/calendar/0/deeplink/compose?" + _compose(entry)


def _compose(entry: Entry) -> str:
    if entry.all_day:
        times = {"allday": "true", "startdt": f"{entry.days[0]}", "enddt": f"{entry.days[1]}"}
    else:
        starts, ends = (moment.astimezone(UTC) for moment in (entry.starts, entry.ends))
        times = {"startdt": f"{starts:%Y-%m-%dT%H:%M:%SZ}", "enddt": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}
    fields = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        **times,
        "subject": clean_line(entry.summary),
        "body": _details(entry),
        "location": clean_line(entry.location),
    }
    return _query(fields)


def _details(entry: Entry) -> str:
    """The public address first: the text behind it may be cut."""
    limit = DETAILS_LIMIT
    text = clean_text(entry.description)
    while len(quote(shorten(text, limit))) > ENCODED_LIMIT:
        limit -= 50
    return f"{ascii_url(entry.url)}\n\n{shorten(text, limit)}".strip()


def _query(fields: dict[str, str]) -> str:
    """A query with spaces as %20 (Outlook shows a plus as a plus), empty fields left out."""
    return urlencode({name: value for name, value in fields.items() if value}, quote_via=quote, safe="")


def _wall(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


def _compact_utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
