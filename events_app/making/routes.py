"""The address of a new event at the desk."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.making import desk

routes = [
    Route("/desk/events/new", for_organizers(desk.new_event), methods=["GET"]),
    Route("/desk/events/new", for_organizers(desk.create_event), methods=["POST"]),
]
