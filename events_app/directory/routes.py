"""The addresses of organizations and venues at the desk."""

from collections.abc import Mapping
from typing import Final

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.directory.desk import logos, organizations, venues

_ONE_ORGANIZATION = "/desk/organizations/{organization_id:uuid}"
_ONE_VENUE = "/desk/venues/{venue_id:uuid}"

routes = [
    Route("/desk/organizations", for_organizers(organizations.organizations)),
    Route("/desk/organizations/new", for_organizers(organizations.edit_organization), methods=["GET"]),
    Route("/desk/organizations/new", for_organizers(organizations.save_organization), methods=["POST"]),
    Route(_ONE_ORGANIZATION, for_organizers(organizations.edit_organization), methods=["GET"]),
    Route(_ONE_ORGANIZATION, for_organizers(organizations.save_organization), methods=["POST"]),
    Route(
        f"{_ONE_ORGANIZATION}/deletion", for_organizers(organizations.delete_organization), methods=["POST"]
    ),
    Route(f"{_ONE_VENUE}/deletion", for_organizers(venues.delete_venue), methods=["POST"]),
    Route(f"{_ONE_ORGANIZATION}/logo", for_organizers(logos.save_logo), methods=["POST"]),
    Route("/desk/venues", for_organizers(venues.venues)),
    Route("/desk/venues/new", for_organizers(venues.edit_venue), methods=["GET"]),
    Route("/desk/venues/new", for_organizers(venues.save_venue), methods=["POST"]),
    Route(_ONE_VENUE, for_organizers(venues.edit_venue), methods=["GET"]),
    Route(_ONE_VENUE, for_organizers(venues.save_venue), methods=["POST"]),
]


MOST_OF_A_LOGO: Final = 5 * 1024 * 1024


LARGER_BODIES: Final[Mapping[str, int]] = {r"/desk/organizations/[^/]+/logo": MOST_OF_A_LOGO + 64 * 1024}
"""The path to which a larger body may be sent (see `web.security.BodyLimit`)."""
