"""The house as its pages see it: what lives as long as the server, and what rooms above hand down to those below."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request

from events_app import clock
from events_app.acts import Act, Office
from events_app.handed import (
    AnsweredIn,
    BeforePlaceChanges,
    Begin,
    ClashesOf,
    CountLetters,
    CountRegistrations,
    EventsAt,
    Follow,
    FollowCopy,
    FullOf,
    HostsSaidAnew,
    IsSo,
    IsThere,
    KeptWords,
    PutOff,
    SeatsOf,
)
from events_app.kept.page_cache import PageCache
from events_app.mail.courier import Courier
from events_app.settings import Mail
from events_app.vault import Reader, Vault
from events_app.web.site import Site


@dataclass(frozen=True, kw_only=True)
class House:
    """One for each process, made by app.py. `courier` is None where letters are carried by another process."""

    office: Office
    page_cache: PageCache
    mail: Mail
    session_lasts: timedelta
    session_idle: timedelta
    asks_for_notices: IsThere
    is_worked: IsSo
    has_room: Callable[[], bool]
    needs_attention: IsSo
    shows_example: IsSo
    begin: Begin
    follow: Follow
    follow_copy: FollowCopy
    seats_of: SeatsOf
    full_of: FullOf
    count_registrations: CountRegistrations
    count_letters: CountLetters
    has_registrations: IsThere
    is_in_use: IsThere
    is_used: IsThere
    before_place_changes: BeforePlaceChanges
    hosts_said_anew: HostsSaidAnew
    events_at: EventsAt
    answered_in: AnsweredIn
    clashes_of: ClashesOf
    clashes_in: ClashesOf
    kept_words: KeptWords
    put_off: PutOff
    courier: Courier | None = None

    @property
    def vault(self) -> Vault:
        return self.office.vault

    @property
    def site(self) -> Site:
        return self.office.site

    async def is_in_trouble(self) -> bool:
        """Whether somebody should look at the page of what needs attention. On a full disk nothing can be noted there:
        so that is looked at now."""
        return not self.has_room() or await self.needs_attention() or not await self.is_worked()


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


def office_of(request: Request) -> Office:
    return house_of(request).office


def reader_of(request: Request, registration_id: UUID | None = None) -> Reader:
    """Who asks, as the vault is told it: the organizer who is signed in at the desk, else whoever has the own link,
    with its registration where the link has opened one."""
    organizer = getattr(request.state, "organizer", None)
    if organizer:
        return Reader("organizer", organizer.id)
    return Reader("own link", str(registration_id) if registration_id else None)


def act_of(request: Request, registration_id: UUID | None = None) -> Act:
    """What they do now. A page that acts twice asks once: one act is one moment."""
    return Act(reader_of(request, registration_id), clock.now(), office_of(request))
