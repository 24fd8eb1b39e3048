"""Taking the list out: the organizer chooses columns and gets a sheet, streamed."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import NoSuchPage
from events_app.events.models.event import Event
from events_app.exports import columns as actions
from events_app.exports.sheets import LAST_ROW, SheetFull
from events_app.exports.writing import Form
from events_app.house import office_of
from events_app.i18n import choose, current_language, direction
from events_app.people.counts import by_status
from events_app.registrations import rules
from events_app.registrations.models import counts_of
from events_app.registrations.rules import Status
from events_app.vault import Reader
from events_app.web.responses import download, page

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def choose_columns(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    counts = by_status(await counts_of(event.id))
    return page(
        request,
        "exports/choose.html",
        event=event,
        columns=await actions.columns_of(event),
        statuses=rules.STATUS_NAMES,
        counts=counts,
        is_long=sum(counts.values()) > actions.LONG_LIST,
    )


async def csv_sheet(request: Request) -> Response:
    """`?column=` and `?status=` may repeat; `?bom=no` leaves out the mark by which Excel knows UTF-8, `?sign=;` parts
    the cells as Excel does where a comma stands in numbers."""
    event = await Event.find(request.path_params["event_id"])
    asked = request.query_params
    form = Form("csv", bom=asked.get("bom", "yes") != "no", sign=";" if asked.get("sign") == ";" else ",")
    content = await _content(request, event, form)
    return download(content, name=f"{event.slug}.csv", media_type="text/csv; charset=utf-8")


async def xlsx_sheet(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    is_turned = direction(current_language()) == "rtl"
    form = Form("xlsx", title=choose(event.title), right_to_left=is_turned)
    content = await _content(request, event, form)
    return download(content, name=f"{event.slug}.xlsx", media_type=XLSX_TYPE)


async def _content(request: Request, event: Event, form: Form) -> AsyncIterator[bytes]:
    """Everybody, or those of the chosen statuses. What is no status is no page, and never everybody. A worker writes a
    long list."""
    statuses = request.query_params.getlist("status")
    if not set(statuses) <= set(Status):
        raise NoSuchPage()
    columns = actions.chosen_columns(await actions.columns_of(event), request.query_params.getlist("column"))
    vault, reader = office_of(request).vault, Reader("export", request.state.organizer.id)
    people = sum(
        number
        for status, number in by_status(await counts_of(event.id)).items()
        if not statuses or status in statuses
    )
    if form.kind == "xlsx" and people >= LAST_ROW:
        raise SheetFull(rows=LAST_ROW)
    if people > actions.LONG_LIST:
        sealed = actions.pages_for_a_worker(event, columns, statuses=statuses, vault=vault, reader=reader)
        key = vault.lend_key(str(event.id))
        return actions.written_by_a_worker(form, columns, sealed, scope=str(event.id), key=key)
    pages = actions.pages_of(event, statuses=statuses, wanted=columns.keys(), vault=vault, reader=reader)
    labels = [column.label for column in columns.values()]
    return actions.rows_of(form.sheet(labels), actions.cells_of(pages, list(columns.values())), len(labels))
