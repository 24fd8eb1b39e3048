"""Readers: who asks to read personal data. Every reading passes here, and an access rule may decide by it."""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from events_app.errors import Forbidden
from events_app.i18n import N_

Role = Literal["courier", "organizer", "own link", "export"]


class ReadingRefused(Forbidden):
    """This reader may not read this."""

    sentence = N_("This information cannot be opened here.")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: the courier, a signed-in organizer, a person through their own link, an export; and which.

    `who` is the id of the organizer, the registration or the export; the courier has none.
    """

    role: Role
    who: UUID | str | None = None


class ReadRule(Protocol):
    """Decides whether a reader may open what lies at `scope` and `context`; says no by raising a refusal."""

    def __call__(self, reader: Reader, *, scope: str, context: str) -> None: ...


def every_named_reader(reader: Reader, *, scope: str, context: str) -> None:
    """The rule of this version: whoever says who they are may read.

    Later care levels put another rule here: answers that only an organizer's passphrase opens.
    """
