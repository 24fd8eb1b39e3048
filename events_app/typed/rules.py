"""Where typing is kept, how much of it and for how long; and how long ago something was."""

import re
from datetime import timedelta
from typing import Final

from events_app.errors import NotFound
from events_app.i18n import N_, ngettext, translate

LASTS: Final = timedelta(days=7)
"""So long something typed and not saved is kept."""

MOST: Final = 200_000
"""Characters of all fields of a form together; more is not kept."""

_PAGE: Final = re.compile(
    r"edit(?:/(?:texts|place|rules))?|programme|write(?:/[0-9a-f-]{36}/edit)?|questions/(?:new|[0-9a-f-]{36})"
)
"""The forms of an event in which something longer is written, as they stand behind its address."""


class NoSuchForm(NotFound):
    """Not a form in which what is typed is kept."""

    sentence = N_("What is typed here is not kept.")


def page_of(said: str) -> str:
    """The form's place behind the event's address. Refuses `NoSuchForm`."""
    if not _PAGE.fullmatch(said):
        raise NoSuchForm()
    return said


def said_ago(age: timedelta) -> str:
    """That somebody typed something so long ago and did not save it."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 1:
        return translate(N_("You typed this a moment ago and did not save it."))
    if minutes < 60:
        return ngettext(
            "You typed this %(n)s minute ago and did not save it.",
            "You typed this %(n)s minutes ago and did not save it.",
            minutes,
        )
    if minutes < 1440:
        return ngettext(
            "You typed this %(n)s hour ago and did not save it.",
            "You typed this %(n)s hours ago and did not save it.",
            minutes // 60,
        )
    return ngettext(
        "You typed this %(n)s day ago and did not save it.",
        "You typed this %(n)s days ago and did not save it.",
        minutes // 1440,
    )
