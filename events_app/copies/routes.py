"""The addresses of copies at the desk."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.copies import desk

_COPIES = "/desk/events/{event_id:uuid}/copies"

routes = [
    Route(_COPIES, for_organizers(desk.ask), methods=["GET"]),
    Route(_COPIES, for_organizers(desk.make), methods=["POST"]),
    Route(f"{_COPIES}/{{token:uuid}}", for_organizers(desk.made), methods=["GET"]),
    Route(f"{_COPIES}/{{token:uuid}}/undo", for_organizers(desk.undo), methods=["POST"]),
]
