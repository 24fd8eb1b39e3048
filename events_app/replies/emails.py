"""The letters that answer what calendars and people wrote."""

from collections.abc import Mapping
from typing import Any, Final

from events_app.i18n import N_
from events_app.mail.message import Composed
from events_app.registrations.emails import (
    INVITES,
    PLAIN,
    Manner,
    composed_about_the_site,
    composed_of,
)
from events_app.texts import paragraphs_of

KINDS: Final = {
    "replies.refreshed": INVITES,
    "replies.forwarded": Manner(
        why=N_("You receive this email because replies to this event's invitations come to this address.")
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
    why = N_("You receive this email because replies to this site's emails come to this address.")
    return composed_about_the_site(kind, facts, why=why, paragraphs=paragraphs_of(facts["body"], ()))
