"""The desk's pages for conferences."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.conferences.forms import conference_form, conference_values
from events_app.conferences.models import Conference
from events_app.directory.actions import free_slug, save_thing
from events_app.directory.desk.organizations import delete_thing, find_row, part_page
from events_app.errors import Conflict, say
from events_app.handed import SaidClash
from events_app.house import house_of
from events_app.i18n import choose
from events_app.web import seen
from events_app.web.forms import Form, typed_into
from events_app.web.responses import page, saved, see_other

EDIT: Final = "conferences/edit.html"


async def conferences(request: Request) -> Response:
    return page(
        request, "conferences/conferences.html", conferences=await Conference.all().order_by("-starts_on")
    )


async def edit_conference(request: Request) -> Response:
    conference = await find_row(request, Conference, "conference_id")
    form = conference_form(conference=conference)
    if conference:
        seen.opened(form)
    return part_page(request, EDIT, form, conference, clashes=await _clashes(request, conference))


async def _clashes(request: Request, conference: Conference | None) -> Sequence[SaidClash]:
    """What an organizer should look at once more about its coming events."""
    return await house_of(request).clashes_in(conference.id, now=clock.now()) if conference else ()


async def save_conference(request: Request) -> Response:
    conference = await find_row(request, Conference, "conference_id")
    form = conference_form(await typed_into(request), conference=conference)

    async def stored() -> Form:
        return conference_form(conference=await find_row(request, Conference, "conference_id"))

    async def write() -> None:
        values = conference_values(form)
        named = f"{choose(values['name'])} {values['edition']}"
        await save_thing(conference or Conference(slug=await free_slug(Conference, named)), values)

    if "preview" in await typed_into(request):
        return part_page(request, "conferences/edit.html", form, conference, shows_preview=True)
    if not form.validate():
        return part_page(request, EDIT, form, conference, status=422)
    try:
        await seen.save(form, stored, write)
    except Conflict as refusal:
        return part_page(request, EDIT, form, conference, status=409, refusal=say(refusal))
    return see_other("/desk/conferences", flash=saved())


async def delete_conference(request: Request) -> Response:
    return await delete_thing(request, Conference, "conference_id", onward="/desk/conferences")
