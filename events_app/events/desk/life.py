"""POSTs at the desk that change where an event stands: published, withdrawn, cancelled, deleted."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.house import act_of, house_of
from events_app.i18n import (
    N_,
    translate,
)
from events_app.web.responses import Flash, see_other


async def publish(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    path, was_draft = f"/desk/events/{event.id}", event.status == Status.DRAFT
    await life.publish_event(event.id, follow=house_of(request).follow, act=act_of(request))
    undo = f"{path}/withdrawal" if was_draft else ""
    return see_other(path, flash=Flash("success", translate(N_("Published. People can find it now.")), undo))


async def delete(request: Request) -> Response:
    """POST: a draft goes, with everything written for it."""
    event = await Event.find_any(request.path_params["event_id"])
    house = house_of(request)
    await life.delete_draft(event.id, is_in_use=house.is_in_use, act=act_of(request))
    return see_other("/desk", flash=Flash("success", translate(N_("The draft is deleted."))))


async def withdraw(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    await life.withdraw_event(
        event.id, has_registrations=house_of(request).has_registrations, act=act_of(request)
    )
    path, sentence = f"/desk/events/{event.id}", translate(N_("The event is a draft again."))
    return see_other(path, flash=Flash("success", sentence, f"{path}/publication"))


async def cancel(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    await life.cancel_event(event.id, follow=house_of(request).follow, act=act_of(request))
    sentence = translate(
        N_("The event is cancelled. Everybody who registered gets an email and a calendar update.")
    )
    return see_other(f"/desk/events/{event.id}", flash=Flash("success", sentence))
