"""Who acts, when, and with what: the one small value that every act is handed."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from events_app.vault import Reader, Vault
from events_app.web.site import Site


class Who(StrEnum):
    """Whose doing something is, as a person's history says it."""

    PERSON = "person"
    ORGANIZER = "organizer"
    APP = "app"


_READER_OF = {Who.PERSON: Reader("own link"), Who.ORGANIZER: Reader("organizer"), Who.APP: Reader("courier")}
_WHO_OF = {"own link": Who.PERSON, "organizer": Who.ORGANIZER, "export": Who.ORGANIZER, "courier": Who.APP}


@dataclass(frozen=True, slots=True)
class Office:
    """What acts need besides their subject: who opens personal data, and what the site says of itself."""

    vault: Vault
    site: Site

    def at(self, now: datetime, who: Who = Who.ORGANIZER) -> "Act":
        """An act at that moment, by somebody of whom no more is known than what they are."""
        return Act(_READER_OF[who], now, self)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of somebody: `by` is who (as the vault is told it), `now` the moment (aware, UTC), `office` the means.

    History says `who`; later the audit log and the roles read `by`.
    """

    by: Reader
    now: datetime
    office: Office

    @property
    def who(self) -> Who:
        return _WHO_OF[self.by.role]

    @property
    def vault(self) -> Vault:
        return self.office.vault

    @property
    def site(self) -> Site:
        return self.office.site

    def of(self, who: Who) -> "Act":
        """The same moment, as `who`'s doing: a person cancels, and it is the app that lets the next in line move up."""
        return self if self.who == who else replace(self, by=_READER_OF[who])
