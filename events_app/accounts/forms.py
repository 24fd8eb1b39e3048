"""The forms of coming to the desk: signing in, and making an account."""

from wtforms import EmailField, PasswordField, StringField

from events_app.i18n import L_, N_
from events_app.web.forms import (
    Form,
    an_address,
    at_most,
    required,
    tidy_address,
    tidy_line,
)


class SignInForm(Form):
    address = EmailField(
        L_("Email address"),
        [required(N_("Please type your email address."))],
        filters=[tidy_address],
        render_kw={"autocomplete": "username"},
    )
    passphrase = PasswordField(
        L_("Passphrase"),
        [required(N_("Please type your passphrase."))],
        render_kw={"autocomplete": "current-password"},
    )


class AccountForm(Form):
    name = StringField(
        L_("Your name"),
        [required(N_("Please tell us a name we may use.")), at_most(120)],
        filters=[tidy_line],
        render_kw={"autocomplete": "name"},
    )
    address = EmailField(
        L_("Your email address"),
        [required(N_("Please type your email address.")), at_most(254), an_address],
        filters=[tidy_address],
        render_kw={"autocomplete": "username"},
    )
    passphrase = PasswordField(
        L_("Passphrase"),
        [required(N_("Please choose a passphrase."))],
        description=L_(
            "At least 12 characters. Four or five words that only you would put together are good."
        ),
        render_kw={"autocomplete": "new-password"},
    )
