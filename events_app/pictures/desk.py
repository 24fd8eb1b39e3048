"""The desk's pages for pictures: of an event with its speakers, and of a conference."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from events_app.conferences.models import Conference
from events_app.errors import Invalid, NoSuchPage, say
from events_app.events.models.event import Event
from events_app.events.models.panel import Speaker, speakers_of
from events_app.i18n import own_language_first
from events_app.pictures import actions
from events_app.pictures.forms import cover_form
from events_app.pictures.rules import COVER, FACE, faces_of, shown_of
from events_app.web.forms import Form, typed_into
from events_app.web.responses import page, saved, see_other
from events_app.web.texts import texts_typed

Owner = Event | Conference


async def event_pictures(request: Request) -> Response:
    return await _page(request, await Event.find(request.path_params["event_id"]))


async def conference_picture(request: Request) -> Response:
    return await _page(request, await _conference(request))


async def save_event_cover(request: Request) -> Response:
    return await _save_cover(request, await Event.find(request.path_params["event_id"]))


async def save_conference_cover(request: Request) -> Response:
    return await _save_cover(request, await _conference(request))


async def remove_event_cover(request: Request) -> Response:
    return await _remove_cover(await Event.find(request.path_params["event_id"]))


async def remove_conference_cover(request: Request) -> Response:
    return await _remove_cover(await _conference(request))


async def save_photo(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    speaker = await _speaker(event, request.path_params["speaker_id"])
    try:
        drawn = await actions.drawn_anew(await _uploaded(request), FACE)
    except Invalid as refusal:
        return await _page(request, event, status=422, wrong=str(speaker.id), error=say(refusal))
    await actions.save_photo(speaker, drawn)
    return see_other(_path_of(event), flash=saved())


async def remove_photo(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    await actions.save_photo(await _speaker(event, request.path_params["speaker_id"]), [])
    return see_other(_path_of(event), flash=saved())


async def _save_cover(request: Request, owner: Owner) -> Response:
    form = cover_form(await typed_into(request), picture=owner.picture)
    if not form.validate():
        return await _page(request, owner, status=422, form=form)
    content = await _uploaded(request)
    try:
        drawn = await actions.drawn_anew(content, COVER) if content or not owner.picture else []
    except Invalid as refusal:
        return await _page(request, owner, status=422, form=form, wrong="cover", error=say(refusal))
    await actions.save_cover(owner, drawn, texts_typed(form, "alt"))
    return see_other(_path_of(owner), flash=saved())


async def _remove_cover(owner: Owner) -> Response:
    await actions.remove_cover(owner)
    return see_other(_path_of(owner), flash=saved())


async def _page(
    request: Request,
    owner: Owner,
    *,
    status: int = 200,
    form: Form | None = None,
    wrong: str = "",
    error: str = "",
) -> Response:
    """`wrong`: the file that was refused, "cover" or the id of a speaker."""
    is_event = isinstance(owner, Event)
    more: dict[str, Any] = {"event": owner} if is_event else {"conference": owner}
    return page(
        request,
        "pictures/event.html" if is_event else "pictures/conference.html",
        status=status,
        form=form or cover_form(picture=owner.picture),
        picture=shown_of(owner.picture),
        speakers=faces_of(await speakers_of(owner.id)) if is_event else [],
        base=_path_of(owner),
        codes=own_language_first(),
        wrong=wrong,
        error=error,
        **more,
    )


def _path_of(owner: Owner) -> str:
    if isinstance(owner, Event):
        return f"/desk/events/{owner.id}/pictures"
    return f"/desk/conferences/{owner.id}/picture"


async def _conference(request: Request) -> Conference:
    found = await Conference.get_or_none(id=request.path_params["conference_id"])
    if found is None:
        raise NoSuchPage()
    return found


async def _speaker(event: Event, speaker_id: UUID) -> Speaker:
    found = await Speaker.get_or_none(id=speaker_id, event_id=event.id)
    if found is None:
        raise NoSuchPage()
    return found


async def _uploaded(request: Request) -> bytes:
    upload = (await typed_into(request)).get("picture")
    return await upload.read() if upload is not None and not isinstance(upload, str) else b""
