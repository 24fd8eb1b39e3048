"""The addresses of invitations and quotas at the desk."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.invitations import desk

_EVENT = "/desk/events/{event_id:uuid}"
_ALL = f"{_EVENT}/invitations"

routes = [
    Route(_ALL, for_organizers(desk.show), methods=["GET"]),
    Route(_ALL, for_organizers(desk.invite), methods=["POST"]),
    Route(f"{_EVENT}/quotas", for_organizers(desk.save_quotas), methods=["POST"]),
    Route(f"{_ALL}/letters", for_organizers(desk.send), methods=["POST"]),
    Route(f"{_ALL}/{{invitation_id:uuid}}/revocation", for_organizers(desk.revoke), methods=["POST"]),
]
