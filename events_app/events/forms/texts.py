"""The texts of an event, as fields of its form: which there are, how long they may be, what is said beside them."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Field

from events_app.i18n import (
    L_,
    N_,
)
from events_app.rendering import MOST_MARKDOWN
from events_app.web.forms import (
    in_one_language,
)

OWN_TEXTS = ("title", "summary", "description", "track", "place", "interpretation", "accessibility")


TEXTS = (*OWN_TEXTS, "consent")
"""An event's texts, one for each language; the consent text has a table of its own."""


TEXT_FIELDS: Mapping[str, tuple[type[Field], Any, int, Any]] = {
    "title": (StringField, L_("Title"), 200, ""),
    "summary": (TextAreaField, L_("In one or two sentences"), 400, L_("Shown in lists and in the calendar.")),
    "description": (
        TextAreaField,
        L_("Description"),
        MOST_MARKDOWN,
        L_(
            "An empty line begins a paragraph. A line that begins with - becomes a point of a list, "
            "**words** become bold."
        ),
    ),
    "track": (StringField, L_("Theme or track"), 80, ""),
    "place": (
        StringField,
        L_("Place"),
        300,
        L_("Room, building, street, city, country, as a calendar should show it."),
    ),
    "interpretation": (StringField, L_("Interpretation"), 200, L_("Such as: English and Arabic, spoken.")),
    "accessibility": (
        TextAreaField,
        L_("Accessibility"),
        600,
        L_("Step-free access, hearing loop, sign language, lighting."),
    ),
    "consent": (
        TextAreaField,
        L_("Consent text"),
        2000,
        L_("What people agree to when they register. Left empty, nothing is asked."),
    ),
}


ROWS = {"summary": {"rows": 2}, "description": {"rows": 6}, "accessibility": {"rows": 3}}


NEEDED = {"title": [in_one_language("title", N_("Please give the event a title in at least one language."))]}
