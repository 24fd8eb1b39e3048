"""The desk's forms for quotas and for invitations."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.addresses import kept
from events_app.directions import isolated
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.i18n import L_, N_, current_language, languages, name_of_language, translate
from events_app.invitations.rules import MOST_IN_A_BATCH, Invitee, QuotaFacts
from events_app.registrations.models import Quota
from events_app.web.forms import (
    Form,
    address_in,
    at_most,
    number_between,
    optional,
    required,
    tidy,
    tidy_line,
)
from events_app.web.seen import mark_of


def _named(form: Any, name: Field) -> None:
    """Places for nobody were meant for somebody, and are never left out without a word."""
    if not name.data and form.places.data and not form.id.data:
        raise ValidationError(translate(N_("Please write for whom these seats are.")))


class QuotaForm(Form):
    """A partner's places; an empty row is left out."""

    id = HiddenField()
    name = StringField(L_("For whom"), [_named, at_most(120)], filters=[tidy_line])
    mode = SelectField(L_("Attendance"))
    places = IntegerField(L_("Seats"), [optional(), number_between(0, 100_000)])


class QuotasForm(Form):
    """Of one way of taking part no two quotas have the same name."""

    quotas = FieldList(FormField(QuotaForm), L_("Reserved seats"))

    def validate(self, extra_validators: Any = None) -> bool:
        rows = [entry.form for entry in self.quotas.entries if entry.form.name.data]
        for number, row in enumerate(rows):
            earlier = {(each.mode.data, each.name.data) for each in rows[:number]}
            if (row.mode.data, row.name.data) in earlier:
                row.name.process_errors = [
                    translate(N_("Another row has this name. Please choose a different one."))
                ]
        return super().validate(extra_validators)


def quotas_form(typed: Any = None, *, event: Event, quotas: Sequence[Quota]) -> QuotasForm:
    rows = [
        {"id": str(each.id), "name": each.name, "mode": each.mode, "places": each.places} for each in quotas
    ]
    form = QuotasForm(typed, data={"quotas": rows})
    return _with_choices(form, event)


def opened_quotas(event: Event, quotas: Sequence[Quota]) -> QuotasForm:
    """The form as it is opened: with two blank rows below, for new quotas."""
    form = quotas_form(event=event, quotas=quotas)
    form.seen = mark_of(form)
    form.quotas.append_entry()
    form.quotas.append_entry()
    return _with_choices(form, event)


def _with_choices(form: QuotasForm, event: Event) -> QuotasForm:
    for entry in form.quotas.entries:
        entry.form.mode.choices = [(mode.value, MODE_NAMES[mode]) for mode in event.modes]
    return form


def quota_facts(form: QuotasForm) -> list[QuotaFacts]:
    rows = [entry.form for entry in form.quotas.entries]
    return [
        QuotaFacts(row.id.data or "", row.name.data, row.mode.data, row.places.data or 0)
        for row in rows
        if row.name.data
    ]


class InvitationForm(Form):
    batch = StringField(
        L_("Name of this group of codes"),
        [required(N_("Please give this group of codes a name, such as: Partners.")), at_most(120)],
        filters=[tidy_line],
    )
    purpose = RadioField(L_("What a code does"), [required()])
    quota = SelectField(L_("Counts towards"))
    people = TextAreaField(
        L_("For whom"),
        [at_most(60_000)],
        filters=[tidy],
        description=L_(
            "One person per line, such as: Salma Haddad <salma@example.org>. "
            "If you leave this empty, you get codes without a name."
        ),
        render_kw={"rows": 6, "dir": "auto"},
    )
    number = IntegerField(
        L_("Or this many codes without a name"),
        [optional(), number_between(1, MOST_IN_A_BATCH)],
        render_kw={"min": 1},
    )
    language = SelectField(L_("Language of the emails"))
    is_bound = BooleanField(L_("Each code works only for the address it is sent to"))

    invitees: list[Invitee]
    twice: list[str]
    """Addresses that were named before: they get one code all the same."""

    def validate_people(self, people: Field) -> None:
        self.invitees, self.twice, wrong = [], [], []
        there = set[str]()
        for line in filter(str.strip, (people.data or "").splitlines()):
            invitee = _invitee_in(line, self.language.data or "")
            if invitee is None:
                wrong.append(line.strip()[:60])
            elif (compared := kept(invitee.address).compared) in there:
                self.twice.append(invitee.address)
            else:
                there.add(compared)
                self.invitees.append(invitee)
        self._refuse(wrong)

    def _refuse(self, wrong: Sequence[str]) -> None:
        if len(self.invitees) > MOST_IN_A_BATCH:
            too_many = N_(
                "%(named)s people are named, and one group of codes has room for %(most)s. Nothing was "
                "created: please remove %(more)s, and create a second group for them."
            )
            more = len(self.invitees) - MOST_IN_A_BATCH
            raise ValidationError(
                translate(too_many, named=len(self.invitees), most=MOST_IN_A_BATCH, more=more)
            )
        if wrong:
            raise ValidationError(
                translate(
                    N_(
                        "These lines do not name one person with an email address that we "
                        "understand: %(lines)s"
                    ),
                    lines=" | ".join(map(isolated, wrong[:5])),
                )
            )

    def validate_number(self, number: Field) -> None:
        if not number.data and not (self.people.data or "").strip():
            raise ValidationError(translate(N_("Please name people, or say how many codes you need.")))


def _invitee_in(line: str, language: str) -> Invitee | None:
    """The one person of a line; None where it names none, or several, of whom all but one would be lost."""
    found = (
        re.fullmatch(r"\s*(.*?)[\s,;<]*([^\s<>,;]+@[^\s<>,;]+)\s*>?\s*", line) if len(line) <= 500 else None
    )
    address = address_in(found[2]) if found else None
    if found is None or address is None or "@" in found[1]:
        return None
    return Invitee(found[1].strip(" \"'")[:120], address, language)


def invitation_form(typed: Any = None, *, quotas: Sequence[Quota]) -> InvitationForm:
    form = InvitationForm(typed)
    form.purpose.choices = [
        ("open", translate(N_("One registration"))),
        ("jump", translate(N_("One registration, and skips the waiting list"))),
    ]
    form.quota.choices = [
        ("", translate(N_("General seats"))),
        *((str(each.id), each.name) for each in quotas),
    ]
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    if typed is None:
        form.purpose.data, form.language.data, form.is_bound.data = "open", current_language(), True
    return form
