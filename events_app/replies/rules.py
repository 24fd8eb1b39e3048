"""Whose answer it is: the address that a calendar names, compared as it may have been written."""

import re
from typing import Final
from urllib.parse import unquote

from events_app.addresses import are_one, kept
from events_app.errors import TooMany
from events_app.i18n import N_
from events_app.registrations.rules import Due, Status

MOST_SENT_ON: Final = 300
"""So many mails to our plain sender are sent on to the help desk in a day."""

MOST_A_DAY: Final = 20
"""So many mails of one invitation are looked at in a day; a mail loop ends there."""

GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})


def is_one_mailbox(said: str, ours: str) -> bool:
    """Whether the address of an answer means the mailbox that we wrote to.

    ATTENDEE is a URI, in which we encode `& = / # %` and the like (RFC 6068); some calendars give it back as it was,
    some decoded, so it is compared in both forms. Google answers in an address's canonical form.
    """
    return any(are_one(form, ours) or _canonical(form) == _canonical(ours) for form in {said, unquote(said)})


def takes_answers(status: str, due_for: str, *, holds: bool) -> bool:
    """Whose answer counts: who has a place; and who waits with a tentative entry in their calendar (`holds`), because
    it says how they are asked when they move up."""
    if status == Status.CONFIRMED:
        return not due_for
    return holds and status in {Status.PENDING, Status.WAITLISTED} and due_for != Due.ADDRESS


def _canonical(address: str) -> str:
    """Gmail's own form of an address: dots and what follows a plus do not count. Others stay as they are."""
    plain = kept(address).compared
    local, _at, domain = plain.rpartition("@")
    if domain not in GMAIL:
        return plain
    return f"{re.sub(r'[+].*', '', local).replace('.', '')}@gmail.com"


class TooMuchMail(TooMany):
    """So much mail has come to the sender's address today; its server keeps the rest until tomorrow."""

    sentence = N_("Too many emails. Please try again later.")
