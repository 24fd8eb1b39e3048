"""Taking the list out: the organizer chooses columns and gets a sheet, streamed."""

from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import NoSuchPage
from events_app.events.models.event import Event
from events_app.exports import columns as actions
from events_app.exports.sheets import Cells, csv_rows, xlsx_rows
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
    return page(
        request,
        "exports/choose.html",
        event=event,
        columns=await actions.columns_of(event),
        statuses=rules.STATUS_NAMES,
        counts=by_status(await counts_of(event.id)),
    )


async def csv_sheet(request: Request) -> Response:
    """`?column=` and `?status=` may repeat; `?bom=no` leaves out the mark by which Excel knows UTF-8, `?sign=;` parts
    the cells as Excel does where a comma stands in numbers."""
    event = await Event.find(request.path_params["event_id"])
    columns = await _columns(request, event)
    content = csv_rows(
        [column.label for column in columns.values()],
        _cells(request, event, columns),
        bom=request.query_params.get("bom", "yes") != "no",
        sign=";" if request.query_params.get("sign") == ";" else ",",
    )
    return download(content, name=f"{event.slug}.csv", media_type="text/csv; charset=utf-8")


async def xlsx_sheet(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    columns = await _columns(request, event)
    content = xlsx_rows(
        [column.label for column in columns.values()],
        _cells(request, event, columns),
        right_to_left=direction(current_language()) == "rtl",
        title=choose(event.title),
    )
    return download(content, name=f"{event.slug}.xlsx", media_type=XLSX_TYPE)


async def _columns(request: Request, event: Event) -> dict[str, actions.Column]:
    wanted = request.query_params.getlist("column")
    return actions.chosen_columns(await actions.columns_of(event), wanted)


def _cells(
    request: Request, event: Event, columns: Mapping[str, actions.Column]
) -> AsyncIterator[list[Cells]]:
    """Everybody, or those of the chosen statuses. What is no status is no page, and never everybody."""
    statuses = request.query_params.getlist("status")
    if not set(statuses) <= set(Status):
        raise NoSuchPage()
    pages = actions.pages_of(
        event,
        statuses=statuses,
        wanted=columns.keys(),
        vault=office_of(request).vault,
        reader=Reader("export", request.state.organizer.id),
    )
    return actions.cells_of(pages, list(columns.values()))
