"""The letters to organizers about their events: what is new, and a link to join that is missing."""

from collections.abc import Mapping
from typing import Any

from events_app.i18n import N_, direction, translate, use_language
from events_app.mail.message import Composed
from events_app.registrations.emails import for_a_header, written
from events_app.registrations.facts import DEFAULT_COLOUR


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A notice in the organizer's language; the courier calls this outside any transaction."""
    language = str(facts["language"])
    with use_language(language):
        context = {
            **facts,
            "direction": direction(language),
            "organization_name": facts["site_name"],
            "organization_colour": DEFAULT_COLOUR,
            "why": translate(N_("You receive this email because you have an account at the desk.")),
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
