"""The letters that answer what calendars and people wrote."""

from collections.abc import Mapping
from typing import Any, Final

from events_app.i18n import N_, direction, translate, use_language
from events_app.mail.message import Composed
from events_app.registrations.emails import (
    INVITES,
    PLAIN,
    Manner,
    composed_of,
    for_a_header,
    paragraphs_of,
    written,
)
from events_app.registrations.facts import DEFAULT_COLOUR

KINDS: Final = {
    "replies.refreshed": INVITES,
    "replies.forwarded": Manner(
        why=N_("You receive this letter because answers to this event's invitations come to this address.")
    ),
}
"""The letters of this room that are not plain."""


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A letter of this room in its person's language; the courier calls this outside any transaction."""
    if kind == "replies.by_hand":
        return _by_hand(kind, facts)
    return composed_of(kind, facts, KINDS.get(kind, PLAIN))


def _by_hand(kind: str, facts: Mapping[str, Any]) -> Composed:
    """What somebody wrote to the address that our letters come from: about no event that we could know."""
    language = str(facts["language"])
    with use_language(language):
        context = {
            "language": language,
            "direction": direction(language),
            "organization_name": facts["site_name"],
            "organization_colour": DEFAULT_COLOUR,
            "site_url": facts["site_url"],
            "subject": facts["subject"],
            "body": facts["body"],
            "paragraphs": paragraphs_of(facts["body"], ()),
            "why": translate(
                "You receive this letter because mail to this site's sender comes to this address."
            ),
        }
        words = written(kind, context)
        return Composed(
            to_address=facts["to_address"],
            subject=words.subject,
            text=words.text,
            html=words.html,
            reply_to=str(facts.get("reply_to", "")),
            sender_name=for_a_header(facts["site_name"]),
            language=language,
        )
