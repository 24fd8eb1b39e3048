"""The forms of an import: the list itself, and what each of its columns means."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wtforms import FieldList, FileField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.addresses import holds_address
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.folding import folded
from events_app.foreign.delimited import DELIMITERS
from events_app.foreign.encodings import ENCODINGS
from events_app.foreign.tables import Listing, may_be_address
from events_app.i18n import (
    L_,
    N_,
    choose,
    current_language,
    languages,
    name_of_language,
    translate,
    use_language,
)
from events_app.imports.rules import LEFT_OUT, state_key, status_meant
from events_app.imports.tables import exact_role_of
from events_app.questions.models import Question
from events_app.questions.wording import distinct
from events_app.registrations.rules import SHEET_COLUMNS, STATUS_NAMES, Status
from events_app.web.forms import (
    Form,
    at_most,
    number_between,
    optional,
)

MOST_PASTED: Final = 2_000_000

TARGETS: Final[Mapping[str, str]] = {
    "out": L_("Ignore this column"),
    "name": L_("Name"),
    "given": L_("First name"),
    "family": L_("Family name"),
    "address": L_("Email address"),
    "language": L_("Language of the emails"),
    "mode": L_("Attendance"),
    "needs": L_("Access needs"),
    "state": L_("Status"),
    "line": L_("Position on the waiting list"),
    "day": L_("Registered on"),
    "party": L_("Comes with: only to see who is registered already"),
}

ASK: Final = "ask"
"""Stands where two columns may have the same meaning: which one has it is the organizer's to say."""

MOST_STATES: Final = 20
"""Different words of a column that says how people stand; one with more says something else."""


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
        description=L_("Copy the cells in your sheet, with the row of headings, and paste them."),
        render_kw={"rows": 6, "dir": "auto", "spellcheck": "false"},
    )


class ColumnsForm(Form):
    """How a list is read: its letters, its heading, its columns, and what holds where a cell is empty."""

    encoding = SelectField(
        L_("Text encoding"),
        [optional()],
        description=L_("If names look like nonsense, change this."),
    )
    delimiter = SelectField(
        L_("Cells are separated by"),
        [optional()],
        description=L_("If cells are joined, or cut in two, change this."),
    )
    heading = IntegerField(
        L_("Row with the headings"),
        [optional(), number_between(0, 1_000_000)],
        description=L_("0 if the first row is already a person."),
    )
    columns = FieldList(SelectField(), L_("What each column contains"))
    language = SelectField(L_("Language, if the list does not say"))
    mode = SelectField(L_("Attendance, if the list does not say"))
    places = RadioField(L_("If there are not enough seats"))

    states: list[Any]

    def validate_columns(self, columns: Field) -> None:
        if ASK in columns.data:
            raise ValidationError(
                translate(
                    N_(
                        "Please say which column contains the email address of each person. "
                        "Ignore the others."
                    )
                )
            )
        if len(self.states) > MOST_STATES:
            raise ValidationError(
                translate(
                    N_("The column of the status says too many different things. Is it another column?")
                )
            )
        chosen = [target for target in columns.data if target != "out"]
        twice = [target for target in dict.fromkeys(chosen) if chosen.count(target) > 1]
        if twice:
            raise ValidationError(
                translate(N_("Two columns have the same meaning. Please ignore one of them."))
            )
        if not {"name", "given", "family"} & set(chosen):
            raise ValidationError(translate(N_("Please say which column contains the names.")))


def columns_form(
    typed: Any = None,
    *,
    listing: Listing,
    event: Event,
    questions: Sequence[Question],
    choices: Mapping[str, Any],
) -> ColumnsForm:
    """The form for one list, filled with what was chosen before, or with a guess from the headings."""
    width = len(listing.headings)
    columns = [*(choices.get("columns") or guessed(listing, questions)), *["out"] * width][:width]
    states = _states_in(listing, _columns_typed(typed, columns) if typed else columns)
    data = {
        "encoding": choices["encoding"],
        "delimiter": choices.get("delimiter") or "comma",
        "heading": listing.heading,
        "columns": columns,
        "language": choices.get("language") or current_language(),
        "mode": choices.get("mode") or event.modes[0].value,
        "places": choices.get("places") or "line",
        **_meanings(states, choices.get("states") or {}, event),
    }
    form: ColumnsForm = _form_class(states)(typed, data=data)
    form.states = [form[name] for name in states]
    for state in form.states:
        state.choices = _statuses_of(event)
        state.flags.required = True
    for field in (form.heading, form.places):
        field.flags.required = True  # they are always filled; 0 is an answer too
    form.encoding.choices = list(ENCODINGS.items())
    form.delimiter.choices = list(DELIMITERS.items())
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    form.mode.choices = [(mode.value, MODE_NAMES[mode]) for mode in event.modes]
    form.places.choices = [
        ("line", L_("Those at the end of the list go on the waiting list")),
        ("all", L_("Import nobody: everybody needs a seat")),
    ]
    _name_columns(form, listing, questions, unsure=ASK in columns)
    return form


def _name_columns(
    form: ColumnsForm, listing: Listing, questions: Sequence[Question], *, unsure: bool
) -> None:
    labels = distinct([choose(each.label) for each in questions])
    asked = [(f"q:{each.id}", label) for each, label in zip(questions, labels, strict=True)]
    first = [(ASK, L_("Please choose…"))] if unsure else []
    headings = listing.headings
    for at, entry in enumerate(form.columns.entries):
        entry.choices = [*first, *TARGETS.items(), *asked]
        entry.label.text = headings[at] if at < len(headings) and headings[at] else column_name(at)


def _columns_typed(typed: Any, columns: Sequence[str]) -> list[str]:
    return [str(typed.get(f"columns-{at}", target)) for at, target in enumerate(columns)]


def _states_in(listing: Listing, columns: Sequence[str]) -> dict[str, str]:
    """What the column of the status says, each once: the name of its field, and the words as they stand there first."""
    if "state" not in columns:
        return {}
    at = columns.index("state")
    found: dict[str, str] = {}
    for row in listing.rows:
        found.setdefault(f"state_{state_key(row.cells[at])}", row.cells[at])
        if len(found) > MOST_STATES:
            break
    return found


def _meanings(states: Mapping[str, str], chosen: Mapping[str, str], event: Event) -> dict[str, str]:
    """What was chosen for each, or is known of it. Whoever cancelled or was declined stays out, unless asked for: of
    nobody more is kept than is needed."""
    known = {name: status_meant(words) for name, words in states.items()}
    usual = {Status.CANCELLED.value: LEFT_OUT, Status.DECLINED.value: LEFT_OUT}
    if not event.keeps_waitlist:
        usual[Status.WAITLISTED.value] = ""
    return {
        name: chosen.get(name.removeprefix("state_")) or usual.get(meant, meant)
        for name, meant in known.items()
    }


def _form_class(states: Mapping[str, str]) -> type[ColumnsForm]:
    """The form with a field for each state of the list."""
    fields = {
        name: SelectField(words[:60] or L_("Empty cells"), [_decided]) for name, words in states.items()
    }
    return type("ColumnsForm", (ColumnsForm,), fields)


def _statuses_of(event: Event) -> list[tuple[str, str]]:
    """What a state can mean here."""
    statuses = [each for each in STATUS_NAMES if each != Status.WAITLISTED or event.keeps_waitlist]
    return [
        ("", L_("Please choose…")),
        *((str(each), STATUS_NAMES[each]) for each in statuses),
        (LEFT_OUT, L_("Skip these rows")),
    ]


def _decided(form: Form, state: Field) -> None:
    """Nobody gets a place because of words that no organizer has seen."""
    if not state.data or not state.raw_data:
        raise ValidationError(translate(N_("Please say what this means.")))


def column_name(at: int) -> str:
    return translate(N_("Column %(number)s"), number=at + 1)


def guessed(listing: Listing, questions: Sequence[Question]) -> list[str]:
    """What each column probably holds, by its heading; no meaning is given twice.

    A heading that says just that comes first. Where several columns may hold the address, and none says so alone, each
    of them is `ASK`: who paid for a ticket is not who comes.
    """
    asked = _questions_by_label(questions)
    exact = [asked.get(folded(heading)) or exact_role_of(heading) for heading in listing.headings]
    found = list(exact)
    if exact.count("address") != 1:
        likely = [at for at in range(len(found)) if _may_hold_addresses(listing, at, exact[at])]
        for at in likely:
            found[at] = "address" if len(likely) == 1 else ASK
    return _each_once(found)


def _each_once(found: Sequence[str]) -> list[str]:
    once: list[str] = []
    for target in found:
        has_whole_name = target in {"given", "family"} and "name" in once
        once.append("out" if not target or (target in once and target != ASK) or has_whole_name else target)
    return once


def _may_hold_addresses(listing: Listing, at: int, exact: str) -> bool:
    cells = [row.cells[at] for row in listing.rows[:200] if row.cells[at]]
    speaks = exact == "address" or (not exact and may_be_address(listing.headings[at]))
    return speaks and (not cells or sum(map(holds_address, cells)) * 2 >= len(cells))


def _questions_by_label(questions: Sequence[Question]) -> dict[str, str]:
    """The questions as our own sheets call their columns, in every language of the site."""
    found: dict[str, str] = {}
    for code in languages():
        with use_language(code):
            ours = [str(label) for label in SHEET_COLUMNS.values()]
            labels = distinct([*ours, *(choose(each.label) for each in questions)])[len(ours) :]
        found |= {folded(label): f"q:{each.id}" for each, label in zip(questions, labels, strict=True)}
    own = {folded(label): f"q:{each.id}" for each in questions for label in each.label.values()}
    return {label: key for label, key in own.items() if not exact_role_of(label)} | found
