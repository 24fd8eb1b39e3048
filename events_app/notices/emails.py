"""The letters to organizers about their events: what is new, and a link to join that is missing."""

from collections.abc import Mapping
from typing import Any

from events_app.health.rules import HELP, NAMES
from events_app.i18n import N_
from events_app.mail.message import Composed
from events_app.registrations.emails import composed_about_the_site


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A notice in the organizer's language; the courier calls this outside any transaction."""
    why = N_("You receive this email because you have an organizer account on this site.")
    return composed_about_the_site(kind, facts, why=why, names=NAMES, help=HELP)
