"""The letters of this room: to organizers, that a deletion day comes; to people, that it was put off."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events_app.i18n import N_
from events_app.mail.message import Composed
from events_app.registrations.emails import PLAIN, composed_about_the_site, composed_of

WEEK: Final = "deletion.week"
DAY: Final = "deletion.day"
PUT_OFF: Final = "deletion.put_off"


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A letter of this room; the courier calls this outside any transaction. To organizers: counts and a link, never a
    name."""
    if kind == PUT_OFF:
        return composed_of(kind, facts, PLAIN)
    why = N_("You receive this email because you are an organizer on this site.")
    return composed_about_the_site(kind, facts, why=why, day=date.fromisoformat(facts["day"]))
