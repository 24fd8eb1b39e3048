"""The desk's form that makes a question: its words, its choices, who is asked, how long answers are kept."""

import uuid
from collections.abc import Iterable, Sequence
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
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.events.rules import Mode
from events_app.i18n import L_, N_, languages, translate
from events_app.questions.models import Question
from events_app.questions.rules import HAS_CHOICES, KIND_NAMES, Kind, QuestionFacts
from events_app.questions.wording import choices_of
from events_app.web.forms import ChosenField, Form, number_between, required
from events_app.web.rows import take_focus
from events_app.web.texts import text_fields, texts_typed

BLANK_CHOICES = 3

KEPT_BY_DEFAULT = 30
"""Days after the event."""


@cache
def _builder_class(codes: tuple[str, ...]) -> type[Form]:
    row = type("ChoiceForm", (Form,), {"key": HiddenField(), **text_fields(L_("Choice"), "text", 200)})
    members: dict[str, Any] = {
        "kind": SelectField(L_("Kind of answer")),
        **text_fields(L_("Question"), "label", 300, needed=N_("Please write the question.")),
        **text_fields(L_("Help"), "help", 500),
        "choices": FieldList(FormField(row), L_("Choices"), [_enough_choices]),
        "required": BooleanField(L_("An answer is required")),
        **text_fields(L_("Why do you ask?"), "purpose", 300),
        "keep_days": IntegerField(
            L_("Delete the answers this many days after the event"),
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
    """A few blank rows more, the first of which takes the focus."""
    added = [form.choices.append_entry() for _each in range(BLANK_CHOICES)]
    take_focus(added[0].form)


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
