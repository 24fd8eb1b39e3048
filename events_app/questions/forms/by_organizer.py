"""An event's own questions as an organizer fills them in for somebody else: nothing must be answered."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData

from events_app.i18n import N_, current_language, translate
from events_app.questions.forms.fields import Asking, ask
from events_app.questions.models import Question
from events_app.questions.rules import NO, YES, Answers, Kind
from events_app.web.forms import Form

_TRUTH: Final = {YES: True, NO: False}


@dataclass(frozen=True)
class AskingForAnother(Asking):
    """The questions of a form that is about somebody who is not in the room, perhaps on the telephone: a question that
    they must answer themselves may be left open here (their own page asks it), and a yes or no may stay unsaid."""

    yes_or_no: frozenset[str] = frozenset()

    def answers(self) -> dict[str, Any]:
        said = super().answers()
        return {key: _TRUTH[answer] if key in self.yes_or_no else answer for key, answer in said.items()}


def ask_for(
    form: Form,
    questions: Sequence[Question],
    *,
    mode: str,
    typed: FormData | None = None,
    answers: Answers | None = None,
) -> AskingForAnother:
    """As `fields.ask`, for an organizer's form."""
    yes_or_no = frozenset(str(each.id) for each in questions if each.kind == Kind.YES_NO)
    before = dict(answers or {})
    for key in yes_or_no & before.keys():
        before[key] = {True: YES, False: NO}.get(before[key], "")
    asking = ask(form, [_open(each) for each in questions], mode=mode, typed=typed, answers=before)
    return AskingForAnother(asking.shown, yes_or_no)


def _open(question: Question) -> Question:
    """The question so that it may be left open: a tick cannot, since none is a no, so yes and no are two choices."""
    asked = copy.copy(question)
    asked.required = False
    if question.kind == Kind.YES_NO:
        language = current_language()
        asked.kind = Kind.CHOICE
        asked.choices = [
            {"key": YES, "text": {language: translate(N_("Yes"))}},
            {"key": NO, "text": {language: translate(N_("No"))}},
        ]
    return asked
