"""The desk's page on which an organizer says how often they want to hear of their events."""

import uuid
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, current_language, translate
from events_app.notices import actions
from events_app.notices.forms import NoticesForm, notices_form
from events_app.notices.rules import Choice
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    chosen = await actions.choice_of(uuid.UUID(request.state.organizer.id))
    events = await actions.events_told_of(act_of(request).now)
    form = notices_form(chosen=chosen, events=events, language=current_language())
    return _page(request, form, events)


def _page(request: Request, form: NoticesForm, events: Sequence[Event], *, status: int = 200) -> Response:
    return page(request, "notices/notices.html", status=status, form=form, single=form.single(events))


async def save(request: Request) -> Response:
    events = await actions.events_told_of(act_of(request).now)
    form = notices_form(await typed_into(request), chosen=None, events=events, language=current_language())
    if not form.validate():
        return _page(request, form, events, status=422)
    await actions.choose_notices(
        uuid.UUID(request.state.organizer.id),
        Choice(form.choice.data),
        by_event=form.by_event(events),
        hears_of_site=form.site.data,
        language=form.language.data,
        zone=form.zone.data or "",
        act=act_of(request),
    )
    return see_other("/desk/notices", flash=Flash("success", translate(N_("Saved."))))
