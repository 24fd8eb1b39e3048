"""The desk's page on which a letter to many is written."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import say
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import (
    own_language_first,
)
from events_app.mailings.actions import writing
from events_app.mailings.desk.mailing import describe, find_mailing, path, refusal_of
from events_app.mailings.emails import Content, placeholder_words, words_or_blank
from events_app.mailings.forms import mailing_form
from events_app.mailings.models import Mailing
from events_app.people import search
from events_app.typed.desk import typed_before
from events_app.web import seen
from events_app.web.forms import typed_into
from events_app.web.responses import page, see_other


async def write(request: Request) -> Response:
    """An empty letter to those whom the address asks for, and the letters written before."""
    event = await Event.find(request.path_params["event_id"])
    if (before := typed_before(request)) is not None:
        return await _write_page(request, event, mailing_form(before, event=event))
    query = search.read_query(request.query_params.multi_items())
    form = mailing_form(event=event, words=Content({}, {}, str(replace(query, sort=search.SORTS[0]))))
    return await _write_page(request, event, form)


async def _write_page(
    request: Request,
    event: Event,
    form: Any,
    *,
    draft: Mailing | None = None,
    status: int = 200,
    refusal: str = "",
) -> Response:
    earlier = [] if draft else await writing.mailings_of(event.id)
    titled = [(each, words_or_blank(each, act=act_of(request)).shown.subject) for each in earlier]
    return page(
        request,
        "mailings/write.html",
        status=status,
        event=event,
        form=form,
        draft=draft,
        earlier=titled,
        codes=own_language_first(),
        placeholders={key: placeholder_words()[key] for key in form.placeholders},
        narrowed=await describe(event, replace(form.query, status="", mode="", language="")),
        is_draft_event=refusal_of(event),
        refusal=refusal,
    )


async def save(request: Request) -> Response:
    """POST: keep a new letter, and go on to looking at it."""
    event = await Event.find(request.path_params["event_id"])
    return await _save(request, event, None)


async def _save(request: Request, event: Event, draft: Mailing | None) -> Response:
    form = mailing_form(await typed_into(request), event=event)
    if not form.validate():
        return await _write_page(request, event, form, draft=draft, status=422)
    act, mailing_id = act_of(request), draft.id if draft else None

    async def stored() -> Any:
        found = await writing.find_mailing(event.id, mailing_id) if mailing_id else None
        return mailing_form(event=event, words=words_or_blank(found, act=act) if found else None)

    async def write() -> Mailing:
        return await writing.save_draft(event.id, form.words, mailing_id=mailing_id, act=act)

    try:
        saved = await seen.save(form, stored, write)
    except seen.ChangedMeanwhile as refusal:
        return await _write_page(request, event, form, draft=draft, status=409, refusal=say(refusal))
    return see_other(path(event, saved))


async def edit(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    draft = await find_mailing(request, event)
    words = words_or_blank(draft, act=act_of(request))
    if draft.state != "draft":
        return see_other(path(event, draft))
    form: Any = seen.opened(mailing_form(event=event, words=words))
    if (before := typed_before(request)) is not None:
        form = mailing_form(before, event=event)
    return await _write_page(request, event, form, draft=draft)


async def save_again(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    return await _save(request, event, await find_mailing(request, event))
