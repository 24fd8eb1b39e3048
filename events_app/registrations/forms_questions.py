"""Questions as form fields: those that a person answers, and the desk's form that makes them."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from starlette.datastructures import FormData
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput

from events_app.events.forms import texts_typed
from events_app.events.rules import Mode
from events_app.i18n import L_, N_, choose, languages, translate
from events_app.registrations.answers import (
    HAS_CHOICES,
    KIND_NAMES,
    NO,
    YES,
    Answers,
    Kind,
    asked_of,
    choices_of,
    read_day,
    read_number,
    read_phone,
)
from events_app.registrations.asking import QuestionFacts
from events_app.registrations.forms import MODE_NAMES, ChosenField
from events_app.registrations.models_parts import Question
from events_app.web.forms import (
    Form,
    at_most,
    number_between,
    optional,
    required,
    tidy,
    tidy_line,
    western_digits,
)

ASKED = "asked"
"""The hidden field that names the questions that were on the posted page."""

BLANK_CHOICES = 3


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
        field.choices = _choices_shown(question)
    field.process(typed, _for_field(question, before.get(str(question.id))))
    return field


def _choices_shown(question: Question) -> list[tuple[str, str]]:
    if question.kind == Kind.COUNTRY:
        return [("", translate(N_("Please choose"))), *choices_of(question)]
    if question.kind == Kind.CHOICE and not question.required:
        return [*choices_of(question), ("", translate(N_("No answer")))]
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
    if question.kind == Kind.NUMBER and read_number(typed or ""):
        return float(typed) if "." in typed else int(typed)
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


KEPT_BY_DEFAULT = 30
"""Days after the event."""


@cache
def _builder_class(codes: tuple[str, ...]) -> type[Form]:
    row = type("ChoiceForm", (Form,), {"key": HiddenField(), **_texts(L_("Choice"), "text", 200)})
    members: dict[str, Any] = {
        "kind": SelectField(L_("Kind of answer")),
        **_texts(L_("Question"), "label", 300, needed=N_("Please write the question.")),
        **_texts(L_("Help"), "help", 500),
        "choices": FieldList(FormField(row), L_("Choices"), [_enough_choices]),
        "required": BooleanField(L_("An answer is required")),
        **_texts(L_("Why do you ask?"), "purpose", 300),
        "keep_days": IntegerField(
            L_("Delete the answers so many days after the event"),
            [required(N_("Please write a number of days.")), number_between(1, 3650)],
            description=L_("People see this beside the question."),
        ),
        "only_mode": ChosenField(L_("Who is asked?")),
        "when": SelectMultipleField(
            L_("Ask only after one of these answers"),
            [_of_one_question],
            description=L_("Nothing chosen: everybody is asked."),
        ),
    }
    return type("QuestionForm", (Form,), members)


def _texts(label: Any, name: str, most: int, *, needed: str = "") -> dict[str, Any]:
    """One line per language of the site; `needed` is the refusal when the first one is empty."""
    made = {}
    for number, code in enumerate(languages()):
        checks = [required(needed)] if needed and number == 0 else [optional()]
        made[f"{name}_{code}"] = StringField(
            label, [*checks, at_most(most)], filters=[_line], render_kw={"lang": code}
        )
    return made


def _enough_choices(form: Any, field: Field) -> None:
    filled = [row for row in _rows(field) if texts_typed(row, "text")]
    if form.kind.data in HAS_CHOICES and len(filled) < 2:
        raise ValidationError(translate(N_("Please write at least two choices.")))


def _of_one_question(form: Any, field: Field) -> None:
    if len({value.partition(":")[0] for value in field.data or ()}) > 1:
        raise ValidationError(translate(N_("Please choose answers of one question only.")))


def _rows(field: Any) -> list[Form]:
    return [entry.form for entry in field.entries]


def question_form(
    typed: FormData | None = None,
    *,
    question: Question | None = None,
    kinds: Iterable[str] = tuple(Kind),
    before: Sequence[Question] = (),
    kind: str = Kind.TEXT,
) -> Any:
    """The desk's form for one question. `kinds` it may have; `before`: the questions whose answers may call it up."""
    data = _data_of(question) if question else {"kind": kind, "keep_days": KEPT_BY_DEFAULT, "only_mode": ""}
    form: Any = _builder_class(languages())(typed, data=data)
    form.kind.choices = [(each, KIND_NAMES[each]) for each in kinds]
    form.only_mode.choices = [
        ("", L_("Everybody")),
        (Mode.IN_PERSON.value, L_("Only people who take part in person")),
        (Mode.ONLINE.value, L_("Only people who take part online")),
    ]
    form.when.choices = [
        (f"{each.id}:{value}", words) for each in before for value, words in choices_of(each)
    ]
    if form.kind.data in HAS_CHOICES and (typed is None or not form.choices.entries):
        add_choices(form)
    return form


def _data_of(question: Question) -> dict[str, Any]:
    data = {name: getattr(question, name) for name in ("kind", "required", "keep_days", "only_mode")}
    for name in ("label", "help", "purpose"):
        data |= {f"{name}_{code}": text for code, text in getattr(question, name).items()}
    data["choices"] = [
        {"key": each["key"]} | {f"text_{code}": text for code, text in each["text"].items()}
        for each in question.choices
        if not each.get("retired")
    ]
    data["when"] = [f"{question.when_question_id}:{value}" for value in question.when_values]
    return data


def add_choices(form: Any) -> None:
    """A few blank rows more."""
    for _each in range(BLANK_CHOICES):
        form.choices.append_entry()


def lift_choice(form: Any, number: int) -> None:
    """Put the choice of that number before the one above it; its key goes with it."""
    rows = [entry.data for entry in form.choices.entries]
    if 0 < number < len(rows):
        rows[number - 1], rows[number] = rows[number], rows[number - 1]
    form.choices.process(None, rows)


def question_facts(form: Any, *, question: Question | None = None) -> QuestionFacts:
    """What the valid form says. A choice that was there keeps its key, so that answers keep their meaning."""
    question_id, values = _condition(form.when.data or ())
    return QuestionFacts(
        kind=form.kind.data,
        label=texts_typed(form, "label"),
        help=texts_typed(form, "help"),
        purpose=texts_typed(form, "purpose"),
        choices=_choices(form, question) if form.kind.data in HAS_CHOICES else (),
        required=bool(form.required.data),
        only_mode=form.only_mode.data or "",
        when_question_id=question_id,
        when_values=values,
        audience=question.audience if question else "organizers",
        keep_days=form.keep_days.data,
    )


def _condition(chosen: Sequence[str]) -> tuple[uuid.UUID | None, list[str]]:
    values = [value.partition(":")[2] for value in chosen]
    return (uuid.UUID(chosen[0].partition(":")[0]), values) if chosen else (None, [])


def _choices(form: Any, question: Question | None) -> list[dict[str, Any]]:
    there = {each["key"] for each in question.choices} if question else set()
    fresh = (key for number in count(1) if (key := f"c{number}") not in there)
    chosen, used = [], set[str]()
    for row in _rows(form.choices):
        text = texts_typed(row, "text")
        if not text:
            continue
        typed = row["key"].data or ""
        key = typed if typed in there - used else next(fresh)
        used.add(key)
        chosen.append({"key": key, "text": text})
    return chosen
