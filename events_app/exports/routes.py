"""The addresses of taking the list out."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.exports import desk

_EVENT = "/desk/events/{event_id:uuid}"

routes = [
    Route(f"{_EVENT}/export", for_organizers(desk.choose_columns)),
    Route(f"{_EVENT}/registrations.csv", for_organizers(desk.csv_sheet)),
    Route(f"{_EVENT}/registrations.xlsx", for_organizers(desk.xlsx_sheet)),
]
