"""The forms of an import: the list itself, and what each of its columns means."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wtforms import FieldList, FileField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.folding import folded
from events_app.i18n import L_, N_, choose, current_language, languages, name_of_language, translate
from events_app.imports.encodings import ENCODINGS
from events_app.imports.tables import Listing, role_of
from events_app.questions.models import Question
from events_app.web.forms import (
    Form,
    at_most,
    number_between,
    optional,
)

MOST_PASTED: Final = 2_000_000

TARGETS: Final[Mapping[str, str]] = {
    "out": L_("Leave this column out"),
    "name": L_("Name"),
    "given": L_("First name"),
    "family": L_("Family name"),
    "address": L_("E-mail"),
    "language": L_("Language of the letters"),
    "mode": L_("Takes part"),
    "needs": L_("Access needs"),
    "state": L_("Cancelled or not"),
}


def _one_of_two(form: Form, field: Field) -> None:
    """Leaves the word “optional” out beside the label: one of the two is needed. Who reads the list checks that."""


_one_of_two.field_flags = {"either": True}  # type: ignore[attr-defined]


class UploadForm(Form):
    """A file, or what was copied out of a sheet."""

    file = FileField(
        L_("File"),
        [_one_of_two],
        description=L_(
            "CSV, XLSX, XLS or ODS, from Excel, LibreOffice, Google Forms, Zoom, Eventbrite or any sheet. "
            "At most 8 MB."
        ),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods"},
    )
    pasted = TextAreaField(
        L_("Or paste the rows here"),
        [_one_of_two, at_most(MOST_PASTED)],
        description=L_("Copy the cells in your sheet, with the line of headings, and paste them."),
        render_kw={"rows": 6, "dir": "auto", "spellcheck": "false"},
    )


class ColumnsForm(Form):
    """How a list is read: its letters, its heading, its columns, and what holds where a cell is empty."""

    encoding = SelectField(
        L_("Letters are written as"),
        [optional()],
        description=L_("If names look like nonsense, change this."),
    )
    heading = IntegerField(
        L_("Row with the headings"),
        [optional(), number_between(0, 1_000_000)],
        description=L_("0 if the list begins with people at once."),
    )
    columns = FieldList(SelectField(), L_("What the columns hold"))
    language = SelectField(L_("Language, where the list does not say"))
    mode = SelectField(L_("Takes part, where the list does not say"))
    places = RadioField(L_("If there are not enough places"))

    def validate_columns(self, columns: Field) -> None:
        chosen = [target for target in columns.data if target != "out"]
        twice = [target for target in dict.fromkeys(chosen) if chosen.count(target) > 1]
        if twice:
            raise ValidationError(
                translate(N_("Two columns have the same meaning. Please leave one of them out."))
            )
        if not {"name", "given", "family"} & set(chosen):
            raise ValidationError(translate(N_("Please say which column holds the names.")))


def columns_form(
    typed: Any = None,
    *,
    listing: Listing,
    event: Event,
    questions: Sequence[Question],
    choices: Mapping[str, Any],
) -> ColumnsForm:
    """The form for one list, filled with what was chosen before, or with a guess from the headings."""
    columns = choices.get("columns") or guessed(listing.headings, questions)
    width = len(listing.headings)
    data = {
        "encoding": choices["encoding"],
        "heading": listing.heading,
        "columns": [*columns, *["out"] * width][:width],
        "language": choices.get("language") or current_language(),
        "mode": choices.get("mode") or event.modes[0].value,
        "places": choices.get("places") or "line",
    }
    form = ColumnsForm(typed, data=data)
    for field in (form.heading, form.places):
        field.flags.required = True  # they are always filled; 0 is an answer too
    form.encoding.choices = list(ENCODINGS.items())
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    form.mode.choices = [(mode.value, MODE_NAMES[mode]) for mode in event.modes]
    form.places.choices = [
        ("line", L_("Those at the end of the list wait in line")),
        ("all", L_("Import nobody: everybody needs a place")),
    ]
    asked = [(f"q:{each.id}", choose(each.label)) for each in questions]
    for at, entry in enumerate(form.columns.entries):
        entry.choices = [*TARGETS.items(), *asked]
        entry.label.text = listing.headings[at] if at < width and listing.headings[at] else column_name(at)
    return form


def column_name(at: int) -> str:
    return translate(N_("Column %(number)s"), number=at + 1)


def guessed(headings: Sequence[str], questions: Sequence[Question]) -> list[str]:
    """What each column probably holds, by its heading; no meaning is given twice."""
    asked = {folded(label): f"q:{each.id}" for each in questions for label in each.label.values()}
    found: list[str] = []
    for heading in headings:
        target = asked.get(folded(heading)) or role_of(heading) or "out"
        if target in found or (target in {"given", "family"} and "name" in found):
            target = "out"
        found.append(target)
    return found
