"""The trial of an import, without writing a thing, and the import itself."""

from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.house import act_of
from events_app.i18n import N_, translate
from events_app.imports.actions import drafts, importing, planning
from events_app.imports.actions.planning import Forecast
from events_app.imports.desk.batch import batch_path, going_on
from events_app.imports.desk.upload import OpenList, open_draft, path_of
from events_app.imports.forms.rows import Reading, read_people
from events_app.imports.models import ImportBatch
from events_app.imports.rules import Choice
from events_app.registrations.rules import STATUS_NAMES
from events_app.web.forms import typed_into
from events_app.web.responses import page, see_other

MOST_SHOWN: Final = 200


@dataclass(frozen=True)
class Trial:
    """What the list would do now."""

    reading: Reading
    forecast: Forecast


async def check(request: Request) -> Response:
    """What the import would do, row by row; nothing is written."""
    event = await Event.find(request.path_params["event_id"])
    opened = await open_draft(request, event)
    if "columns" not in opened.draft.choices:
        return see_other(path_of(event, opened.draft))
    return await _check_page(request, event, opened)


async def _check_page(
    request: Request, event: Event, opened: OpenList, *, status: int = 200, refusal: str = ""
) -> Response:
    trial = await _try(request, event, opened)
    return page(
        request,
        "imports/trial.html",
        status=status,
        event=event,
        draft=opened.draft,
        listing=opened.listing,
        reading=trial.reading,
        forecast=trial.forecast,
        mode_names=MODE_NAMES,
        status_names=STATUS_NAMES,
        most=MOST_SHOWN,
        refusal=refusal,
        may_write=event.status != "draft",
    )


async def _try(request: Request, event: Event, opened: OpenList) -> Trial:
    reading = await _read(event, opened)
    forecast = await planning.forecast(event.id, reading.lines, wish=_wish_of(opened), act=act_of(request))
    return Trial(reading, forecast)


async def _read(event: Event, opened: OpenList) -> Reading:
    return await read_people(opened.listing, opened.draft.choices, event=event, questions=opened.questions)


def _wish_of(opened: OpenList) -> Choice:
    return Choice(everybody=opened.draft.choices["places"] == "all")


async def do_import(request: Request) -> Response:
    """POST: everybody is to come, or nobody. Rows with faults stop it unless the organizer leaves them out."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    try:
        opened = await open_draft(request, event)
    except drafts.DraftLapsed:
        done = await ImportBatch.get_or_none(id=request.path_params["draft_id"], event_id=event.id)
        if done is None:
            raise
        return see_other(batch_path(event, done))  # the second click
    if "columns" not in opened.draft.choices:
        return see_other(path_of(event, opened.draft))
    reading = await _read(event, opened)
    if reading.faults and typed.get("leave_out") != "yes":
        sentence = translate(
            N_("Some rows cannot be imported. Skip them, or correct the list; nothing was saved.")
        )
        return await _check_page(request, event, opened, status=409, refusal=sentence)
    wish = replace(
        _wish_of(opened), writes=typed.get("writes") == "yes", brings_back=typed.get("brings_back") == "yes"
    )
    try:
        batch = await importing.begin(opened.draft, reading.lines, wish=wish, act=act_of(request))
    except Conflict as refusal:
        sentence = say(refusal)
        return await _check_page(request, event, opened, status=409, refusal=sentence)
    return await going_on(request, event, batch)
