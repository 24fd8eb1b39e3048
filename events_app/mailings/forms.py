"""The forms of letters to many: to whom and what one says in each language of the site; and an event's reminders."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.directions import isolated
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.i18n import L_, N_, PL_, languages, name_of_language, translate
from events_app.mailings.emails import (
    PLACEHOLDERS,
    Content,
    as_kept,
    placeholder_meant,
    placeholder_words,
    placeholders_of,
    unknown_placeholders,
)
from events_app.mailings.models import Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.people import search
from events_app.registrations.rules import Status
from events_app.texts import Texts
from events_app.web.forms import Form, at_most, number_between, optional, tidy, tidy_line
from events_app.web.texts import texts_typed

MOST_SUBJECT: Final = 150
MOST_BODY: Final = 20_000


def _only_known_placeholders(form: "_MailingForm", field: Field) -> None:
    unknown = unknown_placeholders(field.data or "", form.placeholders)
    words = {key: f"{{{word}}}" for key, word in placeholder_words().items()}
    if unknown and {placeholder_meant(each[1:-1]) for each in unknown} == {"time"}:
        sentence = N_("The event lasts whole days, so %(time)s says nothing here. %(date)s says its days.")
        raise ValidationError(translate(sentence, time=words["time"], date=words["date"]))
    if unknown:
        raise ValidationError(
            translate(
                N_("We do not know %(unknown)s. You can write: %(known)s."),
                unknown=translate(N_(", ")).join(map(isolated, dict.fromkeys(unknown))),
                known=translate(N_(", ")).join(words[key] for key in form.placeholders),
            )
        )


def _one_language(form: Form, field: Field) -> None:
    """Says beside the label that one language is enough; the form itself checks it, for both fields of a language."""


_one_language.field_flags = {"one_language": True}  # type: ignore[attr-defined]


class _MailingForm(Form):
    """Subclasses add `subject_en`, `body_en` and so on. `rest` is what of the query the page has no field for."""

    status = SelectField(L_("Status"), validate_choice=True)
    mode = SelectField(L_("Attendance"))
    language = SelectField(L_("Language"))
    rest = HiddenField()

    placeholders: Sequence[str] = PLACEHOLDERS

    def validate(self, extra_validators: Any = None) -> bool:
        """A language is written when both its fields are; at least one has to be."""
        valid = super().validate(extra_validators)
        begun = [code for code in languages() if self._typed("subject", code) or self._typed("body", code)]
        for code in begun or languages()[:1]:
            for name in ("subject", "body"):
                field = self[f"{name}_{code}"]
                if not field.data and not field.errors:
                    field.errors = [translate(_MISSING[name])]
                    valid = False
        return bool(valid)

    def _typed(self, name: str, code: str) -> str:
        return str(self[f"{name}_{code}"].data or "")

    @property
    def query(self) -> search.Query:
        """Whom the form chooses, with what came from the list."""
        rest = search.read_query(parse_qsl(self.rest.data or ""))
        return replace(
            rest,
            sort=search.SORTS[0],
            status=_chosen(self.status),
            mode=_chosen(self.mode),
            language=_chosen(self.language),
        )

    @property
    def words(self) -> Content:
        """The valid form's content."""
        subject, body = (_kept(texts_typed(self, name)) for name in ("subject", "body"))
        return Content(subject, body, str(self.query))


def _kept(texts: Texts) -> Texts:
    return {code: as_kept(text) for code, text in texts.items()}


_MISSING: Final = {
    "subject": N_("The subject is missing in this language."),
    "body": N_("The email text is missing in this language."),
}


@cache
def _form_class(codes: tuple[str, ...]) -> type[_MailingForm]:
    members: dict[str, Field] = {}
    for code in codes:
        members[f"subject_{code}"] = StringField(
            L_("Subject"),
            [_one_language, at_most(MOST_SUBJECT), _only_known_placeholders],
            filters=[tidy_line],
            render_kw={"lang": code, "dir": "auto", "maxlength": MOST_SUBJECT},
        )
        members[f"body_{code}"] = TextAreaField(
            L_("Email text"),
            [_one_language, at_most(MOST_BODY), _only_known_placeholders],
            filters=[tidy],
            render_kw={"lang": code, "dir": "auto", "maxlength": MOST_BODY, "rows": 12},
        )
    return type("MailingForm", (_MailingForm,), members)


def mailing_form(typed: Any = None, *, event: Event, words: Content | None = None) -> _MailingForm:
    """The form, empty, or filled from `words` (whose query says to whom), or with what was typed."""
    data: dict[str, Any] = {}
    if words:
        asked = search.read_query(parse_qsl(words.query))
        data = {"status": asked.status, "mode": asked.mode, "language": asked.language, "rest": words.query}
        for code in languages():
            data[f"subject_{code}"] = words.shown.subject.get(code, "")
            data[f"body_{code}"] = words.shown.body.get(code, "")
    form = _form_class(languages())(typed, data=data)
    form.placeholders = placeholders_of(event)
    _offer(form.status, STATUS_CHOICES)
    _offer(form.mode, [_ALL, *((mode.value, MODE_NAMES[mode]) for mode in event.modes)])
    _offer(form.language, [_ALL, *((code, name_of_language(code)) for code in languages())])
    return form


def _offer(field: SelectField, choices: Sequence[tuple[str, str]]) -> None:
    """Give the field its choices; what came from an address and is none of them asks for everybody."""
    field.choices = list(choices)
    if field.raw_data is None and field.data not in {value for value, _label in choices}:
        field.data = EVERYBODY


def _chosen(field: SelectField) -> str:
    return "" if field.data == EVERYBODY else str(field.data or "")


EVERYBODY: Final = "all"
_ALL: Final = (EVERYBODY, L_("All"))
STATUS_CHOICES: Final[Sequence[tuple[str, str]]] = [
    (EVERYBODY, L_("Everybody who has a seat or is waiting")),
    (Status.CONFIRMED.value, PL_("registration", "Confirmed")),
    (Status.WAITLISTED.value, L_("On the waiting list")),
    (Status.PENDING.value, L_("Waiting for approval")),
]


BEFORE = {7 * 1440: L_("7 days before"), 1440: L_("1 day before"), 60: L_("1 hour before")}


def reminders_form(typed: Any = None, *, reminders: Sequence[Reminder]) -> Form:
    """Three tick boxes, and a letter after the event with its words in each language."""
    members: dict[str, Any] = {f"before_{minutes}": BooleanField(label) for minutes, label in BEFORE.items()}
    members["after_hours"] = IntegerField(
        L_("Hours after the end"),
        [optional(), number_between(1, 720)],
        description=L_("If you leave this empty, no email is sent after the event."),
        render_kw={"inputmode": "numeric", "min": 1},
    )
    for code in languages():
        members[f"after_{code}"] = TextAreaField(
            L_("Text"), [at_most(4000)], filters=[tidy], render_kw={"lang": code, "dir": "auto"}
        )
    members["validate_after_hours"] = _needs_words
    data: dict[str, Any] = {f"before_{each.minutes}": True for each in reminders if not each.is_after}
    for each in reminders:
        if each.is_after:
            data["after_hours"] = each.minutes // 60
            data |= {f"after_{code}": text for code, text in each.text.items()}
    form: Form = type("RemindersForm", (Form,), members)(typed, data=data)
    return form


def _needs_words(form: Any, hours: Field) -> None:
    if hours.data and not any(form[f"after_{code}"].data for code in languages()):
        raise ValidationError(translate(N_("Please write what the email says, in at least one language.")))


def reminder_facts(form: Form) -> list[ReminderFacts]:
    wanted = [ReminderFacts(minutes, False, {}) for minutes in BEFORE if form[f"before_{minutes}"].data]
    if form["after_hours"].data:
        texts = {code: form[f"after_{code}"].data for code in languages() if form[f"after_{code}"].data}
        wanted.append(ReminderFacts(form["after_hours"].data * 60, True, texts))
    return wanted
