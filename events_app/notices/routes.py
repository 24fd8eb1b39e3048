"""The address of an organizer's own choice about notices."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.notices import desk

routes = [
    Route("/desk/notices", for_organizers(desk.show), methods=["GET"]),
    Route("/desk/notices", for_organizers(desk.save), methods=["POST"]),
]
