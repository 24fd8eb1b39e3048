"""The letter of this room: somebody is invited, with a code of their own."""

from collections.abc import Mapping
from typing import Any, Final

from events_app.i18n import N_
from events_app.mail.message import Composed
from events_app.registrations.emails import Manner, composed_of

INVITATION: Final = "invitations.invitation"

_INVITED: Final = Manner(
    why=N_("You receive this email because %(host)s invites you to this event."),
    stops="stop_url",
)


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """The invitation in its person's language; the courier calls this outside any transaction."""
    return composed_of(kind, facts, _INVITED)
