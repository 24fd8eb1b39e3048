"""The address of what goes wrong by itself."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.health import desk

routes = [Route("/desk/health", for_organizers(desk.show), methods=["GET"])]
