"""What the pages of one letter to many have in common: which it is, who asks, and to whom it goes."""

from collections.abc import Sequence

from starlette.requests import Request

from events_app.accounts.models import SITE, Organizer
from events_app.directions import isolated
from events_app.errors import Conflict
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES, Mode
from events_app.house import office_of, reader_of
from events_app.i18n import (
    N_,
    choose,
    current_language,
    name_of_language,
    translate,
)
from events_app.mailings.actions import writing
from events_app.mailings.forms import STATUS_CHOICES
from events_app.mailings.models import Mailing
from events_app.people import search
from events_app.questions.models import Question
from events_app.registrations.facts import Person


def refusal_of(event: Event) -> str:
    try:
        writing.refuse_draft(event)
    except Conflict as refusal:
        return translate(refusal.sentence)
    return ""


async def find_mailing(request: Request, event: Event) -> Mailing:
    return await writing.find_mailing(event.id, request.path_params["mailing_id"])


async def organizer_of(request: Request) -> Person:
    """The organizer who asks, as somebody a letter can be written to."""
    organizer = await Organizer.get(id=request.state.organizer.id)
    vault = office_of(request).vault
    opened = vault.reveal(SITE, organizer.person_context, organizer.person, reader_of(request))
    return Person(str(opened["name"]), str(opened["address"]), "", "")


def path(event: Event, found: Mailing | None = None) -> str:
    return f"/desk/events/{event.id}/write" + (f"/{found.id}" if found else "")


async def describe(event: Event, query: search.Query) -> Sequence[str]:
    """Whom a query asks for, in words: one sentence or name for each part of it."""
    said = []
    if query.words:
        said.append(translate(N_("name or email address: “%(words)s”"), words=isolated(query.words)))
    if query.status:
        said.append(str(dict(STATUS_CHOICES).get(query.status, query.status)))
    if query.mode:
        said.append(str(MODE_NAMES[Mode(query.mode)]))
    if query.language:
        said.append(
            translate(
                N_("language: %(language)s"), language=name_of_language(query.language, current_language())
            )
        )
    if query.ids:
        said.append(translate(N_("people you selected in the list")))
    if query.question and query.answer:
        question = await Question.get_or_none(id=query.question, event_id=event.id)
        if question:
            label = choose(question.label)
            said.append(translate(N_("their answer to “%(question)s”"), question=label))
    if query.quota or query.since or query.until or query.lost:
        said.append(translate(N_("the other filters of your list")))
    return said
