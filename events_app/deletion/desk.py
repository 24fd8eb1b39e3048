"""The desk's pages on what is still held: of everybody, of one event, and deleting it before its day."""

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.deletion import actions, held
from events_app.deletion.rules import NotConfirmed
from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.house import act_of, house_of
from events_app.i18n import N_, translate
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def everything(request: Request) -> Response:
    """Per event what, how many, until when; and what belongs to no event."""
    return page(
        request, "deletion/held.html", holdings=await held.holdings(), site=await held.held_by_the_site()
    )


async def show(request: Request) -> Response:
    """One event: what is held, its deletion day, deleting now; once it is forgotten, the counts that stay."""
    return await _page(request, await Event.find_any(request.path_params["event_id"]))


async def _page(request: Request, event: Event, *, status: int = 200, refusal: str = "") -> Response:
    now = clock.now()
    letters = await house_of(request).count_letters(event.id)
    return page(
        request,
        "deletion/event.html",
        status=status,
        event=event,
        holding=await held.holding_of(event),
        goes_on=held.plan_of(event).goes_on(now),
        may_delete=event.status != Status.PUBLISHED or now >= event.ends_at,
        waiting=letters.get("queued", 0) + letters.get("sending", 0),
        refusal=refusal,
        now=now,
    )


async def delete_now(request: Request) -> Response:
    """POST: the same act as on the deletion day; a refusal is said on the page."""
    event = await Event.find_any(request.path_params["event_id"])
    if not (await typed_into(request)).get("sure"):
        return await _page(request, event, status=409, refusal=say(NotConfirmed()))
    try:
        await actions.check_may_go(event.id, act=act_of(request))
        await actions.forget_event(event.id, act=act_of(request))
    except Conflict as refusal:
        return await _page(request, event, status=409, refusal=say(refusal))
    sentence = translate(N_("Deleted. Only totals are left."))
    return see_other(f"/desk/events/{event.id}/data", flash=Flash("success", sentence))
