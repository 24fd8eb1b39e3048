"""What a public event says where its link is shared: words and a picture for people, schema.org data for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from events_app.clock import are_whole_days
from events_app.events.models.event import Event, EventHost
from events_app.events.rules import Status, Visibility
from events_app.i18n import (
    choose,
    current_language,
    direction,
    locale_of,
    say_city,
    say_date,
    say_month,
    say_time,
    say_weekday,
    translate,
)
from events_app.publishing import cards
from events_app.publishing.cards import Card
from events_app.web.site import Site

SCHEMA = "https://schema.org/"


@dataclass(frozen=True)
class Shared:
    """For the head of the event's page. `image` is empty where no picture is drawn; `data` may stand in HTML."""

    title: str
    description: str
    url: str
    image: str
    locale: str
    data: Markup


def shared_of(event: Event, hosts: Sequence[EventHost], *, place: str, site: Site) -> Shared | None:
    """None for an event that should not be passed around: a draft, or one that only people with the link find."""
    if event.visibility != Visibility.PUBLIC or event.status == Status.DRAFT:
        return None
    url = site.url(f"/events/{event.slug}")
    image = f"{url}/card.png?lang={current_language()}" if has_card(event) else ""
    data = linked_data(event, hosts, place=place, url=url) | ({"image": [image]} if image else {})
    return Shared(
        title=choose(event.title),
        description=choose(event.summary) or say_when(event),
        url=url,
        image=image,
        locale=str(locale_of(current_language())),
        data=htmlsafe_json_dumps(data, ensure_ascii=False),
    )


@dataclass(frozen=True)
class ShareLinks:
    """Addresses that open somebody's own program with the words filled in; nothing is sent before they press there."""

    whatsapp: str
    telegram: str
    email: str


def share_links(event: Event, *, place: str, site: Site) -> ShareLinks:
    """Title, day and place in the language of the page, and the event's address."""
    title, url = _in_a_line(choose(event.title)), site.url(f"/events/{event.slug}")
    where = place if event.offers_in_person and place else translate("Online") if event.offers_online else ""
    lines = [title, _when_and_zone(event), _in_a_line(where)]
    words = [line for line in lines if line]
    text, body = "\n".join(words), "\r\n".join([*words[1:], "", url])  # RFC 6068, 5
    return ShareLinks(
        whatsapp=f"https://wa.me/?text={_quoted(text)}%0A{_quoted(url)}",
        telegram=f"https://t.me/share/url?url={_quoted(url)}&text={_quoted(text)}",
        email=f"mailto:?subject={_quoted(title)}&body={_quoted(body)}",
    )


def _when_and_zone(event: Event) -> str:
    said = say_when(event)
    if are_whole_days(event.starts, event.ends) or event.starts.date() != event.ends.date():
        return said
    return f"{said} ({translate('%(city)s time', city=say_city(event.zone))})"


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return quote(text, safe="")


def has_card(event: Event) -> bool:
    """Only what everybody may find has a picture, and only where letters can be drawn right."""
    shown = event.visibility == Visibility.PUBLIC and event.status == Status.PUBLISHED
    return shown and cards.CAN_DRAW


def card_of(event: Event, hosts: Sequence[EventHost], *, place: str) -> Card:
    """The event's card in the current language, in the colours of its first host."""
    first = hosts[0].organization if hosts else None
    day = event.starts.date()
    return Card(
        title=choose(event.title),
        month=say_month(day),
        day=str(day.day),
        weekday=say_weekday(day),
        when=say_when(event),
        place=place if event.offers_in_person else translate("Online"),
        hosts=" · ".join(choose(host.organization.name) for host in hosts),
        language=current_language(),
        direction=direction(),
        colour=first.colour if first else "",
        accent=first.second_colour if first else "",
    )


def say_when(event: Event) -> str:
    """'Wednesday 6 January 2027, 13:00–14:30', or from the first day to the last."""
    first, last = event.starts, event.ends
    if first.date() != last.date():
        return translate("%(first)s to %(last)s", first=say_date(first.date()), last=say_date(last.date()))
    if are_whole_days(first, last):
        return say_date(first.date())
    hours = translate("%(start)s–%(end)s", start=say_time(first), end=say_time(last))
    return say_date(first.date()) + translate(", ") + hours


def linked_data(event: Event, hosts: Sequence[EventHost], *, place: str, url: str) -> dict[str, Any]:
    """The event as https://schema.org/Event. The link to join is not in it."""
    starts, ends = (each.date() if event.all_day else each for each in (event.starts, event.ends))
    status = "EventCancelled" if event.status == Status.CANCELLED else "EventScheduled"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": choose(event.title),
        "url": url,
        "startDate": starts.isoformat(),
        "endDate": ends.isoformat(),
        "eventStatus": SCHEMA + status,
        "eventAttendanceMode": SCHEMA + _attendance_mode(event),
        "location": _locations(event, place, url),
        "organizer": [_organizer(host) for host in hosts],
    }
    told = {"description": choose(event.summary), "inLanguage": event.languages}
    return data | {name: value for name, value in told.items() if value}


def _attendance_mode(event: Event) -> str:
    if event.offers_in_person and event.offers_online:
        return "MixedEventAttendanceMode"
    return "OnlineEventAttendanceMode" if event.offers_online else "OfflineEventAttendanceMode"


def _locations(event: Event, place: str, url: str) -> list[dict[str, str]]:
    found = []
    if event.offers_in_person and place:
        found.append({"@type": "Place", "name": place, "address": place})
    if event.offers_online:
        found.append({"@type": "VirtualLocation", "url": url})
    return found


def _organizer(host: EventHost) -> dict[str, str]:
    link = {"url": host.organization.link} if host.organization.link else {}
    return {"@type": "Organization", "name": choose(host.organization.name), **link}
