"""The forms of a person's own page: what they told us, and a colleague who takes their place."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    EmailField,
    SelectField,
    StringField,
    TextAreaField,
)

from events_app.i18n import L_, N_, current_language, languages, name_of_language
from events_app.web.forms import (
    Form,
    an_address,
    at_most,
    required,
    tidy,
    tidy_address,
    tidy_line,
)


class DetailsForm(Form):
    """What a person may change about themselves on their own page."""

    name = StringField(
        L_("Name"),
        [required(N_("Please tell us a name we may use.")), at_most(120)],
        filters=[tidy_line],
        render_kw={"autocomplete": "name", "maxlength": 120},
    )
    language = SelectField(L_("Language of our letters to you"))
    needs = TextAreaField(L_("Access needs"), [at_most(1000)], filters=[tidy], render_kw={"rows": 3})


def details_form(typed: Any = None, *, data: Mapping[str, Any] | None = None) -> DetailsForm:
    form = DetailsForm(typed, data=data)
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    return form


class ColleagueForm(Form):
    """Whom a place is passed on to."""

    name = StringField(
        L_("Your colleague's name"),
        [required(N_("Please tell us a name we may use.")), at_most(120)],
        filters=[tidy_line],
    )
    address = EmailField(
        L_("Your colleague's e-mail"),
        [required(N_("We need an address to send the offer to.")), at_most(254), an_address],
        filters=[tidy_address],
    )
    language = SelectField(L_("Language of the letter"))


def colleague_form(typed: Any = None) -> ColleagueForm:
    form = ColleagueForm(typed)
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    if typed is None:
        form.language.data = current_language()
    return form
