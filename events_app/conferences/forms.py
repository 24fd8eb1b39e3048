"""The desk's form for a conference."""

from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    StringField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.conferences.models import Conference
from events_app.directory.forms.organizations import link_field
from events_app.directory.forms.times import DayField, plausible
from events_app.directory.forms.zones import ZoneField
from events_app.i18n import L_, N_, languages, translate
from events_app.web.forms import (
    Form,
    at_most,
    required,
    tidy_line,
)
from events_app.web.texts import text_fields, texts_typed


@cache
def _conference_class(codes: tuple[str, ...]) -> type[Form]:
    members = {
        **text_fields(L_("Name"), "name", 200, needed=N_("Please write the conference's name.")),
        "edition": StringField(
            L_("Edition"), [at_most(80)], filters=[tidy_line], description=L_("Such as IX, or 2027.")
        ),
        "starts_on": DayField(L_("First day"), [required(N_("Please choose the first day.")), plausible]),
        "ends_on": DayField(L_("Last day"), [required(N_("Please choose the last day.")), plausible]),
        "zone": ZoneField(L_("Time zone")),
        "link": link_field(L_("Website")),
        "ours": BooleanField(L_("It is our own conference")),
        **text_fields(L_("About"), "about", 2000, long=True, markdown=True),
        "validate_ends_on": _not_before_the_first_day,
    }
    return type("ConferenceForm", (Form,), members)


def _not_before_the_first_day(form: Any, typed: Field) -> None:
    if form.starts_on.data and typed.data and typed.data < form.starts_on.data:
        raise ValidationError(translate(N_("The last day is before the first.")))


def conference_form(typed: Any = None, *, conference: Conference | None = None) -> Form:
    data: dict[str, Any] = {}
    if conference:
        data = {
            name: getattr(conference, name)
            for name in ("edition", "starts_on", "ends_on", "zone", "link", "ours")
        }
        for name in ("name", "about"):
            data |= {f"{name}_{code}": text for code, text in getattr(conference, name).items()}
    return _conference_class(languages())(typed, data=data)


def conference_values(form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name].data or "" for name in ("edition", "zone", "link")}
    values |= {name: form[name].data for name in ("starts_on", "ends_on")}
    return {
        **values,
        "ours": bool(form["ours"].data),
        "name": texts_typed(form, "name"),
        "about": texts_typed(form, "about"),
    }
