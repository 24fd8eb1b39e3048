"""The desk's pages on which a list is brought in: upload, and what its columns mean."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import Invalid, say
from events_app.events.models.event import Event
from events_app.foreign.apart import ReadList
from events_app.foreign.tables import Listing
from events_app.house import act_of
from events_app.i18n import N_, translate
from events_app.imports.actions import batches, drafts
from events_app.imports.forms.columns import UploadForm, column_name, columns_form
from events_app.imports.models import ImportDraft
from events_app.imports.tables import read_list
from events_app.questions.models import Question, questions_of
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other

SAMPLE_ROWS: Final = 5


@dataclass(frozen=True)
class OpenList:
    """A list between its steps, opened for its organizer."""

    draft: ImportDraft
    listing: Listing
    questions: list[Question]


async def upload_page(request: Request) -> Response:
    return await _upload_page(request, await Event.find(request.path_params["event_id"]), UploadForm())


async def _upload_page(request: Request, event: Event, form: UploadForm, *, status: int = 200) -> Response:
    imported = [(each, await batches.standing_of(each)) for each in await batches.batches_of(event.id)]
    return page(request, "imports/upload.html", status=status, event=event, form=form, imported=imported)


async def upload(request: Request) -> Response:
    """POST: read the list; it is kept, sealed, until the next steps are done. It stays in memory until then."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    form = UploadForm(typed)
    given = typed.get("file")
    data = await given.read() if isinstance(given, UploadFile) else b""
    blamed = form.file if data or not (form.pasted.data or "").strip() else form.pasted
    if not form.validate():
        return await _upload_page(request, event, form, status=422)
    if not data:
        data = ("\ufeff" + (form.pasted.data or "")).encode()
    try:
        read = await read_list(data)
    except Invalid as refusal:
        blamed.errors = [say(refusal)]
        return await _upload_page(request, event, form, status=422)
    act = act_of(request)
    draft = await drafts.keep_draft(event.id, _organizer_id(request), data, act=act)
    await drafts.keep_choices(draft, _read_by(read), now=act.now)
    return see_other(path_of(event, draft))


def _read_by(read: ReadList) -> dict[str, Any]:
    """How it was read at first. `or_by`: delimiters by which it could be read as well."""
    delimiter, *others = read.delimiters or ("",)
    return {"encoding": read.encoding, "delimiter": delimiter, "or_by": others}


async def columns_page(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    opened = await open_draft(request, event)
    return _columns_page(request, event, opened, _form_of(opened, event))


def _form_of(opened: OpenList, event: Event, typed: Any = None) -> Any:
    return columns_form(
        typed,
        listing=opened.listing,
        event=event,
        questions=opened.questions,
        choices=opened.draft.choices,
    )


def _columns_page(
    request: Request, event: Event, opened: OpenList, form: Any, *, status: int = 200
) -> Response:
    shown = opened.listing.rows[:SAMPLE_ROWS]
    names = [heading or column_name(at) for at, heading in enumerate(opened.listing.headings)]
    return page(
        request,
        "imports/columns.html",
        status=status,
        event=event,
        draft=opened.draft,
        listing=opened.listing,
        form=form,
        names=names,
        shown=shown,
        samples=[[row.cells[at] for row in shown if row.cells[at]][:3] for at in range(len(names))],
        rows=len(opened.listing.rows),
    )


async def save_columns(request: Request) -> Response:
    """POST: how the list is read. Other letters or another heading show the page again, with another guess."""
    event = await Event.find(request.path_params["event_id"])
    opened = await open_draft(request, event)
    form = _form_of(opened, event, await typed_into(request))
    is_right = form.validate()
    again = _read_otherwise(opened, form)
    if again:
        return await _read_again(request, event, opened, form, again)
    if not is_right:
        return _columns_page(request, event, opened, form, status=422)
    choices = dict(opened.draft.choices)
    width = len(opened.listing.headings)
    said = {name: form[name].data for name in ("language", "mode", "places")}
    states = {field.name.removeprefix("state_"): field.data for field in form.states}
    choices |= {
        **said,
        "heading": opened.listing.heading,
        "columns": form.columns.data[:width],
        "states": states,
    }
    await drafts.keep_choices(opened.draft, choices, now=clock.now())
    return see_other(path_of(event, opened.draft) + "/check")


def _read_otherwise(opened: OpenList, form: Any) -> dict[str, Any] | None:
    """By which letters, delimiter and heading it is to be read, where that is new: what the columns hold is asked
    again then, whatever was said of those that were cut wrongly."""
    if form.encoding.errors or form.delimiter.errors or form.heading.errors:
        return None
    kept, listing = opened.draft.choices, opened.listing
    wanted = {
        "encoding": form.encoding.data if kept["encoding"] else "",
        "delimiter": form.delimiter.data if kept.get("delimiter") else "",
        "heading": listing.heading if form.heading.data is None else form.heading.data,
    }
    as_it_is = {"encoding": "", "delimiter": "", **kept, "heading": listing.heading}
    return wanted if any(wanted[key] != as_it_is[key] for key in wanted) else None


async def _read_again(
    request: Request, event: Event, opened: OpenList, form: Any, again: Mapping[str, Any]
) -> Response:
    """By other letters, another delimiter or another heading, if the list can be read so."""
    data = drafts.reveal_file(opened.draft, act=act_of(request))
    try:
        await _listing_in(data, again)
    except Invalid as refusal:
        form.delimiter.errors = [say(refusal)]
        return _columns_page(request, event, opened, form, status=422)
    await drafts.keep_choices(opened.draft, again, now=clock.now())
    return see_other(path_of(event, opened.draft))


async def throw_away(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    await ImportDraft.filter(id=request.path_params["draft_id"], event_id=event.id).delete()
    flash = Flash("success", translate(N_("The list is deleted; nothing was imported.")))
    return see_other(path_of(event), flash=flash)


async def open_draft(request: Request, event: Event) -> OpenList:
    """The organizer's own list, read as was chosen so far. Refuses `DraftLapsed`."""
    draft = await drafts.find_draft(
        event.id, request.path_params["draft_id"], _organizer_id(request), now=clock.now()
    )
    data = drafts.reveal_file(draft, act=act_of(request))
    listing = await _listing_in(data, draft.choices)
    return OpenList(draft, listing, await questions_of(event.id))


async def _listing_in(data: bytes, choices: Mapping[str, Any]) -> Listing:
    encoding, delimiter = choices["encoding"], choices.get("delimiter", "")
    read = await read_list(data, encoding=encoding, delimiter=delimiter, heading=choices.get("heading"))
    return read.listing


def _organizer_id(request: Request) -> uuid.UUID:
    return uuid.UUID(request.state.organizer.id)


def path_of(event: Event, draft: ImportDraft | None = None) -> str:
    return f"/desk/events/{event.id}/import" + (f"/{draft.id}" if draft else "")
