"""An import while its people come, and afterwards: how they stand, their letters, stopping it and taking it back."""

from collections.abc import Callable
from typing import Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, Refusal, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, ngettext, translate
from events_app.imports.actions import batches, running
from events_app.imports.actions.batches import Standing
from events_app.imports.models import HOLDING, STOPPED, ImportBatch
from events_app.web.responses import Flash, page, see_other

SHORT: Final = 100
"""People of a list that is brought in, or taken back, before the answer."""


async def batch_page(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    batch = await _find_batch(request, event)
    return show_batch(request, event, batch, await batches.standing_of(batch))


def show_batch(
    request: Request, event: Event, batch: ImportBatch, standing: Standing, *, refusal: str = ""
) -> Response:
    return page(
        request,
        "imports/batch.html",
        status=409 if refusal else 200,
        event=event,
        batch=batch,
        standing=standing,
        refusal=refusal,
    )


async def going_on(
    request: Request, event: Event, batch: ImportBatch, *, says: Callable[[ImportBatch], str] | None = None
) -> Response:
    """A short list goes on to its end, and the page says what came of it; a long one does while the page shows how far
    it is."""
    response = see_other(batch_path(event, batch))
    if batch.rows > SHORT:
        response.background = BackgroundTask(running.go_on, batch.id, act=act_of(request))
        return response
    await running.go_on(batch.id, act=act_of(request))
    done = await batches.find_batch(event.id, batch.id)
    said = Flash("success", says(done)) if says else _said_of(done, was=batch.state)
    return see_other(batch_path(event, batch), flash=said)


def _said_of(batch: ImportBatch, *, was: str) -> Flash:
    if batch.undone:
        return Flash("success", translate(N_("The import is undone; its people are removed.")))
    if was == HOLDING:
        return Flash("danger", say(batches.LettersHaveLeft()))
    said = ngettext("%(n)s person was imported.", "%(n)s people were imported.", batch.done)
    return Flash("success", said)


async def stop(request: Request) -> Response:
    """POST: nobody else of the list comes."""
    event = await Event.find(request.path_params["event_id"])
    batch = await batches.stop(event.id, (await _find_batch(request, event)).id)
    flash = Flash("success", translate(N_("The import is stopped."))) if batch.state == STOPPED else None
    return see_other(batch_path(event, batch), flash=flash)


async def undo(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    batch = await _find_batch(request, event)
    try:
        await batches.undo(event.id, batch.id)
    except Conflict as refusal:
        return await refused(request, event, batch, refusal)
    return await going_on(request, event, await _find_batch(request, event))


async def send_letters(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    batch = await _find_batch(request, event)
    try:
        await batches.send_letters(event.id, batch.id, act=act_of(request))
    except Conflict as refusal:
        return await refused(request, event, batch, refusal)
    return await going_on(request, event, batch, says=_sent)


def _sent(batch: ImportBatch) -> str:
    return ngettext("%(n)s email is on its way.", "%(n)s emails are on their way.", batch.plan["sent"])


async def _find_batch(request: Request, event: Event) -> ImportBatch:
    return await batches.find_batch(event.id, request.path_params["batch_id"])


async def refused(request: Request, event: Event, batch: ImportBatch, refusal: Refusal) -> Response:
    sentence = say(refusal)
    return show_batch(request, event, batch, await batches.standing_of(batch), refusal=sentence)


def batch_path(event: Event, batch: ImportBatch) -> str:
    return f"/desk/events/{event.id}/imports/{batch.id}"
