"""The addresses of conferences at the desk."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.conferences import desk

_ONE = "/desk/conferences/{conference_id:uuid}"

routes = [
    Route("/desk/conferences", for_organizers(desk.conferences)),
    Route("/desk/conferences/new", for_organizers(desk.edit_conference), methods=["GET"]),
    Route("/desk/conferences/new", for_organizers(desk.save_conference), methods=["POST"]),
    Route(_ONE, for_organizers(desk.edit_conference), methods=["GET"]),
    Route(_ONE, for_organizers(desk.save_conference), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(desk.delete_conference), methods=["POST"]),
]
