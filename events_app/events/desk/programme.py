"""The desk's page for an event's programme: hosts, speakers, agenda."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app.directory.desk.organizations import all_organizations
from events_app.errors import Conflict, say
from events_app.events.actions import saving as writing
from events_app.events.desk.event import saved_with_doubts
from events_app.events.forms import programme as forms
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.panel import agenda_of, speakers_of
from events_app.events.rules import EventChangedMeanwhile
from events_app.house import act_of
from events_app.i18n import own_language_first
from events_app.typed.desk import typed_before
from events_app.web import rows, seen
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import page, see_other


async def edit_programme(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    if (before := typed_before(request)) is not None:
        form, revision = await _programme_form(event, before), number_in(before.get("revision"), 0)
        return _programme_page(request, event, form, revision=revision)
    return _programme_page(request, event, await _programme_form(event))


async def save_programme(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    form, revision = await _programme_form(event, typed), number_in(typed.get("revision"), 0)
    more = str(typed.get("more", ""))
    if more in {"hosts", "speakers", "agenda"}:
        rows.add_rows(form, more)
        forms.give_choices(form, await all_organizations())
        return _programme_page(request, event, form, revision=revision)
    if not form.validate():
        return _programme_page(request, event, form, revision=revision, status=422)
    facts = forms.programme_facts(form)
    try:
        await writing.save_programme(event.id, facts, revision=revision, act=act_of(request))
    except EventChangedMeanwhile as refusal:
        form.differing = seen.differing(form, await _programme_form(event))
        return _programme_page(request, await Event.find(event.id), form, status=409, refusal=say(refusal))
    except Conflict as refusal:
        return _programme_page(request, event, form, revision=revision, status=409, refusal=say(refusal))
    return see_other(f"/desk/events/{event.id}", flash=await saved_with_doubts(request, event))


async def _programme_form(event: Event, typed: Any = None) -> Any:
    return forms.programme_form(
        typed,
        organizations=await all_organizations(),
        hosts=await hosts_of(event.id),
        speakers=await speakers_of(event.id),
        agenda=await agenda_of(event.id),
    )


def _programme_page(
    request: Request,
    event: Event,
    form: Any,
    *,
    revision: int | None = None,
    status: int = 200,
    refusal: str = "",
) -> Response:
    """`revision`: of the event that the form was filled from, where that is not how it is now."""
    return page(
        request,
        "events/programme.html",
        status=status,
        event=event,
        revision=event.revision if revision is None else revision,
        form=form,
        codes=own_language_first(),
        refusal=refusal,
    )
