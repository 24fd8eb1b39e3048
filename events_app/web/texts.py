"""Fields for a text in each language of the site: title_en, title_ar."""

from typing import Any

from wtforms import (
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Field

from events_app.i18n import languages
from events_app.texts import Texts
from events_app.web.forms import (
    Form,
    at_most,
    in_one_language,
    optional,
    tidy,
    tidy_line,
)

MARKDOWN = {"data-markdown": "yes"}
"""Of a text area in which Markdown is written: it gets buttons and a preview (`forms.marks`)."""


def text_fields(
    label: Any, name: str, most: int, *, long: bool = False, needed: str = "", markdown: bool = False
) -> dict[str, Field]:
    """One field per language of the site: name_en, name_ar; `needed` is the refusal when all of them are empty."""
    made: dict[str, Field] = {}
    for code in languages():
        kind, tidied = (TextAreaField, tidy) if long else (StringField, tidy_line)
        checks = [in_one_language(name, needed)] if needed else [optional()]
        made[f"{name}_{code}"] = kind(
            label,
            [*checks, at_most(most)],
            filters=[tidied],
            render_kw={"lang": code, "dir": "auto", **(MARKDOWN if markdown else {})},
        )
    return made


def texts_typed(form: Form, name: str) -> Texts:
    """{'en': ..., 'ar': ...} of the filled fields title_en, title_ar."""
    typed = {code: form[f"{name}_{code}"].data or "" for code in languages()}
    return {code: text for code, text in typed.items() if text}
