"""The desk's page about who may be registered twice, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES, Mode
from events_app.i18n import L_, choose, current_language, name_of_language, say_date
from events_app.offload.breathing import with_breaths
from events_app.people.desk.rows import OpenPerson, lens_of, open_row
from events_app.people.duplicates import find_pairs
from events_app.questions.models import Question, questions_of
from events_app.questions.wording import said_answers
from events_app.registrations.models import Registration
from events_app.web.responses import long_page

MOST_PAIRS: Final = 100


@dataclass(frozen=True)
class Duplicate:
    """Two rows that may be one person, with what is said of both: (label, one, other)."""

    rows: tuple[OpenPerson, OpenPerson]
    why: str
    facts: Sequence[tuple[str, str, str]]


async def duplicates(request: Request) -> Response:
    """Who may be registered twice, side by side. Everybody is opened for it, and nothing of it is kept."""
    event = await Event.find(request.path_params["event_id"])
    pairs = await find_pairs(event.id, opens=lens_of(request, event).opens)
    shown = pairs[:MOST_PAIRS]
    ids = {each for pair in shown for each in (pair.first, pair.second)}
    rows = await Registration.filter(id__in=list(ids))
    found = {row.id: open_row(request, row) async for row in with_breaths(rows)}
    questions = await questions_of(event.id, retired=True)
    return await long_page(
        request,
        "people/duplicates.html",
        event=event,
        doubles=[_double(found[each.first], found[each.second], each.why, questions) for each in shown],
        number=len(pairs),
        mode_names=MODE_NAMES,
    )


def _double(one: OpenPerson, other: OpenPerson, why: str, questions: Sequence[Question]) -> Duplicate:
    answers = [
        {str(question.id): words for question, words in said_answers(questions, row.person.answers)}
        for row in (one, other)
    ]
    asked = [
        (choose(question.label), *(said.get(str(question.id), "") for said in answers))
        for question in questions
    ]
    plain = [(label, *(value(row) for row in (one, other))) for label, value in COMPARED.items()]
    facts = [(label, here, there) for label, here, there in (*plain, *asked) if here or there]
    return Duplicate((one, other), why, facts)


COMPARED: Final[Mapping[str, Callable[[OpenPerson], str]]] = {
    L_("Name"): lambda row: row.person.name,
    L_("Email address"): lambda row: row.person.address,
    L_("Attendance"): lambda row: str(MODE_NAMES[Mode(row.registration.mode)]),
    L_("Language"): lambda row: name_of_language(row.registration.language, current_language()),
    L_("Registered on"): lambda row: say_date(row.registration.registered_on),
    L_("Access needs"): lambda row: row.person.needs,
}
