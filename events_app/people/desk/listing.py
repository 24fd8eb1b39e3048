"""The desk's list of people: what its address asks for, a page at a time."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.i18n import languages
from events_app.offload.breathing import with_breaths
from events_app.people import search
from events_app.people.counts import by_status, seats_for_pending
from events_app.people.desk.rows import lens_of, open_row
from events_app.people.desk.saved_views import MOST_KEPT, fit_to_keep
from events_app.people.models import SavedView
from events_app.questions.models import questions_of
from events_app.questions.rules import NO_ANSWER
from events_app.questions.wording import choices_of
from events_app.registrations.models import Quota, counts_of
from events_app.registrations.rules import Status
from events_app.web.forms import number_in
from events_app.web.responses import long_page


async def listing(request: Request) -> Response:
    """The list: what its address asks for, searched on the server; only those who are shown are opened, unless
    names or answers are sought (people/search.py)."""
    event = await Event.find(request.path_params["event_id"])
    query = search.read_query(request.query_params.multi_items())
    questions = await questions_of(event.id, retired=True)
    asked = next((each for each in questions if str(each.id) == query.question), None)
    choices = choices_of(asked) if asked else []
    if choices and query.answer not in {NO_ANSWER, *dict(choices)}:
        query = replace(query, answer="")  # it belonged to the question that was chosen before
    number = number_in(request.query_params.get("page"), 1)
    found = await search.find_page(event.id, query, lens=lens_of(request, event), number=number)
    views = await SavedView.filter(event_id=event.id).order_by("name", "id")
    kept = str(fit_to_keep(query, asked))
    return await long_page(
        request,
        "people/listing.html",
        event=event,
        query=query,
        found=found,
        rows=[open_row(request, each, asked) async for each in with_breaths(found.rows)],
        counts=by_status(await counts_of(event.id)),
        quotas=await Quota.filter(event_id=event.id).order_by("mode", "name"),
        questions=questions,
        asked=asked,
        choices=choices,
        seats=await seats_for_pending(event) if query.status == Status.PENDING else [],
        views=views,
        view=next((each for each in views if each.query == str(query)), None),
        kept=kept if len(kept) <= MOST_KEPT else "",
        mode_names=MODE_NAMES,
        languages=languages(),
    )
