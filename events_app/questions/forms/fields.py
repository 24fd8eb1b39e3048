"""An event's own questions as fields of a form, and what the fields hold as answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from wtforms import (
    BooleanField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput

from events_app.events.rules import MODE_NAMES, Mode
from events_app.i18n import L_, N_, choose, translate
from events_app.questions.answers import asked_of
from events_app.questions.models import Question
from events_app.questions.rules import (
    HAS_CHOICES,
    NO,
    YES,
    Answers,
    Kind,
    number_of,
    read_day,
    read_number,
    read_phone,
)
from events_app.questions.wording import choices_of, gone_choices
from events_app.texts import western_digits
from events_app.web.forms import (
    ChosenField,
    Form,
    at_most,
    optional,
    required,
    tidy,
    tidy_line,
)

ASKED = "asked"
"""The hidden field that names the questions that were on the posted page."""


def name_of(question: Question) -> str:
    return f"q_{question.id.hex}"


@dataclass(frozen=True)
class Shown:
    """One question on the page. Not `asked`: it lies hidden and switched off until the script sees that its
    condition is met; without script the next page asks it. `new`: the page before did not have it."""

    question: Question
    field: Field
    asked: bool
    new: bool = False


@dataclass(frozen=True)
class Asking:
    """The questions of a form, as far as they concern this person."""

    shown: Sequence[Shown]

    @property
    def now(self) -> list[Shown]:
        return [each for each in self.shown if each.asked and not each.new]

    @property
    def new(self) -> list[Shown]:
        """Questions that what was typed has called up, and that the page did not have: they are asked next."""
        return [each for each in self.shown if each.new]

    @property
    def old(self) -> list[Shown]:
        """All others in their order: what the page had, and what lies hidden in it for the script."""
        return [each for each in self.shown if not each.new]

    def lacks(self, answers: Answers) -> bool:
        """Whether a question that must be answered is not, because it is new or somebody else filled in the form."""
        asked = [each.question for each in self.shown if each.asked]
        return any(question.required and str(question.id) not in answers for question in asked)

    def answers(self) -> dict[str, Any]:
        """What was answered, as `answers.Answers` keeps it. Valid fields only."""
        said = {str(each.question.id): value_of(each.question, each.field) for each in self.now}
        return {key: answer for key, answer in said.items() if answer is not None}


def ask(
    form: Form,
    questions: Sequence[Question],
    *,
    mode: str,
    typed: FormData | None = None,
    answers: Answers | None = None,
) -> Asking:
    """Put the questions into the form that are asked now, filled with what was typed, or answered before.

    Only questions that were on the posted page become fields of `form`, so that its validation speaks of nothing
    that nobody has seen.
    """
    before = answers or {}
    fields = {question.id: _bound(form, question, before, typed) for question in questions}
    said = {str(each.id): value_of(each, fields[each.id]) for each in questions}
    asked = {each.id for each in asked_of(questions, mode=mode, answers=said)}
    posted = set(typed.getlist(ASKED)) if typed is not None else set()
    shown = []
    for question in questions:
        name = name_of(question)
        new = typed is not None and name not in posted and name not in typed
        if question.id not in asked:
            if "mode" in form or question.only_mode in ("", mode):
                shown.append(Shown(question, _bound(form, question, before, None), asked=False))
            continue
        shown.append(Shown(question, fields[question.id], asked=True, new=new))
        if not new:
            form._fields[name] = fields[question.id]
    return Asking(shown)


def _bound(form: Form, question: Question, before: Answers, typed: FormData | None) -> Field:
    unbound = _MAKERS[Kind(question.kind)](question)
    field: Field = form.meta.bind_field(form, unbound, {"name": name_of(question), "prefix": ""})
    if isinstance(field, SelectField):
        field.choices = _choices_shown(question, before.get(str(question.id)))
    field.process(typed, _for_field(question, before.get(str(question.id))))
    return field


def _choices_shown(question: Question, answer: Any) -> list[tuple[str, str]]:
    """What may be chosen, and what this person chose while it was offered: an answer lives until they change it."""
    if question.kind in HAS_CHOICES:
        still = [*choices_of(question), *gone_choices(question, answer)]
        is_free = question.kind == Kind.CHOICE and not question.required
        return [*still, ("", translate(N_("No answer")))] if is_free else still
    if question.kind == Kind.COUNTRY:
        return [("", translate(N_("Please choose"))), *choices_of(question)]
    return choices_of(question)


def _for_field(question: Question, answer: Any) -> Any:
    """An answer as its field holds it; what does not fit the kind is as if not answered."""
    if question.kind == Kind.YES_NO:
        if not question.required:
            return answer is True
        return {True: YES, False: NO}.get(answer, "") if isinstance(answer, bool) else ""
    if question.kind in {Kind.CHOICES, Kind.LANGUAGES}:
        return answer if isinstance(answer, list) else []
    return str(answer) if isinstance(answer, str | int | float) else ""


def value_of(question: Question, field: Field) -> Any:
    """What a field holds as an answer; None for none."""
    typed = field.data
    if question.kind == Kind.YES_NO:
        return {YES: True, NO: False}.get(typed) if question.required else bool(typed)
    if question.kind in {Kind.CHOICES, Kind.LANGUAGES}:
        return list(dict.fromkeys(typed or ())) or None
    if question.kind == Kind.NUMBER and isinstance(number := number_of(typed or ""), int | float):
        return number
    return typed or None


class ListedField(SelectField):
    """A choice from a long list; where nothing was chosen, only `required` speaks."""

    def pre_validate(self, form: Any) -> None:
        if self.data:
            super().pre_validate(form)


def _line(typed: Any) -> str:
    return tidy_line(typed) if isinstance(typed, str) else ""


def _block(typed: Any) -> str:
    return tidy(typed) if isinstance(typed, str) else ""


def _checks(question: Question, *more: Any) -> list[Any]:
    return [required() if question.required else optional(), *more]


def _text(question: Question) -> Any:
    return StringField(choose(question.label), _checks(question, at_most(200)), filters=[_line])


def _long(question: Question) -> Any:
    return TextAreaField(
        choose(question.label), _checks(question, at_most(2000)), filters=[_block], render_kw={"rows": 4}
    )


def _choice(question: Question) -> Any:
    checks = [required(N_("Please choose an answer."))] if question.required else []
    return ChosenField(choose(question.label), checks)


def _several(question: Question) -> Any:
    checks = [required(N_("Please choose at least one."))] if question.required else []
    return SelectMultipleField(choose(question.label), checks)


def _yes_no(question: Question) -> Any:
    """Where an answer is required, both are there to choose; else a box to tick, and no tick means no."""
    return _choice(question) if question.required else BooleanField(choose(question.label))


def _number(question: Question) -> Any:
    keys = {"inputmode": "decimal", "dir": "ltr", "maxlength": 20}
    return StringField(choose(question.label), _checks(question, _a_number), filters=[_line], render_kw=keys)


def _a_number(form: Any, field: Field) -> None:
    field.data = _read(read_number, field, N_("A number in digits only, please, such as 12 or 2.5."))


def _read(reader: Callable[[str], str | None], field: Field, sentence: str) -> str:
    found = reader(western_digits(field.data))
    if found is None:
        raise ValidationError(translate(sentence))
    return found


def _date(question: Question) -> Any:
    checks = _checks(question, _a_date)
    return StringField(choose(question.label), checks, filters=[_line], widget=DateInput())


def _a_date(form: Any, field: Field) -> None:
    sentence = N_("A date, please, as year, month and day, such as 2026-05-12.")
    field.data = _read(read_day, field, sentence)


def _phone(question: Question) -> Any:
    keys = {"autocomplete": "tel", "inputmode": "tel", "maxlength": 40}
    return TelField(choose(question.label), _checks(question, _a_phone), filters=[_line], render_kw=keys)


def _a_phone(form: Any, field: Field) -> None:
    field.data = _read(read_phone, field, N_("A phone number, please, such as +32 2 555 01 23."))


def _country(question: Question) -> Any:
    checks = [required(N_("Please choose an answer."))] if question.required else []
    return ListedField(choose(question.label), checks, render_kw={"autocomplete": "country"})


_MAKERS: Mapping[Kind, Callable[[Question], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG: _long,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _several,
    Kind.YES_NO: _yes_no,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.PHONE: _phone,
    Kind.COUNTRY: _country,
    Kind.LANGUAGES: _several,
}


class PreviewForm(Form):
    """What decides which questions are asked, to try a form out at the desk."""

    mode = ChosenField(L_("How will you take part?"), [required(N_("Please choose one."))])


def preview_form(typed: FormData | None = None, *, modes: Sequence[Mode]) -> PreviewForm:
    form = PreviewForm(typed)
    form.mode.choices = [(mode.value, MODE_NAMES[mode]) for mode in modes]
    if len(modes) < 2:
        del form.mode
    return form


def mode_typed(form: Any, modes: Sequence[Mode]) -> str:
    """The way of taking part that the form says, or the only one there is; '' while nothing is chosen."""
    return (form.mode.data or "") if "mode" in form else modes[0].value
