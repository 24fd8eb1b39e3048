"""The organizers' page on the example: show it, see what of it is there, take it away."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.directions import isolated
from events_app.errors import Conflict, say
from events_app.example.actions import removing
from events_app.example.actions.showing import show
from events_app.house import act_of
from events_app.i18n import N_, choose, translate
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other

HERE = "/desk/example"


class NotSeen(Conflict):
    sentence = N_(
        "People have registered for these events. Please select the box if they are to be deleted too."
    )


async def example(request: Request) -> Response:
    """What it is; where it is shown, all that goes with it."""
    return await _page(request)


async def _page(request: Request, *, status: int = 200, refusal: str = "") -> Response:
    parts = await removing.parts()
    newcomers = sum(part.newcomers for part in parts if not part.stays)
    return page(
        request, "example/example.html", status=status, parts=parts, newcomers=newcomers, refusal=refusal
    )


async def show_example(request: Request) -> Response:
    """POST: then the organizer area, full of life."""
    try:
        await show(act=act_of(request))
    except Conflict as refusal:
        return await _page(request, status=409, refusal=say(refusal))
    sentence = translate(
        N_("Here is the example. Its people are invented, and their addresses take no email.")
    )
    return see_other("/desk", flash=Flash("success", sentence))


async def remove_example(request: Request) -> Response:
    """POST: everything of it goes, but what has become somebody's own."""
    newcomers = sum(part.newcomers for part in await removing.parts() if not part.stays)
    if newcomers and not (await typed_into(request)).get("sure"):
        return await _page(request, status=409, refusal=say(NotSeen()))
    try:
        stayed = await removing.remove(act=act_of(request))
    except Conflict as refusal:
        return await _page(request, status=409, refusal=say(refusal))
    return see_other("/desk", flash=Flash("success", _said(stayed)))


def _said(stayed: list[removing.Part]) -> str:
    gone = translate(N_("The example has been removed."))
    if not stayed:
        return gone
    names = ", ".join(isolated(choose(part.name)) for part in stayed)
    return gone + " " + translate(N_("These are yours now and stay: %(names)s."), names=names)
