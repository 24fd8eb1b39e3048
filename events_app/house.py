"""What every act needs besides its subject, and what every page may ask of the house."""

from dataclasses import dataclass

from starlette.requests import Request

from events_app.vault import Vault
from events_app.web.site import Site


@dataclass(frozen=True)
class Office:
    """What acts need besides their subject: who opens personal data, and what the site says of itself."""

    vault: Vault
    site: Site


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office
