"""The addresses of events at the desk."""

from functools import partial

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.events.desk import event, life, programme
from events_app.events.forms.sections import SECTIONS
from events_app.typed.desk import keeping

_ONE = "/desk/events/{event_id:uuid}"

routes = [
    Route(f"{_ONE}/edit", for_organizers(keeping(event.edit_event)), methods=["GET"]),
    Route(f"{_ONE}/edit", for_organizers(keeping(event.change_event)), methods=["POST"]),
    *(
        Route(
            f"{_ONE}/edit/{section}", for_organizers(keeping(partial(act, section=section))), methods=[method]
        )
        for section in SECTIONS
        for method, act in (("GET", event.edit_event), ("POST", event.change_event))
    ),
    Route(f"{_ONE}/publication", for_organizers(life.publish), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(life.delete), methods=["POST"]),
    Route(f"{_ONE}/withdrawal", for_organizers(life.withdraw), methods=["POST"]),
    Route(f"{_ONE}/cancellation", for_organizers(life.cancel), methods=["POST"]),
    Route(f"{_ONE}/programme", for_organizers(keeping(programme.edit_programme)), methods=["GET"]),
    Route(f"{_ONE}/programme", for_organizers(keeping(programme.save_programme)), methods=["POST"]),
]
