"""The desk's form for an event: typed text becomes frozen facts, or every error at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Field

from events_app.conferences.models import Conference
from events_app.directory.forms.times import as_wall
from events_app.directory.models import Room
from events_app.events.forms.fields import OWN_TEXTS, SPOKEN, EventFields
from events_app.events.models.event import Event
from events_app.events.rules import MOST_DELETION_DAYS, BlocksTime, Mode, ShowsPlaces, Visibility
from events_app.i18n import (
    L_,
    N_,
    choose,
    current_language,
    languages,
    name_of_language,
    translate,
)
from events_app.rendering import MOST_MARKDOWN
from events_app.web.forms import (
    at_most,
    in_one_language,
    number_between,
    optional,
    tidy,
    tidy_line,
)
from events_app.web.texts import MARKDOWN


@cache
def _form_class(codes: tuple[str, ...]) -> type[EventFields]:
    members: dict[str, Any] = {
        "deletion_days": IntegerField(
            L_("Days after the event until everything about its people is deleted"),
            [optional(), number_between(0, MOST_DELETION_DAYS)],
            description=L_(
                "People are told so when they register. Names, addresses, answers and emails are "
                "deleted; totals remain. If you leave this empty: 30 days."
            ),
            render_kw={"inputmode": "numeric", "min": 0, "max": MOST_DELETION_DAYS},
        ),
        "tells_deletion": BooleanField(L_("Notify the people who registered that it is put off")),
    }
    for name, (kind, label, most, description) in TEXT_FIELDS.items():
        for code in codes:
            members[f"{name}_{code}"] = kind(
                label,
                [*NEEDED.get(name, ()), at_most(most)],
                filters=[tidy_line if kind is StringField else tidy],
                description=description,
                render_kw={"lang": code, "dir": "auto", "maxlength": most, **ROWS.get(name, {})},
            )
    return type("EventForm", (EventFields,), members)


@dataclass(frozen=True)
class Choices:
    """What the event form can choose from, read by the page: (value, label) pairs."""

    conferences: Sequence[tuple[str, str]]
    rooms: Sequence[tuple[str, str]]

    @classmethod
    def among(cls, conferences: Iterable[Conference], rooms: Iterable[Room]) -> "Choices":
        """`rooms` with their venues."""
        return cls(
            [(str(each.id), f"{choose(each.name)} {each.edition}".strip()) for each in conferences],
            [(str(each.id), f"{choose(each.venue.name)}: {choose(each.name)}") for each in rooms],
        )


def event_form(
    typed: Any = None, *, event: Event | None = None, choices: Choices, data: Any = None
) -> EventFields:
    """The form for a new event, or filled from `event`; `typed` is what was posted."""
    form = _form_class(languages())(
        typed, data={**_defaults(), **(event_data(event) if event else {}), **(data or {})}
    )
    form.conference.choices = [("", translate(N_("None"))), *choices.conferences]
    form.room.choices = [("", translate(N_("No room chosen"))), *choices.rooms]
    form.blocks_time.choices = [
        (BlocksTime.BY_LENGTH.value, translate(N_("One day shows as busy, several as free"))),
        (BlocksTime.YES.value, translate(N_("Show as busy"))),
        (BlocksTime.NO.value, translate(N_("Show as free"))),
    ]
    form.modes.choices = [(Mode.IN_PERSON.value, L_("In person")), (Mode.ONLINE.value, L_("Online"))]
    spoken = dict.fromkeys((*languages(), *SPOKEN))
    form.spoken.choices = [(code, name_of_language(code, current_language())) for code in spoken]
    form.visibility.choices = [
        (
            Visibility.PUBLIC.value,
            translate(N_("Everybody: it is on the home page, in the programme and in feeds")),
        ),
        (Visibility.UNLISTED.value, translate(N_("Only people who have the link"))),
    ]
    form.shows_places.choices = [
        (ShowsPlaces.EXACT.value, translate(N_("The number, counted every quarter of an hour"))),
        (ShowsPlaces.FEW.value, translate(N_("Only when few are left"))),
        (ShowsPlaces.HIDDEN.value, translate(N_("Not at all"))),
    ]
    for fold in (form.starts_fold, form.ends_fold):
        fold.choices = []
    return form


RULE_FIELDS = (
    "keeps_waitlist", "offers_places", "offer_hours", "needs_approval", "invitation_only",
    "confirms_address", "confirm_hours", "shows_places", "most_guests", "sends_holds",
    "deletion_days",
)  # fmt: skip


def _defaults() -> dict[str, Any]:
    return {
        "modes": [Mode.IN_PERSON.value],
        "keeps_waitlist": True,
        "offer_hours": 24,
        "confirm_hours": 24,
        "shows_places": ShowsPlaces.FEW.value,  # numbers tell who is registered (docs/safety.md)
        "most_guests": 0,
        "deletion_days": 30,
        "visibility": Visibility.PUBLIC.value,
        "zone": "",
        "blocks_time": BlocksTime.BY_LENGTH.value,
        "conference": "",
        "room": "",
    }


def event_data(event: Event) -> dict[str, Any]:
    """An event as the form shows it. The online link and the consent text come from elsewhere (`data`)."""
    data: dict[str, Any] = {
        "slug": event.slug,
        "conference": str(event.conference_id or ""),
        "room": str(event.room_id or ""),
        "starts_on": date.fromisoformat(event.starts_wall[:10]),
        "starts_time": event.starts_wall[11:],
        "ends_time": event.ends_wall[11:],
        "ends_on": date.fromisoformat(event.ends_wall[:10])
        if event.ends_wall[:10] != event.starts_wall[:10]
        else None,
        "zone": event.zone,
        "all_day": event.all_day,
        "blocks_time": event.blocks_time,
        "starts_fold": str(event.starts_fold) if event.starts_fold else None,
        "ends_fold": str(event.ends_fold) if event.ends_fold else None,
        "modes": [mode.value for mode in event.modes],
        "capacity_in_person": event.capacity_in_person,
        "capacity_online": event.capacity_online,
        **{name: getattr(event, name) for name in RULE_FIELDS},
        "spoken": event.languages,
        "visibility": event.visibility,
        "opens": as_wall(event.opens_at, event.zone),
        "closes": as_wall(event.closes_at, event.zone),
    }
    for name in OWN_TEXTS:
        data |= {f"{name}_{code}": text for code, text in getattr(event, name).items()}
    return data


TEXT_FIELDS: Mapping[str, tuple[type[Field], Any, int, Any]] = {
    "title": (StringField, L_("Title"), 200, ""),
    "summary": (TextAreaField, L_("In one or two sentences"), 400, L_("Shown in lists and in the calendar.")),
    "description": (
        TextAreaField,
        L_("Description"),
        MOST_MARKDOWN,
        L_(
            "An empty line begins a paragraph. A line that begins with - becomes a point of a list, "
            "**words** become bold."
        ),
    ),
    "track": (StringField, L_("Theme or track"), 80, ""),
    "place": (
        StringField,
        L_("Place"),
        300,
        L_("Room, building, street, city, country, as a calendar should show it."),
    ),
    "interpretation": (StringField, L_("Interpretation"), 200, L_("Such as: English and Arabic, spoken.")),
    "accessibility": (
        TextAreaField,
        L_("Accessibility"),
        600,
        L_("Step-free access, hearing loop, sign language, lighting."),
    ),
    "consent": (
        TextAreaField,
        L_("Consent text"),
        2000,
        L_("What people agree to when they register. If you leave this empty, nothing is asked."),
    ),
}


ROWS: Mapping[str, Mapping[str, Any]] = {
    "summary": {"rows": 2},
    "description": {"rows": 8, **MARKDOWN},
    "accessibility": {"rows": 3},
}


NEEDED = {"title": [in_one_language("title", N_("Please give the event a title in at least one language."))]}
