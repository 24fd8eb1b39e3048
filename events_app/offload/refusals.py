"""Why a piece of work was not done: it is one failed task with a sentence, and nothing else fails."""

from events_app.errors import Invalid
from events_app.i18n import N_


class Undone(Invalid):
    """Its process fell over, and is gone. Why is in the log, without a word of what was in it."""

    sentence = N_("This could not be finished because of an error of ours. Please try again.")


class TookTooLong(Undone):
    sentence = N_("This takes longer than we allow, so it was stopped. Something smaller may do.")


class NeededTooMuch(Undone):
    sentence = N_("This needs more memory than we allow, so it was stopped. Something smaller may do.")
