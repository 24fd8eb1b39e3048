"""The site's own facts, the same for every request: its name, its address, its languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from events_app.i18n import choose
from events_app.web.unsent import UNSENT


@dataclass(frozen=True)
class Site:
    """What pages and letters may say about the site.

    `base_url` has no slash at its end; `host` is the one in calendar UIDs and never changes, even when the
    base URL does; `sender` is the address letters come from (the calendar's ORGANIZER); with `reply_address` set,
    each invitation gets a plus-address of it instead, so that a calendar's answer finds its registration;
    `security_contact` is whom security.txt names, an e-mail address or an https one.
    Without `sends_mail` letters are written and kept: no page says that anything was sent.
    """

    names: Mapping[str, str]
    base_url: str
    host: str
    languages: tuple[str, ...]
    default_language: str
    sender: str
    reply_address: str = ""
    security_contact: str = ""
    sends_mail: bool = True

    def name(self, language: str | None = None) -> str:
        """What the site is called, in that language or the one now spoken."""
        return choose(self.names, language)

    @property
    def instead(self) -> Mapping[str, str]:
        """What this site says in the place of sentences that are not true of it."""
        return {} if self.sends_mail else UNSENT

    def url(self, path: str) -> str:
        return self.base_url + path


def site_of(request: HTTPConnection) -> Site:
    site: Site = request.app.state.house.site
    return site
