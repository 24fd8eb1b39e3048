"""What is true of letters to many and of reminders whatever they are stored in."""

from dataclasses import dataclass

from events_app.texts import Texts


@dataclass(frozen=True)
class ReminderFacts:
    minutes: int
    is_after: bool
    text: Texts
