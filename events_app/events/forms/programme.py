"""The desk's form for an event's programme: hosts, speakers, agenda, each a list of rows."""

from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
)

from events_app.directory.models import Organization
from events_app.events.models.event import EventHost
from events_app.events.models.panel import AgendaItem, Speaker
from events_app.events.rules import (
    AgendaFacts,
    HostFacts,
    HostRole,
    ProgrammeFacts,
    SpeakerFacts,
    SpeakerRole,
)
from events_app.i18n import L_, N_, PL_, choose, languages, translate
from events_app.web.forms import (
    Form,
    number_between,
    optional,
)
from events_app.web.rows import add_rows, field_of
from events_app.web.texts import text_fields, texts_typed

HOST_ROLES = {
    HostRole.HOST: L_("Host"),
    HostRole.CO_HOST: L_("Co-host"),
    HostRole.SUPPORTER: L_("Supported by"),
}
SPEAKER_ROLES = {SpeakerRole.SPEAKER: L_("Speaker"), SpeakerRole.MODERATOR: L_("Moderator")}


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
            "row": HiddenField(),
            **text_fields(L_("Name"), "name", 160),
            **text_fields(L_("Function and organization"), "about", 200),
            **text_fields(L_("About the person, in two lines"), "biography", 300, long=True),
            "role": SelectField(L_("Role")),
            "confirmed": BooleanField(PL_("host or speaker", "Confirmed")),
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
            {"row": str(each.id), "role": each.role, "confirmed": each.confirmed}
            | {f"name_{code}": text for code, text in each.name.items()}
            | {f"about_{code}": text for code, text in each.about.items()}
            | {f"biography_{code}": text for code, text in each.biography.items()}
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


def give_choices(form: Form, organizations: list[Organization]) -> None:
    """Fill the choices of every row, also of those that were added after the form was made."""
    named = [("", translate(N_("Nobody"))), *((str(each.id), choose(each.name)) for each in organizations)]
    for entry in field_of(form, "hosts").entries:
        entry.form["organization"].choices = named
        entry.form["role"].choices = list(HOST_ROLES.items())
    for entry in field_of(form, "speakers").entries:
        entry.form["role"].choices = list(SPEAKER_ROLES.items())


def programme_facts(form: Form) -> ProgrammeFacts:
    """The filled rows, in order; an organization chosen twice counts once, where it stood first."""
    hosts: dict[str, HostFacts] = {}
    for entry in field_of(form, "hosts").entries:
        chosen = entry.form["organization"].data
        if chosen and chosen not in hosts:
            hosts[chosen] = HostFacts(chosen, entry.form["role"].data)
    speakers = [
        SpeakerFacts(
            texts_typed(row, "name"),
            texts_typed(row, "about"),
            row["role"].data,
            bool(row["confirmed"].data),
            row["row"].data or "",
            biography=texts_typed(row, "biography"),
        )
        for row in (entry.form for entry in field_of(form, "speakers").entries)
        if texts_typed(row, "name")
    ]
    agenda = [
        AgendaFacts(texts_typed(row, "title"), row["minutes"].data or 0)
        for row in (entry.form for entry in field_of(form, "agenda").entries)
        if texts_typed(row, "title")
    ]
    return ProgrammeFacts(list(hosts.values()), speakers, agenda)
