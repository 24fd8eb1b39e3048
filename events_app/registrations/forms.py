"""The registration form: what was typed becomes one frozen `Applicant`, or every error at once."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.directions import isolated
from events_app.events.rules import MODE_NAMES, Mode
from events_app.i18n import L_, N_, current_language, languages, name_of_language, translate
from events_app.registrations.rules import Applicant, Guest, is_near
from events_app.web.forms import (
    ChosenField,
    Form,
    Validator,
    an_address,
    at_most,
    number_in,
    optional,
    required,
    tidy,
    tidy_address,
    tidy_line,
)

WELL_KNOWN = ("gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "protonmail.com")
"""Where most people have their mail. A letter to one slip beside these reaches whoever collects such slips."""
REAL_THOUGH_NEAR = {"googlemail.com", "mail.com", "email.com", "ymail.com", "gmail.co"}


def code_typed(text: str | None) -> str:
    """The code as it was typed, or as it stands in the link that was pasted instead."""
    typed = tidy_line(text)
    link = re.search(r"[?&]code=([^&#\s]+)", typed)
    return unquote(link[1]) if link else typed


def _meant(form: Any, address: Field) -> None:
    """Ask once where the domain is one slip beside a well-known one; the same address sent again is what was meant."""
    local, _at, domain = address.data.rpartition("@")
    if domain in REAL_THOUGH_NEAR or domain in WELL_KNOWN or form.address_meant.data == address.data:
        return
    near = next((known for known in WELL_KNOWN if is_near(domain, known)), "")
    if near:
        form.address_meant.data = address.data
        form.address_near.data = f"{local}@{near}"
        ask = N_("Is it %(address)s? Please check it. If your address is correct, send the form once more.")
        raise ValidationError(translate(ask, address=isolated(form.address_near.data)))


def _named(form: Any, name: Field) -> None:
    """Somebody with an address and no name was meant to come, and is never left out without a word."""
    if not name.data and (form.address.data or "").strip():
        raise ValidationError(translate(N_("Please write your colleague's name too.")))


class GuestForm(Form):
    """A colleague; an empty row is left out."""

    name = StringField(L_("Colleague's name"), [_named, at_most(120)], filters=[tidy_line])
    address = EmailField(
        L_("Colleague's email address"),
        [optional(), at_most(254), an_address],
        filters=[tidy_address],
        description=L_("With an address they get an invitation of their own."),
    )


class RegistrationForm(Form):
    """The questions every event asks. `mode` and `consent` are there only where there is something to choose."""

    name = StringField(
        L_("Name"),
        [required(N_("Please tell us a name we may use.")), at_most(120)],
        filters=[tidy_line],
        description=L_("The name you want to be called. One word is fine."),
        render_kw={"autocomplete": "name", "maxlength": 120},
    )
    address = EmailField(
        L_("Email address"),
        [required(N_("We need an email address for your invitation.")), at_most(254), an_address, _meant],
        filters=[tidy_address],
        description=L_("Your calendar invitation goes to this address."),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254, "spellcheck": "false"},
    )
    address_meant = HiddenField(filters=[tidy_address])
    address_near = HiddenField(filters=[tidy_address])
    language = SelectField(L_("Language of our emails to you"), validate_choice=True)
    mode = ChosenField(L_("How will you take part?"), [required(N_("Please choose one."))])
    needs = TextAreaField(
        L_("Access needs"),
        [at_most(1000)],
        filters=[tidy],
        description=L_("Anything that makes it easier for you to take part. Only the organizers read this."),
        render_kw={"rows": 3, "maxlength": 1000},
    )
    code = StringField(
        L_("Invitation code"),
        [at_most(400)],
        filters=[code_typed],
        description=L_("Only if the organizers gave you one."),
        render_kw={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"},
    )
    guests = FieldList(FormField(GuestForm), L_("Colleagues you bring"))
    consent = BooleanField("")
    consent_version = HiddenField()


def registration_form(
    typed: Any = None,
    *,
    modes: Sequence[Mode],
    consent_version: int,
    most_guests: int = 0,
) -> RegistrationForm:
    """The form for one event."""
    form = RegistrationForm(typed)
    if form.address_near.data:  # the button with the address that we had asked about
        form.address.data, form.address_near.data = form.address_near.data, ""
    if typed is None:
        form.language.data = current_language()
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    if len(modes) > 1:
        form.mode.choices = [(mode.value, str(MODE_NAMES[mode])) for mode in modes]
    else:
        del form.mode
    if most_guests:
        while len(form.guests) < most_guests:
            form.guests.append_entry()
    else:
        del form.guests
    if consent_version:
        agreed = required(N_("To register, you need to agree to this."))
        consent_validators: list[Validator] = [agreed, _is_the_text_shown(consent_version)]
        form.consent.validators = consent_validators
        form.consent.flags.required = True
    else:
        del form.consent
    return form


def _is_the_text_shown(version: int) -> Validator:
    """Nobody agrees to a text that an organizer changed while they were filling in the form."""

    def check(form: Any, consent: Field) -> None:
        if number_in(form.consent_version.data, 0) != version:
            consent.data = False
            changed = N_("This text has changed since you opened the page. Please read it once more.")
            raise ValidationError(translate(changed))

    return check


def applicant_of(form: RegistrationForm, *, modes: Sequence[Mode], consent_version: int) -> Applicant:
    """The valid form's content."""
    return Applicant(
        name=form.name.data or "",
        address=form.address.data or "",
        language=form.language.data,
        mode=form.mode.data if "mode" in form else modes[0].value,
        needs=form.needs.data or "",
        code=form.code.data or "",
        guests=tuple(
            Guest(row.form.name.data, row.form.address.data or "")
            for row in (form.guests.entries if "guests" in form else ())
            if row.form.name.data
        ),
        consent_version=consent_version if "consent" in form else 0,
    )


def say_beside_modes(form: RegistrationForm, notes: Mapping[str, str]) -> None:
    """Beside each mode how many places are left, where that is shown: when the form is shown, and not before."""
    if "mode" in form:
        form.mode.choices = [
            (mode, f"{MODE_NAMES[Mode(mode)]} · {note}" if note else str(MODE_NAMES[Mode(mode)]))
            for mode, note in notes.items()
        ]


class AddressForm(Form):
    """One address, to mail the personal link to."""

    address = EmailField(
        L_("Email address"),
        [required(N_("Please type the address you registered with.")), at_most(254), an_address],
        filters=[tidy_address],
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254, "spellcheck": "false"},
    )
