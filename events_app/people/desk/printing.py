"""The list of people on paper: everybody who fits, not only a page of the screen."""

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.offload.breathing import with_breaths
from events_app.people import search
from events_app.people.desk.rows import lens_of, open_row
from events_app.questions.models import questions_of
from events_app.web.forms import number_in
from events_app.web.responses import long_page

AT_ONCE: Final = 500
"""People printed in one go, some twenty sheets of paper. More are printed in parts."""


async def whole_list(request: Request) -> Response:
    """What the list asks for, to be printed; by name, unless another order is asked for."""
    event = await Event.find(request.path_params["event_id"])
    query = search.read_query(request.query_params.multi_items())
    if "sort" not in request.query_params:
        query = replace(query, sort="name")
    questions = await questions_of(event.id, retired=True)
    asked = next((each for each in questions if str(each.id) == query.question), None)
    number = number_in(request.query_params.get("page"), 1)
    found = await search.find_page(event.id, query, lens=lens_of(request, event), number=number, size=AT_ONCE)
    return await long_page(
        request,
        "people/printed.html",
        event=event,
        query=query,
        found=found,
        rows=[open_row(request, each, asked) async for each in with_breaths(found.rows) if not each.erased],
        asked=asked,
        mode_names=MODE_NAMES,
    )
