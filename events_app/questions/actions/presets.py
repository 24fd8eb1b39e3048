"""Questions that need not be written: ready-made ones, and those of the event that is copied."""

import tomllib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.i18n import languages, name_of_language
from events_app.questions.actions.asking import NoSuchQuestion, append
from events_app.questions.models import Question, questions_of
from events_app.questions.rules import QuestionFacts

PRESETS: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = tomllib.loads(
    (Path(__file__).parent / "presets.toml").read_text(encoding="utf-8")
)
"""Ready-made questions by name, several where one leads to the next."""


@one_transaction
async def add_preset(event_id: uuid.UUID, name: str) -> list[Question]:
    """The questions of a preset, at the end of the form. Refuses `NoSuchQuestion`, `TooManyQuestions`."""
    if name not in PRESETS:
        raise NoSuchQuestion()
    event = await Event.claim(event_id)
    added: list[Question] = []
    for told in PRESETS[name]:
        said = dict(told)
        if said.pop("event_languages", False):
            said["choices"] = _language_choices(event)
        if after := said.pop("after", ()):
            said |= {"when_question_id": added[-1].id, "when_values": after}
        added.append(await append(event_id, QuestionFacts(**said)))
    return added


def _language_choices(event: Event) -> list[dict[str, Any]]:
    """The event's languages, each named in every language of the site."""
    spoken = event.languages if len(event.languages) > 1 else languages()
    return [
        {"key": code, "text": {site: name_of_language(code, site) for site in languages()}} for code in spoken
    ]


@one_transaction
async def copy_questions(original_id: uuid.UUID, copy_id: uuid.UUID) -> None:
    """What a copied event asks: the same questions under ids of their own, without those asked no more."""
    questions = await questions_of(original_id)
    new_ids = {question.id: uuid.uuid4() for question in questions}
    for question in questions:
        columns = {name: getattr(question, name) for name in QuestionFacts.__dataclass_fields__}
        columns["choices"] = [each for each in question.choices if not each.get("retired")]
        columns["when_question_id"] = (
            new_ids.get(question.when_question_id) if question.when_question_id else None
        )
        await Question.create(
            id=new_ids[question.id], event_id=copy_id, position=question.position, **columns
        )
