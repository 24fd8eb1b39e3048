"""What is true of organizations and venues whatever they are stored in."""

from dataclasses import dataclass
from typing import Final

from events_app.errors import Conflict
from events_app.i18n import N_
from events_app.texts import Texts

CITIES: Final = ("Europe/Brussels", "Europe/Istanbul", "Asia/Beirut", "Asia/Damascus", "America/New_York")
"""The five cities in which the form shows an event's time."""


class TakenAddress(Conflict):
    sentence = N_("Another page has this address already. Please choose another.")


class RoomInUse(Conflict):
    """A room that events name is not deleted under them."""

    sentence = N_("An event takes place in “%(room)s”. Choose another room for it first, or keep the name.")


class StillNamed(Conflict):
    """What events name is not deleted under them."""

    sentence = N_("Events name it, perhaps past ones, so it cannot be deleted.")


@dataclass(frozen=True)
class RoomFacts:
    """A room as it was typed; `row` is the id of the one that it is, '' for a new one. Without a name it is to go."""

    row: str
    name: Texts
    seats: int | None
    step_free: bool
