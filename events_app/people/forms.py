"""The desk's forms about one person: somebody entered by hand, a note."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    SelectField,
    StringField,
    TextAreaField,
)

from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.i18n import L_, N_, current_language, languages, name_of_language
from events_app.web.forms import (
    ChosenField,
    Form,
    an_address,
    at_most,
    optional,
    required,
    tidy,
    tidy_address,
    tidy_line,
)


class PersonForm(Form):
    """Somebody as an organizer writes them down; without an address there is no letter."""

    name = StringField(L_("Name"), [required(N_("Please write a name.")), at_most(120)], filters=[tidy_line])
    address = EmailField(L_("Email address"), [optional(), at_most(254), an_address], filters=[tidy_address])
    language = SelectField(L_("Language of the emails"))
    needs = TextAreaField(L_("Access needs"), [at_most(1000)], filters=[tidy], render_kw={"rows": 2})


class EnteringForm(PersonForm):
    """Somebody new, entered by hand."""

    mode = ChosenField(L_("Attendance"), [required(N_("Please choose one."))])
    writes = BooleanField(L_("Send the email with the calendar invitation"))


def entering_form(typed: Any = None, *, event: Event) -> EnteringForm:
    form = EnteringForm(typed)
    form.mode.choices = [(mode.value, MODE_NAMES[mode]) for mode in event.modes]
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    if typed is None:
        form.mode.data, form.language.data, form.writes.data = event.modes[0].value, current_language(), True
    return form


class NoteForm(Form):
    note = TextAreaField(
        L_("Note of the organizers"),
        [at_most(2000)],
        filters=[tidy],
        description=L_("Only organizers read it; it is kept encrypted."),
        render_kw={"rows": 3},
    )
