"""The addresses of the example."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.example import desk

routes = [
    Route(desk.HERE, for_organizers(desk.example), methods=["GET"]),
    Route(desk.HERE, for_organizers(desk.show_example), methods=["POST"]),
    Route(f"{desk.HERE}/removal", for_organizers(desk.remove_example), methods=["POST"]),
]
