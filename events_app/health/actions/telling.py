"""Telling organizers: their addresses, one by one."""

import logging

from events_app.accounts.models import SITE, Organizer
from events_app.acts import Act
from events_app.health.rules import is_about_the_row

log = logging.getLogger(__name__)


def address_of(organizer: Organizer, *, act: Act) -> str:
    """Where an organizer is written to; '' for one who cannot be opened, so that the others hear all the same."""
    try:
        return str(act.vault.reveal(SITE, organizer.person_context, organizer.person, act.by)["address"])
    except Exception as error:
        if not is_about_the_row(error):
            raise
        log.warning("organizer %s cannot be opened: %s", organizer.id, type(error).__name__)
        return ""
