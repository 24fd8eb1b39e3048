"""The desk's form for an organization: its name, website and colours."""

import re
from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    StringField,
    URLField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.directory.models import Organization
from events_app.i18n import L_, N_, languages, translate
from events_app.web.forms import (
    Form,
    a_web_address,
    at_most,
    optional,
    tidy_line,
    tidy_web_address,
)
from events_app.web.texts import text_fields, texts_typed


def link_field(label: Any) -> URLField:
    return URLField(
        label, [optional(), at_most(400), a_web_address], filters=[tidy_web_address], render_kw={"dir": "ltr"}
    )


def _tidy_colour(typed: str | None) -> str:
    """As designers write it too: without the #, or with three digits."""
    said = tidy_line(typed)
    found = re.fullmatch(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", said)
    if not found:
        return said
    digits = found.group(1)
    return "#" + (digits if len(digits) == 6 else "".join(each * 2 for each in digits))


def _colour(label: Any, example: str) -> StringField:
    def check(form: Any, typed: Field) -> None:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", typed.data or ""):
            raise ValidationError(translate(N_("A colour such as #0b5653, please.")))
        if contrast_with_white(typed.data) < 4.5:
            raise ValidationError(
                translate(N_("White text on this colour is hard to read. Please choose a darker one."))
            )

    return StringField(
        label,
        [optional(), check],
        filters=[_tidy_colour],
        description=L_("The code of the colour, as your logo has it."),
        render_kw={"dir": "ltr", "maxlength": 7, "placeholder": example},
    )


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of white text on '#rrggbb', 1 to 21 (WCAG 2.2, 1.4.3)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@cache
def _organization_class(codes: tuple[str, ...]) -> type[Form]:
    members = {
        **text_fields(L_("Name"), "name", 160, needed=N_("Please write the organization's name.")),
        "link": link_field(L_("Website")),
        "ours": BooleanField(
            L_("Our organization"), description=L_("New events start with our own organization as host.")
        ),
        "colour": _colour(L_("Main colour"), "#0b5653"),
        "second_colour": _colour(L_("Second colour"), "#d99a2b"),
    }
    return type("OrganizationForm", (Form,), members)


def organization_form(
    typed: Any = None, *, organization: Organization | None = None, ours: bool = False
) -> Form:
    data: dict[str, Any] = {"ours": ours}
    if organization:
        data = {name: getattr(organization, name) for name in ("link", "ours", "colour", "second_colour")}
        data |= {f"name_{code}": text for code, text in organization.name.items()}
    return _organization_class(languages())(typed, data=data)


def organization_values(form: Form) -> dict[str, Any]:
    values = {name: form[name].data or "" for name in ("link", "colour", "second_colour")}
    return {**values, "ours": bool(form["ours"].data), "name": texts_typed(form, "name")}
