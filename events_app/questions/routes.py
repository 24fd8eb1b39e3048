"""The addresses of an event's questions at the desk."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.questions.desk import editing, listing, preview
from events_app.typed.desk import keeping

_ALL = "/desk/events/{event_id:uuid}/questions"
_ONE = f"{_ALL}/{{question_id:uuid}}"

routes = [
    Route(_ALL, for_organizers(listing.listing)),
    Route(f"{_ALL}/new", for_organizers(keeping(editing.new_question)), methods=["GET"]),
    Route(f"{_ALL}/new", for_organizers(keeping(editing.add_question)), methods=["POST"]),
    Route(f"{_ALL}/presets", for_organizers(listing.add_preset), methods=["POST"]),
    Route(f"{_ALL}/order", for_organizers(listing.order), methods=["POST"]),
    Route(f"{_ALL}/preview", for_organizers(preview.preview), methods=["GET"]),
    Route(f"{_ALL}/preview", for_organizers(preview.try_out), methods=["POST"]),
    Route(_ONE, for_organizers(keeping(editing.edit_question)), methods=["GET"]),
    Route(_ONE, for_organizers(keeping(editing.save_question)), methods=["POST"]),
    Route(f"{_ONE}/place", for_organizers(listing.move), methods=["POST"]),
    Route(f"{_ONE}/retirement", for_organizers(listing.retire), methods=["POST"]),
    Route(f"{_ONE}/return", for_organizers(listing.ask_again), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(listing.delete), methods=["POST"]),
]
