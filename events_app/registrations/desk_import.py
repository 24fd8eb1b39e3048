"""The desk's pages for bringing a list in: upload, columns, a trial without writing, the import, and taking it back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.errors import Conflict, Invalid, Refusal
from events_app.events.models import Event, NoSuchPage
from events_app.i18n import N_, ngettext, translate
from events_app.registrations import batches, drafts, importing
from events_app.registrations.answers import questions_of
from events_app.registrations.batches import Standing
from events_app.registrations.desk import find_event
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.forms_import import UploadForm, column_name, columns_form
from events_app.registrations.forms_rows import Reading, read_people
from events_app.registrations.importing import Forecast, Wish
from events_app.registrations.models_parts import ImportBatch, ImportDraft, Question
from events_app.registrations.pages import office_of
from events_app.registrations.tables import MOST_BYTES, Listing, find_heading, listing_of, read_table
from events_app.vault import Reader
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other

LARGER_BODIES: Final[Mapping[str, int]] = {r"/desk/events/[^/]+/import": MOST_BYTES + 64 * 1024}
"""The path to which a list may be sent (see `web.security.BodyLimit`)."""

MOST_SHOWN: Final = 200
SAMPLE_ROWS: Final = 5


@dataclass(frozen=True)
class Opened:
    """A list between its steps, opened for its organizer."""

    draft: ImportDraft
    listing: Listing
    questions: list[Question]


@dataclass(frozen=True)
class Trial:
    """What the list would do now."""

    reading: Reading
    forecast: Forecast


async def upload_page(request: Request) -> Response:
    return await _upload_page(request, await find_event(request), UploadForm())


async def _upload_page(request: Request, event: Event, form: UploadForm, *, status: int = 200) -> Response:
    imported = [(each, await batches.standing_of(each)) for each in await batches.batches_of(event.id)]
    return page(
        request, "registrations/import.html", status=status, event=event, form=form, imported=imported
    )


async def upload(request: Request) -> Response:
    """POST: read the list; it is kept, sealed, until the next steps are done. It stays in memory until then."""
    event = await find_event(request)
    typed = await typed_into(request)
    form = UploadForm(typed)
    given = typed.get("file")
    data = await given.read() if isinstance(given, UploadFile) else b""
    blamed = form.file if data or not form.pasted.data else form.pasted
    if not form.validate():
        return await _upload_page(request, event, form, status=422)
    if not data:
        data = ("\ufeff" + (form.pasted.data or "")).encode()
    try:
        table = await to_thread.run_sync(read_table, data)
    except Invalid as refusal:
        blamed.errors = [translate(refusal.sentence, **refusal.values)]
        return await _upload_page(request, event, form, status=422)
    office, now = office_of(request), clock.now()
    draft = await drafts.keep_draft(event.id, _organizer_id(request), data, office=office, now=now)
    await drafts.keep_choices(draft, {"encoding": table.encoding}, now=now)
    return see_other(_path(event, draft))


async def columns_page(request: Request) -> Response:
    event = await find_event(request)
    opened = await _open(request, event)
    return _columns_page(request, event, opened, _form_of(opened, event))


def _form_of(opened: Opened, event: Event, typed: Any = None) -> Any:
    return columns_form(
        typed,
        listing=opened.listing,
        event=event,
        questions=opened.questions,
        choices=opened.draft.choices,
    )


def _columns_page(
    request: Request, event: Event, opened: Opened, form: Any, *, status: int = 200
) -> Response:
    shown = opened.listing.rows[:SAMPLE_ROWS]
    names = [heading or column_name(at) for at, heading in enumerate(opened.listing.headings)]
    return page(
        request,
        "registrations/import_columns.html",
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
    event = await find_event(request)
    opened = await _open(request, event)
    form = _form_of(opened, event, await typed_into(request))
    if not form.validate():
        return _columns_page(request, event, opened, form, status=422)
    choices = dict(opened.draft.choices)
    heading = opened.listing.heading if form.heading.data is None else form.heading.data
    encoding = form.encoding.data if choices["encoding"] else ""
    if (encoding, heading) != (choices["encoding"], opened.listing.heading):
        again = {"encoding": encoding, "heading": heading}
        await drafts.keep_choices(opened.draft, again, now=clock.now())
        return see_other(_path(event, opened.draft))
    width = len(opened.listing.headings)
    said = {name: form[name].data for name in ("language", "mode", "places")}
    choices |= {**said, "heading": heading, "columns": form.columns.data[:width]}
    await drafts.keep_choices(opened.draft, choices, now=clock.now())
    return see_other(_path(event, opened.draft) + "/check")


async def check(request: Request) -> Response:
    """What the import would do, row by row; nothing is written."""
    event = await find_event(request)
    opened = await _open(request, event)
    if "columns" not in opened.draft.choices:
        return see_other(_path(event, opened.draft))
    return await _check_page(request, event, opened)


async def _check_page(
    request: Request, event: Event, opened: Opened, *, status: int = 200, refusal: str = ""
) -> Response:
    trial = await _try(request, event, opened)
    return page(
        request,
        "registrations/import_check.html",
        status=status,
        event=event,
        draft=opened.draft,
        listing=opened.listing,
        reading=trial.reading,
        forecast=trial.forecast,
        mode_names=MODE_NAMES,
        most=MOST_SHOWN,
        refusal=refusal,
        may_write=event.status != "draft",
    )


async def _try(request: Request, event: Event, opened: Opened) -> Trial:
    reading = await _read(event, opened)
    forecast = await importing.forecast(
        event.id, reading.lines, wish=_wish_of(opened), office=office_of(request), now=clock.now()
    )
    return Trial(reading, forecast)


async def _read(event: Event, opened: Opened) -> Reading:
    def read() -> Reading:
        return read_people(opened.listing, opened.draft.choices, event=event, questions=opened.questions)

    return await to_thread.run_sync(read)


def _wish_of(opened: Opened, *, writes: bool = False) -> Wish:
    return Wish(everybody=opened.draft.choices["places"] == "all", writes=writes)


async def do_import(request: Request) -> Response:
    """POST: write everybody, or nobody. Rows with faults stop it unless the organizer leaves them out."""
    event = await find_event(request)
    typed = await typed_into(request)
    try:
        opened = await _open(request, event)
    except drafts.DraftLapsed:
        done = await ImportBatch.get_or_none(id=_draft_id(request), event_id=event.id)
        if done is None:
            raise
        return see_other(_batch_path(event, done))  # the second click
    if "columns" not in opened.draft.choices:
        return see_other(_path(event, opened.draft))
    reading = await _read(event, opened)
    if reading.faults and typed.get("leave_out") != "yes":
        sentence = translate(
            N_("Some rows cannot be imported. Leave them out, or mend the list; nothing was written.")
        )
        return await _check_page(request, event, opened, status=409, refusal=sentence)
    wish = _wish_of(opened, writes=typed.get("writes") == "yes")
    office, now = office_of(request), clock.now()
    try:
        batch = await importing.import_list(opened.draft, reading.lines, wish=wish, office=office, now=now)
    except Conflict as refusal:
        sentence = translate(refusal.sentence, **refusal.values)
        return await _check_page(request, event, opened, status=409, refusal=sentence)
    flash = Flash(
        "success", ngettext("%(n)s person was imported.", "%(n)s people were imported.", batch.rows)
    )
    return see_other(_batch_path(event, batch), flash=flash)


async def throw_away(request: Request) -> Response:
    event = await find_event(request)
    await ImportDraft.filter(id=_draft_id(request), event_id=event.id).delete()
    flash = Flash("success", translate(N_("The list is forgotten; nothing was written.")))
    return see_other(_path(event), flash=flash)


async def batch_page(request: Request) -> Response:
    event = await find_event(request)
    batch = await _find_batch(request, event)
    return _batch_page(request, event, batch, await batches.standing_of(batch))


def _batch_page(
    request: Request, event: Event, batch: ImportBatch, standing: Standing, *, refusal: str = ""
) -> Response:
    return page(
        request,
        "registrations/import_done.html",
        status=409 if refusal else 200,
        event=event,
        batch=batch,
        standing=standing,
        refusal=refusal,
    )


async def undo(request: Request) -> Response:
    event = await find_event(request)
    batch = await _find_batch(request, event)
    try:
        await batches.undo(event.id, batch.id, office=office_of(request), now=clock.now())
    except Conflict as refusal:
        return await _refused(request, event, batch, refusal)
    flash = Flash("success", translate(N_("The import is taken back; its people are gone.")))
    return see_other(_batch_path(event, batch), flash=flash)


async def send_letters(request: Request) -> Response:
    event = await find_event(request)
    batch = await _find_batch(request, event)
    try:
        sent = await batches.send_letters(event.id, batch.id, office=office_of(request), now=clock.now())
    except Conflict as refusal:
        return await _refused(request, event, batch, refusal)
    flash = Flash("success", ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", sent))
    return see_other(_batch_path(event, batch), flash=flash)


async def _refused(request: Request, event: Event, batch: ImportBatch, refusal: Refusal) -> Response:
    sentence = translate(refusal.sentence, **refusal.values)
    return _batch_page(request, event, batch, await batches.standing_of(batch), refusal=sentence)


async def _open(request: Request, event: Event) -> Opened:
    """The organizer's own list, read as was chosen so far. Refuses `DraftLapsed`."""
    draft = await drafts.find_draft(event.id, _draft_id(request), _organizer_id(request), now=clock.now())
    reader = Reader("organizer", request.state.organizer.id)
    data = drafts.reveal_file(draft, office=office_of(request), reader=reader)
    listing = await to_thread.run_sync(_listing_in, data, draft.choices)
    return Opened(draft, listing, await questions_of(event.id))


def _listing_in(data: bytes, choices: Mapping[str, Any]) -> Listing:
    table = read_table(data, encoding=choices["encoding"])
    return listing_of(table, heading=choices.get("heading", find_heading(table)))


def _draft_id(request: Request) -> uuid.UUID:
    return _id_in(request, "draft_id")


def _id_in(request: Request, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.path_params[name])
    except ValueError:
        raise NoSuchPage() from None


async def _find_batch(request: Request, event: Event) -> ImportBatch:
    return await batches.find_batch(event.id, _id_in(request, "batch_id"))


def _organizer_id(request: Request) -> uuid.UUID:
    return uuid.UUID(request.state.organizer.id)


def _path(event: Event, draft: ImportDraft | None = None) -> str:
    return f"/desk/events/{event.id}/import" + (f"/{draft.id}" if draft else "")


def _batch_path(event: Event, batch: ImportBatch) -> str:
    return f"/desk/events/{event.id}/imports/{batch.id}"


_BASE = "/desk/events/{event_id}/import"
_ONE = f"{_BASE}/{{draft_id}}"
_BATCH = "/desk/events/{event_id}/imports/{batch_id}"

routes = [
    Route(_BASE, for_organizers(upload_page), methods=["GET"]),
    Route(_BASE, for_organizers(upload), methods=["POST"]),
    Route(_ONE, for_organizers(columns_page), methods=["GET"]),
    Route(_ONE, for_organizers(save_columns), methods=["POST"]),
    Route(f"{_ONE}/check", for_organizers(check), methods=["GET"]),
    Route(f"{_ONE}/registrations", for_organizers(do_import), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(throw_away), methods=["POST"]),
    Route(_BATCH, for_organizers(batch_page), methods=["GET"]),
    Route(f"{_BATCH}/undoing", for_organizers(undo), methods=["POST"]),
    Route(f"{_BATCH}/letters", for_organizers(send_letters), methods=["POST"]),
]
