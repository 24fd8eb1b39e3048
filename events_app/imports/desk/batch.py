"""An import afterwards: how its people stand, their letters, and taking it back."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, Refusal, say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, ngettext, translate
from events_app.imports.actions import batches
from events_app.imports.actions.batches import Standing
from events_app.imports.models import ImportBatch
from events_app.web.responses import Flash, page, see_other


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


async def undo(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    batch = await _find_batch(request, event)
    try:
        await batches.undo(event.id, batch.id, act=act_of(request))
    except Conflict as refusal:
        return await refused(request, event, batch, refusal)
    flash = Flash("success", translate(N_("The import is undone; its people are removed.")))
    return see_other(batch_path(event, batch), flash=flash)


async def send_letters(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    batch = await _find_batch(request, event)
    try:
        sent = await batches.send_letters(event.id, batch.id, act=act_of(request))
    except Conflict as refusal:
        return await refused(request, event, batch, refusal)
    flash = Flash("success", ngettext("%(n)s email is on its way.", "%(n)s emails are on their way.", sent))
    return see_other(batch_path(event, batch), flash=flash)


async def _find_batch(request: Request, event: Event) -> ImportBatch:
    return await batches.find_batch(event.id, request.path_params["batch_id"])


async def refused(request: Request, event: Event, batch: ImportBatch, refusal: Refusal) -> Response:
    sentence = say(refusal)
    return show_batch(request, event, batch, await batches.standing_of(batch), refusal=sentence)


def batch_path(event: Event, batch: ImportBatch) -> str:
    return f"/desk/events/{event.id}/imports/{batch.id}"
