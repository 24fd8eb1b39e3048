"""One person over all events: nothing is opened before somebody is sought."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.organizing.reading import find_over_events
from events_app.people.desk.rows import lens_of, open_row
from events_app.web.responses import page

SHORTEST = 2
"""Letters: with fewer, half of everybody would be found."""


async def show(request: Request) -> Response:
    words = request.query_params.get("q", "").strip()[:200]
    now, is_enough = clock.now(), len(words) >= SHORTEST
    looked = await find_over_events(words, lens_of=partial(lens_of, request), now=now) if is_enough else None
    return page(
        request,
        "organizing/people.html",
        words=words,
        is_enough=is_enough,
        looked=looked,
        rows=[
            (each.event, open_row(request, each.registration)) for each in (looked.found if looked else [])
        ],
        now=now,
    )
