"""The list of all events: searched and filtered by its address, fifty at a time."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.clashes.reading import doubtful_among
from events_app.conferences.models import Conference
from events_app.directory.models import Organization
from events_app.i18n import choose
from events_app.organizing import search
from events_app.web.forms import number_in
from events_app.web.responses import page


async def events(request: Request) -> Response:
    asked, now = search.read(request.query_params), clock.now()
    hosts = [(str(each.id), choose(each.name)) for each in await Organization.all()]
    conferences = await Conference.all().order_by("-starts_on")
    found = await search.find(asked, now=now, number=number_in(request.query_params.get("page"), 1))
    return page(
        request,
        "organizing/events.html",
        asked=asked,
        words=urlencode(asked.pairs()),
        found=found,
        doubtful=await doubtful_among(found.events, now=now),
        states=search.STATES,
        conferences=[(str(each.id), f"{choose(each.name)} {each.edition}".strip()) for each in conferences],
        hosts=sorted(hosts, key=lambda each: each[1]),
        now=now,
    )
