"""The forms of a person's own page: what they told us, and a colleague who takes their place."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import (
    EmailField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.addresses import are_one
from events_app.directions import isolated
from events_app.i18n import L_, N_, current_language, languages, name_of_language, translate
from events_app.web.forms import (
    Form,
    an_address,
    at_most,
    optional,
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
    language = SelectField(L_("Language of our emails to you"))
    needs = TextAreaField(L_("Access needs"), [at_most(1000)], filters=[tidy], render_kw={"rows": 3})


def details_form(typed: Any = None, *, data: Mapping[str, Any] | None = None) -> DetailsForm:
    form = DetailsForm(typed, data=data)
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    return form


@dataclass(frozen=True)
class Companion:
    """Somebody who came together with a person; `key` names them in forms."""

    key: str
    name: str
    has_address: bool


class CompanyForm(Form):
    """What becomes of those whom somebody registered, when that person's data is deleted."""

    company = RadioField(L_("Those who come with you"), [required(N_("Please choose one."))])

    def addresses(self) -> dict[uuid.UUID, str]:
        """The address that was typed for each who has none."""
        fields = {name.partition("_")[2]: field for name, field in self._fields.items() if "_" in name}
        return {uuid.UUID(hex=key): field.data for key, field in fields.items() if field.data}


def company_form(company: Sequence[Companion], typed: Any = None) -> CompanyForm:
    """With a field for the address of each who has none."""
    fields = {
        f"address_{each.key}": EmailField(
            translate(N_("Email address of %(name)s"), name=isolated(each.name)),
            [optional(), at_most(254), an_address, _once],
            filters=[tidy_address],
            description=L_("If not selected, their seat goes to somebody else."),
        )
        for each in company
        if not each.has_address
    }
    made: CompanyForm = type("CompanyForm", (CompanyForm,), fields)(typed)
    made.company.choices = [("stay", L_("They keep their seats")), ("go", L_("They are cancelled too"))]
    if typed is None:
        made.company.data = "stay"
    return made


def _once(form: Any, address: Field) -> None:
    """One place for each address: two colleagues cannot have the same."""
    same = [each for each in form.addresses().values() if are_one(each, address.data or "")]
    if len(same) > 1:
        raise ValidationError(translate(N_("This address is written twice.")))


class BringForm(Form):
    """A colleague who comes along."""

    name = StringField(
        L_("Your colleague's name"),
        [required(N_("Please write your colleague's name too.")), at_most(120)],
        filters=[tidy_line],
    )
    address = EmailField(
        L_("Your colleague's email address"),
        [optional(), at_most(254), an_address],
        filters=[tidy_address],
        description=L_("With an address they get an invitation of their own."),
    )


class ColleagueForm(Form):
    """Whom a place is passed on to."""

    name = StringField(
        L_("Your colleague's name"),
        [required(N_("Please tell us a name we may use.")), at_most(120)],
        filters=[tidy_line],
    )
    address = EmailField(
        L_("Your colleague's email address"),
        [required(N_("We need an email address to send the offer to.")), at_most(254), an_address],
        filters=[tidy_address],
    )
    language = SelectField(L_("Language of the email"))


def colleague_form(typed: Any = None) -> ColleagueForm:
    form = ColleagueForm(typed)
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    if typed is None:
        form.language.data = current_language()
    return form
