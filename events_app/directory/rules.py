"""What is true of organizations and venues whatever they are stored in."""

from typing import Final

from events_app.errors import Conflict
from events_app.i18n import N_

CITIES: Final = ("Europe/Brussels", "Europe/Istanbul", "Asia/Beirut", "Asia/Damascus", "America/New_York")
"""The five cities in which the form shows an event's time."""


class TakenAddress(Conflict):
    sentence = N_("Another page has this address already. Please choose another.")
