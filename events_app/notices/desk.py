"""The desk's page on which an organizer says how often they want to hear of their events."""

import uuid

from starlette.requests import Request
from starlette.responses import Response

from events_app.house import act_of
from events_app.i18n import N_, current_language, translate
from events_app.notices import actions
from events_app.notices.forms import NoticesForm, notices_form
from events_app.notices.rules import Choice
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    chosen = await actions.choice_of(uuid.UUID(request.state.organizer.id))
    return _page(request, notices_form(chosen=chosen, language=current_language()))


def _page(request: Request, form: NoticesForm, *, status: int = 200) -> Response:
    return page(request, "notices/notices.html", status=status, form=form)


async def save(request: Request) -> Response:
    form = notices_form(await typed_into(request), chosen=None, language=current_language())
    if not form.validate():
        return _page(request, form, status=422)
    await actions.choose_notices(
        uuid.UUID(request.state.organizer.id),
        Choice(form.choice.data),
        language=form.language.data,
        zone=form.zone.data,
        act=act_of(request),
    )
    return see_other("/desk/notices", flash=Flash("success", translate(N_("Saved."))))
