"""The addresses of the list of people at the desk."""

from functools import partial

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.people.desk import acts, duplicates, entering, listing, person, printing, saved_views

_EVENT = "/desk/events/{event_id:uuid}"
_MANY = f"{_EVENT}/registrations"
_ONE = f"{_MANY}/{{registration_id:uuid}}"

routes = [
    Route(_MANY, for_organizers(listing.listing)),
    Route(f"{_EVENT}/views", for_organizers(saved_views.keep_view), methods=["POST"]),
    Route(
        f"{_EVENT}/views/{{view_id:uuid}}/deletion", for_organizers(saved_views.drop_view), methods=["POST"]
    ),
    Route(f"{_EVENT}/duplicates", for_organizers(duplicates.duplicates)),
    Route(f"{_MANY}/acts", for_organizers(acts.ask_about_many), methods=["GET"]),
    Route(f"{_MANY}/acts", for_organizers(acts.act_on_many), methods=["POST"]),
    Route(f"{_MANY}/print", for_organizers(printing.whole_list)),
    Route(f"{_MANY}/new", for_organizers(entering.show), methods=["GET"]),
    Route(f"{_MANY}/new", for_organizers(entering.enter), methods=["POST"]),
    Route(_ONE, for_organizers(person.show)),
    Route(f"{_ONE}/notes", for_organizers(person.save_note), methods=["POST"]),
    Route(f"{_ONE}/mode", for_organizers(person.switch), methods=["POST"]),
    Route(f"{_ONE}/letters", for_organizers(person.write_again), methods=["POST"]),
    Route(f"{_ONE}/erasure", for_organizers(person.erase), methods=["POST"]),
    *(
        Route(f"{_ONE}/{noun}", for_organizers(partial(person.act_on_one, verb=verb)), methods=["POST"])
        for noun, verb in person.ACT_OF.items()
    ),
]
