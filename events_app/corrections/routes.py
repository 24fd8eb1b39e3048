"""The address of a correction at the desk."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.corrections import desk

_ONE = "/desk/events/{event_id:uuid}/registrations/{registration_id:uuid}"

routes = [
    Route(f"{_ONE}/correction", for_organizers(desk.show), methods=["GET"]),
    Route(f"{_ONE}/correction", for_organizers(desk.save), methods=["POST"]),
]
