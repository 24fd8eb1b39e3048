"""The short form of a new event: the fields in sight are typed, all the others as they are proposed."""

from typing import Any, Final

from starlette.datastructures import FormData
from wtforms import SelectField

from events_app.calendar.cities import cities_called, in_words
from events_app.events.forms.event import Choices, event_form
from events_app.events.forms.fields import EventFields
from events_app.events.forms.sections import completed_beside
from events_app.i18n import L_, N_, choose, translate
from events_app.making.reading import Around
from events_app.web.forms import Form, tidy_line

IN_SIGHT: Final = frozenset(
    {
        "title", "conference", "starts_on", "starts_time", "ends_time", "ends_on", "all_day", "starts_fold",
        "ends_fold", "zone", "modes", "place", "room", "join_link", "capacity_in_person", "capacity_online",
    }
)  # fmt: skip


class HostForm(Form):
    """Whose event it is, where the house knows several organizations."""

    host = SelectField(L_("Host"), description=L_("Others can be added later, under Programme."))


def host_form(around: Around, typed: Any = None) -> HostForm:
    form = HostForm(typed)
    form.host.choices = [(str(each.id), choose(each.name)) for each in around.hosts]
    return form


def short_form(around: Around, typed: FormData | None = None, *, data: Any = None) -> EventFields:
    """The event's form with what a script needs to know of conferences and rooms."""
    choices = choices_of(around)
    if typed is not None:
        typed = completed_beside(typed, event_form(choices=choices), IN_SIGHT)
    form = event_form(typed, choices=choices, data=data)
    form.conference.choices = [
        ("", translate(N_("None"))),
        *((value, label, _given(around, conference=value)) for value, label in choices.conferences),
    ]
    form.room.choices = [
        ("", translate(N_("No room chosen"))),
        *((value, label, _given(around, room=value)) for value, label in choices.rooms),
    ]
    return form


def choices_of(around: Around) -> Choices:
    return Choices.among(around.conferences, around.rooms)


def _given(around: Around, *, room: str = "", conference: str = "") -> dict[str, str]:
    """What follows from a choice, for the script that fills it in at once."""
    zone, day = around.zone_there(room, conference), around.first_day(conference)
    said = {"data-zone": zone, "data-day": f"{day}" if day else ""}
    return {name: value for name, value in said.items() if value}


def with_zone_there(typed: FormData, around: Around) -> FormData:
    """As it was typed; but where the zone still is the proposed one, it is that of the room or the conference."""
    there = around.zone_there(str(typed.get("room", "")), str(typed.get("conference", "")))
    zone, given = (tidy_line(str(typed.get(name, ""))) for name in ("zone", "zone_given"))
    if not there or (zone and not _is_same(zone, given)):
        return typed
    kept = [(name, value) for name, value in typed.multi_items() if name not in ("zone", "zone_given")]
    return FormData([*kept, ("zone", there), ("zone_given", in_words(there))])


def _is_same(zone: str, given: str) -> bool:
    return (
        zone == given
        or [each.zone for each in cities_called(zone)] == [each.zone for each in cities_called(given)] != []
    )
