"""The form in which an organizer says how often they want to hear."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField

from events_app.directory.forms.zones import ZoneField
from events_app.events.models.event import Event
from events_app.i18n import L_, N_, choose, languages, name_of_language
from events_app.notices.models import NoticeChoice
from events_app.notices.rules import CHOICE_NAMES, Choice
from events_app.web.forms import Form, required

AS_ABOVE = ""


class NoticesForm(Form):
    """How often, in which language, and on whose clock; and for single events, how often of these."""

    choice = RadioField(L_("How often"), [required(N_("Please choose how often."))])
    language = SelectField(L_("Language of these emails"))
    zone = ZoneField(L_("Time zone"))
    site = BooleanField(L_("Also email me, once a day at most, when something is wrong with this site"))

    def single(self, events: Sequence[Event]) -> list[tuple[Event, Any]]:
        """The field of each event."""
        return [(event, self[_field_of(event)]) for event in events]

    def by_event(self, events: Sequence[Event]) -> Mapping[str, Choice]:
        """What was chosen for single events, by their ids; the others are as all."""
        chosen = {str(event.id): field.data for event, field in self.single(events)}
        return {event: Choice(choice) for event, choice in chosen.items() if choice != AS_ABOVE}


def _field_of(event: Event) -> str:
    return f"of_{event.id.hex}"


def notices_form(
    typed: Any = None, *, chosen: NoticeChoice | None, events: Sequence[Event], language: str
) -> NoticesForm:
    """`language` is what is proposed to who has chosen none."""
    data: dict[str, Any] = {"language": language, "choice": "daily"}
    if chosen:
        data = {
            "choice": chosen.choice,
            "language": chosen.language or language,
            "zone": chosen.zone,
            "site": chosen.hears_of_site,
        }
        data |= {_field_of(event): chosen.by_event.get(str(event.id), AS_ABOVE) for event in events}
    form = _form_for(events)(typed, data=data)
    names = [(choice.value, name) for choice, name in CHOICE_NAMES.items()]
    form.choice.choices = names
    for _event, field in form.single(events):
        field.choices = [(AS_ABOVE, L_("As chosen above")), *names]
    form.language.choices = [(code, name_of_language(code, code)) for code in languages()]
    return form


def _form_for(events: Sequence[Event]) -> type[NoticesForm]:
    """The form with a field for each event."""
    fields = {_field_of(event): SelectField(choose(event.title), default=AS_ABOVE) for event in events}
    return type("NoticesFormOfEvents", (NoticesForm,), fields)
