"""Lists of rows in a form: a few blank ones at first, and more when asked for."""

from typing import Any

from wtforms import HiddenField

from events_app.i18n import current_language
from events_app.web.forms import (
    Form,
)

FIRST_ROWS = {"hosts": 1, "speakers": 1, "agenda": 2, "rooms": 2}
"""Blank rows when a page opens: few, so that a phone shows what is there; 'More rows' adds MORE_ROWS at once."""


MORE_ROWS = 3


def add_rows(form: Form, *names: str) -> None:
    """Blank rows for the lists of these names, the first of which takes the focus; without names, the first ones of
    every list that the form has."""
    for name in names or (name for name in FIRST_ROWS if name in form):
        added = [
            field_of(form, name).append_entry() for _each in range(MORE_ROWS if names else FIRST_ROWS[name])
        ]
        if names:
            take_focus(added[0].form)


def take_focus(row: Form) -> None:
    """The page opens at this row, in its first field: of a text, in that of the reader's own language."""
    fields = [field for field in row if not isinstance(field, HiddenField)]
    own = {"", current_language()}
    found = next((each for each in fields if (each.render_kw or {}).get("lang", "") in own), fields[0])
    found.render_kw = {**(found.render_kw or {}), "autofocus": True}


def field_of(form: Form, name: str) -> Any:
    """A field by name; which kind it is, the form's class knows."""
    return form[name]
