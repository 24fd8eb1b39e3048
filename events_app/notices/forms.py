"""The form in which an organizer says how often they want to hear."""

from typing import Any

from wtforms import RadioField, SelectField

from events_app.directory.forms.times import zone_choices
from events_app.i18n import L_, N_, languages, name_of_language
from events_app.notices.models import NoticeChoice
from events_app.notices.rules import CHOICE_NAMES
from events_app.web.forms import Form, required


class NoticesForm(Form):
    """How often, in which language, and on whose clock."""

    choice = RadioField(L_("How often"), [required(N_("Please choose how often."))])
    language = SelectField(L_("Language of these emails"))
    zone = SelectField(L_("Time zone"), [required(N_("Please choose the time zone."))])


def notices_form(typed: Any = None, *, chosen: NoticeChoice | None, language: str) -> NoticesForm:
    """`language` is what is proposed to who has chosen none."""
    data = {"language": language, "choice": "daily"}
    if chosen:
        data = {"choice": chosen.choice, "language": chosen.language or language, "zone": chosen.zone}
    form = NoticesForm(typed, data=data)
    form.choice.choices = [(choice.value, name) for choice, name in CHOICE_NAMES.items()]
    form.language.choices = [(code, name_of_language(code, code)) for code in languages()]
    form.zone.choices = zone_choices()
    return form
