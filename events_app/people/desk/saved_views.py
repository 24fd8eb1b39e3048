"""Saved views: a search that got a name."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.i18n import N_, translate
from events_app.people import actions, search
from events_app.questions.models import Question
from events_app.questions.rules import NO_ANSWER
from events_app.questions.wording import choices_of
from events_app.web.forms import tidy_line, typed_into
from events_app.web.responses import Flash, see_other

MOST_KEPT = 1000
"""Characters of a kept query, as the column says."""


def fit_to_keep(query: search.Query, asked: Question | None) -> search.Query:
    """What of a query may lie in the database in the clear: no words (they may be a name), no typed answer."""
    typed = query.answer and (asked is None or not choices_of(asked))
    return replace(
        query, words="", ids=(), answer="" if typed and query.answer != NO_ANSWER else query.answer
    )


async def keep_view(request: Request) -> Response:
    """POST: give a search a name. What it keeps is read anew, and cleaned, from the query that the page held."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    name = tidy_line(str(typed.get("name", "")))[:80]
    query = search.read_query(parse_qsl(str(typed.get("query", ""))))
    asked = await Question.get_or_none(id=query.question, event_id=event.id) if query.question else None
    kept = str(fit_to_keep(query, asked))
    path = f"/desk/events/{event.id}/registrations?{kept}"
    if not name or len(kept) > MOST_KEPT:
        return see_other(path, flash=Flash("warning", translate(N_("Please give the view a name."))))
    view = await actions.keep_view(event.id, name, kept)
    undo = f"/desk/events/{event.id}/views/{view.id}/deletion"
    return see_other(
        path, flash=Flash("success", translate(N_("The view is saved for every organizer.")), undo)
    )


async def drop_view(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    gone = await actions.drop_view(event.id, request.path_params["view_id"])
    path = f"/desk/events/{event.id}"
    undo = f"{path}/views?{urlencode({'name': gone.name, 'query': gone.query})}" if gone else ""
    flash = Flash("success", translate(N_("The view is deleted; nobody in it was changed.")), undo)
    return see_other(f"{path}/registrations", flash=flash)
