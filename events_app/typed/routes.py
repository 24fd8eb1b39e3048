"""The addresses at which the script keeps what is typed, and asks how it will look."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.typed import desk

_ONE = "/desk/events/{event_id:uuid}/typing"

routes = [
    Route(_ONE, for_organizers(desk.keep), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(desk.throw_away), methods=["POST"]),
    Route("/desk/text-preview", for_organizers(desk.preview), methods=["POST"]),
]
