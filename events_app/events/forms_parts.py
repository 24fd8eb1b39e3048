"""The desk's forms for what events are made of: organizations, conferences, venues, and an event's programme."""

import re
from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.events.forms import texts_typed
from events_app.events.forms_times import plausible, zone_choices
from events_app.events.models import AgendaItem, Conference, EventHost, Organization, Speaker, Venue
from events_app.events.rules import (
    AgendaFacts,
    HostFacts,
    HostRole,
    ProgrammeFacts,
    SpeakerFacts,
    SpeakerRole,
)
from events_app.i18n import L_, N_, choose, current_language, languages, name_of_language, translate
from events_app.web.forms import (
    Form,
    a_web_address,
    at_most,
    in_one_language,
    number_between,
    optional,
    required,
    tidy,
    tidy_line,
    tidy_web_address,
)

HOST_ROLES = {
    HostRole.HOST: L_("Host"),
    HostRole.CO_HOST: L_("Co-host"),
    HostRole.SUPPORTER: L_("Supported by"),
}
SPEAKER_ROLES = {SpeakerRole.SPEAKER: L_("Speaker"), SpeakerRole.MODERATOR: L_("Moderator")}


def text_fields(
    label: Any, name: str, most: int, *, long: bool = False, needed: str = ""
) -> dict[str, Field]:
    """One field per language of the site: name_en, name_ar; `needed` is the refusal when all of them are empty."""
    made: dict[str, Field] = {}
    for code in languages():
        kind, tidied = (TextAreaField, tidy) if long else (StringField, tidy_line)
        checks = [in_one_language(name, needed)] if needed else [optional()]
        made[f"{name}_{code}"] = kind(
            label, [*checks, at_most(most)], filters=[tidied], render_kw={"lang": code, "dir": "auto"}
        )
    return made


def _field(form: Form, name: str) -> Any:
    """A field by name; which kind it is, the form's class knows."""
    return form[name]


def _link(label: Any) -> URLField:
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
        "link": _link(L_("Website")),
        "ours": BooleanField(
            L_("This is us"), description=L_("New events start with our own organization as host.")
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


@cache
def _conference_class(codes: tuple[str, ...]) -> type[Form]:
    members = {
        **text_fields(L_("Name"), "name", 200, needed=N_("Please write the conference's name.")),
        "edition": StringField(
            L_("Edition"), [at_most(80)], filters=[tidy_line], description=L_("Such as IX, or 2027.")
        ),
        "starts_on": DateField(L_("First day"), [required(N_("Please choose the first day.")), plausible]),
        "ends_on": DateField(L_("Last day"), [required(N_("Please choose the last day.")), plausible]),
        "zone": SelectField(L_("Time zone"), [required(N_("Please choose the time zone."))]),
        "link": _link(L_("Website")),
        "ours": BooleanField(L_("It is our own conference")),
        **text_fields(L_("About"), "about", 2000, long=True),
        "validate_ends_on": _not_before_the_first_day,
    }
    return type("ConferenceForm", (Form,), members)


def _not_before_the_first_day(form: Any, typed: Field) -> None:
    if form.starts_on.data and typed.data and typed.data < form.starts_on.data:
        raise ValidationError(translate(N_("The last day lies before the first.")))


def conference_form(typed: Any = None, *, conference: Conference | None = None) -> Form:
    data: dict[str, Any] = {}
    if conference:
        data = {
            name: getattr(conference, name)
            for name in ("edition", "starts_on", "ends_on", "zone", "link", "ours")
        }
        for name in ("name", "about"):
            data |= {f"{name}_{code}": text for code, text in getattr(conference, name).items()}
    form = _conference_class(languages())(typed, data=data)
    _field(form, "zone").choices = zone_choices()
    return form


def conference_values(form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name].data or "" for name in ("edition", "zone", "link")}
    values |= {name: form[name].data for name in ("starts_on", "ends_on")}
    return {
        **values,
        "ours": bool(form["ours"].data),
        "name": texts_typed(form, "name"),
        "about": texts_typed(form, "about"),
    }


@cache
def _venue_class(codes: tuple[str, ...]) -> type[Form]:
    room = type(
        "RoomForm",
        (Form,),
        {
            **text_fields(L_("Room"), "name", 160),
            "seats": IntegerField(L_("Seats"), [optional(), number_between(1, 100_000)]),
            "step_free": BooleanField(L_("Step-free")),
        },
    )
    members = {
        **text_fields(L_("Name"), "name", 160, needed=N_("Please write the venue's name.")),
        **text_fields(L_("Street and number"), "address", 300),
        "city": StringField(L_("City"), [at_most(120)], filters=[tidy_line]),
        "zone": SelectField(L_("Time zone"), [required(N_("Please choose the time zone."))]),
        **text_fields(L_("Accessibility"), "accessibility", 600, long=True),
        "rooms": FieldList(FormField(room), L_("Rooms")),
    }
    return type("VenueForm", (Form,), members)


def venue_form(typed: Any = None, *, venue: Venue | None = None, rooms: list[Any] | None = None) -> Form:
    data: dict[str, Any] = {}
    if venue:
        data = {"city": venue.city, "zone": venue.zone}
        for name in ("name", "address", "accessibility"):
            data |= {f"{name}_{code}": text for code, text in getattr(venue, name).items()}
    data["rooms"] = [
        {"seats": room.seats, "step_free": room.step_free}
        | {f"name_{code}": text for code, text in room.name.items()}
        for room in rooms or []
    ]
    form = _venue_class(languages())(typed, data=data)
    _field(form, "zone").choices = zone_choices()
    return form


def venue_values(form: Form) -> dict[str, Any]:
    texts = {name: texts_typed(form, name) for name in ("name", "address", "accessibility")}
    return {**texts, "city": form["city"].data or "", "zone": form["zone"].data}


def room_values(form: Form) -> list[dict[str, Any]]:
    rows = [entry.form for entry in _field(form, "rooms").entries]
    return [
        {
            "name": texts_typed(row, "name"),
            "seats": row["seats"].data,
            "step_free": bool(row["step_free"].data),
        }
        for row in rows
        if texts_typed(row, "name")
    ]


FIRST_ROWS = {"hosts": 1, "speakers": 1, "agenda": 2, "rooms": 2}
"""Blank rows when a page opens: few, so that a phone shows what is there; 'More rows' adds MORE_ROWS at once."""
MORE_ROWS = 3


@cache
def _programme_class(codes: tuple[str, ...]) -> type[Form]:
    host = type(
        "HostForm",
        (Form,),
        {"organization": SelectField(L_("Organization")), "role": SelectField(L_("Role"))},
    )
    speaker = type(
        "SpeakerForm",
        (Form,),
        {
            **text_fields(L_("Name"), "name", 160),
            **text_fields(L_("Function and organization"), "about", 200),
            "role": SelectField(L_("Role")),
            "confirmed": BooleanField(L_("Confirmed")),
        },
    )
    item = type(
        "AgendaForm",
        (Form,),
        {
            **text_fields(L_("What happens"), "title", 200),
            "minutes": IntegerField(L_("Minutes"), [optional(), number_between(1, 1440)]),
        },
    )
    members: dict[str, Any] = {
        "hosts": FieldList(FormField(host), L_("Hosts, in the order of their logos")),
        "speakers": FieldList(FormField(speaker), L_("Speakers and moderation")),
        "agenda": FieldList(FormField(item), L_("Agenda")),
    }
    return type("ProgrammeForm", (Form,), members)


def programme_form(
    typed: Any = None,
    *,
    organizations: list[Organization],
    hosts: list[EventHost],
    speakers: list[Speaker],
    agenda: list[AgendaItem],
) -> Form:
    """The programme with a few blank rows below each list; without JavaScript, 'More rows' adds others."""
    data = {
        "hosts": [{"organization": str(host.organization_id), "role": host.role} for host in hosts],
        "speakers": [
            {"role": each.role, "confirmed": each.confirmed}
            | {f"name_{code}": text for code, text in each.name.items()}
            | {f"about_{code}": text for code, text in each.about.items()}
            for each in speakers
        ],
        "agenda": [
            {"minutes": item.minutes} | {f"title_{code}": text for code, text in item.title.items()}
            for item in agenda
        ],
    }
    form = _programme_class(languages())(typed, data=data)
    if typed is None:
        add_rows(form)
    give_choices(form, organizations)
    return form


def add_rows(form: Form, *names: str) -> None:
    """Blank rows for the lists of these names; without names, the first ones of every list that the form has."""
    for name in names or (name for name in FIRST_ROWS if name in form):
        for _each in range(MORE_ROWS if names else FIRST_ROWS[name]):
            _field(form, name).append_entry()


def give_choices(form: Form, organizations: list[Organization]) -> None:
    """Fill the choices of every row, also of those that were added after the form was made."""
    named = [("", translate(N_("Nobody"))), *((str(each.id), choose(each.name)) for each in organizations)]
    for entry in _field(form, "hosts").entries:
        entry.form["organization"].choices = named
        entry.form["role"].choices = list(HOST_ROLES.items())
    for entry in _field(form, "speakers").entries:
        entry.form["role"].choices = list(SPEAKER_ROLES.items())


def programme_facts(form: Form) -> ProgrammeFacts:
    """The filled rows, in order; an organization chosen twice counts once, where it stood first."""
    hosts: dict[str, HostFacts] = {}
    for entry in _field(form, "hosts").entries:
        chosen = entry.form["organization"].data
        if chosen and chosen not in hosts:
            hosts[chosen] = HostFacts(chosen, entry.form["role"].data)
    speakers = [
        SpeakerFacts(
            texts_typed(row, "name"), texts_typed(row, "about"), row["role"].data, bool(row["confirmed"].data)
        )
        for row in (entry.form for entry in _field(form, "speakers").entries)
        if texts_typed(row, "name")
    ]
    agenda = [
        AgendaFacts(texts_typed(row, "title"), row["minutes"].data or 0)
        for row in (entry.form for entry in _field(form, "agenda").entries)
        if texts_typed(row, "title")
    ]
    return ProgrammeFacts(list(hosts.values()), speakers, agenda)


def spoken_names(codes: list[str]) -> list[str]:
    return [name_of_language(code, current_language()) for code in codes]
