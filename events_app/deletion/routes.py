"""The addresses of what is still held, and of deleting it."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.deletion import desk

_ONE = "/desk/events/{event_id:uuid}/data"

routes = [
    Route("/desk/held", for_organizers(desk.everything)),
    Route(_ONE, for_organizers(desk.show)),
    Route(f"{_ONE}/deletion", for_organizers(desk.delete_now), methods=["POST"]),
]
