"""The desk's pages for conferences."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.conferences.forms import conference_form, conference_values
from events_app.conferences.models import Conference
from events_app.directory.actions import free_slug, save_thing
from events_app.directory.desk.organizations import find_row, part_page
from events_app.i18n import choose
from events_app.web.forms import typed_into
from events_app.web.responses import page, saved, see_other


async def conferences(request: Request) -> Response:
    return page(
        request, "conferences/conferences.html", conferences=await Conference.all().order_by("-starts_on")
    )


async def edit_conference(request: Request) -> Response:
    conference = await find_row(request, Conference, "conference_id")
    form = conference_form(conference=conference)
    return part_page(request, "conferences/edit.html", form, conference)


async def save_conference(request: Request) -> Response:
    conference = await find_row(request, Conference, "conference_id")
    form = conference_form(await typed_into(request), conference=conference)
    if not form.validate():
        return part_page(request, "conferences/edit.html", form, conference, status=422)
    values = conference_values(form)
    named = f"{choose(values['name'])} {values['edition']}"
    thing = conference or Conference(slug=await free_slug(Conference, named))
    await save_thing(thing, values)
    return see_other("/desk/conferences", flash=saved())
