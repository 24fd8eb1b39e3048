"""The form of an event's reminders."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.i18n import L_, N_, languages, translate
from events_app.mailings.models import Reminder
from events_app.mailings.rules import ReminderFacts
from events_app.web.forms import Form, at_most, number_between, optional, tidy

BEFORE = {7 * 1440: L_("7 days before"), 1440: L_("1 day before"), 60: L_("1 hour before")}


def reminders_form(typed: Any = None, *, reminders: Sequence[Reminder]) -> Form:
    """Three tick boxes, and a letter after the event with its words in each language."""
    members: dict[str, Any] = {f"before_{minutes}": BooleanField(label) for minutes, label in BEFORE.items()}
    members["after_hours"] = IntegerField(
        L_("Hours after the end"),
        [optional(), number_between(1, 720)],
        description=L_("Left empty, no letter follows the event."),
        render_kw={"inputmode": "numeric", "min": 1},
    )
    for code in languages():
        members[f"after_{code}"] = TextAreaField(
            L_("What it says"), [at_most(4000)], filters=[tidy], render_kw={"lang": code, "dir": "auto"}
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
        raise ValidationError(translate(N_("Please write what the letter says, in at least one language.")))


def reminder_facts(form: Form) -> list[ReminderFacts]:
    wanted = [ReminderFacts(minutes, False, {}) for minutes in BEFORE if form[f"before_{minutes}"].data]
    if form["after_hours"].data:
        texts = {code: form[f"after_{code}"].data for code in languages() if form[f"after_{code}"].data}
        wanted.append(ReminderFacts(form["after_hours"].data * 60, True, texts))
    return wanted
