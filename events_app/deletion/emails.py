"""The letters of this room: to organizers, that a deletion day comes; to people, that it was put off."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events_app.i18n import direction, translate, use_language
from events_app.mail.message import Composed
from events_app.registrations.emails import PLAIN, composed_of, for_a_header, written
from events_app.registrations.facts import DEFAULT_COLOUR

WEEK: Final = "deletion.week"
DAY: Final = "deletion.day"
PUT_OFF: Final = "deletion.put_off"


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A letter of this room; the courier calls this outside any transaction."""
    return composed_of(kind, facts, PLAIN) if kind == PUT_OFF else _to_an_organizer(kind, facts)


def _to_an_organizer(kind: str, facts: Mapping[str, Any]) -> Composed:
    """Counts and a link, never a name."""
    language = str(facts["language"])
    with use_language(language):
        context = {
            "language": language,
            "direction": direction(language),
            "organization_name": facts["site_name"],
            "organization_colour": DEFAULT_COLOUR,
            "site_url": facts["site_url"],
            "why": translate("You receive this email because you are an organizer on this site."),
            "title": facts["title"],
            "day": date.fromisoformat(facts["day"]),
            "people": facts["people"],
            "url": facts["url"],
        }
        words = written(kind, context)
        return Composed(
            to_address=facts["to_address"],
            subject=words.subject,
            text=words.text,
            html=words.html,
            sender_name=for_a_header(facts["site_name"]),
            language=language,
        )
