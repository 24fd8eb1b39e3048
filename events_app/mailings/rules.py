"""What is true of letters to many and of reminders whatever they are stored in."""

from dataclasses import dataclass

from events_app.errors import Conflict, NotFound
from events_app.i18n import N_
from events_app.texts import Texts


@dataclass(frozen=True)
class ReminderFacts:
    minutes: int
    is_after: bool
    text: Texts


class EventIsDraft(Conflict):
    sentence = N_(
        "This event is a draft, and its page cannot be seen yet. Publish it before you write to people."
    )


class NobodyToWriteTo(Conflict):
    sentence = N_("Nobody matches this choice, so there is nobody to email.")


class PeopleChanged(Conflict):
    sentence = N_(
        "Meanwhile the number of people has changed, and nothing was sent yet. "
        "Please check the number again, then send."
    )


class WordsChanged(Conflict):
    sentence = N_(
        "Meanwhile somebody has changed this email, and nothing was sent yet. Please read it again, then send."
    )


class EventChanged(Conflict):
    sentence = N_(
        "Meanwhile the event was changed again, and nobody was notified yet. Please read the email again, then notify."
    )


class LetterUnderWay(Conflict):
    sentence = N_("This email is on its way, so it cannot be changed any more.")


class NoSuchMailing(NotFound):
    sentence = N_("There is no page at this address.")
