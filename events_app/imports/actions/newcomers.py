"""Who of a list is still to come: written down a few on a page, sealed, and read again when it is their turn."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from events_app.acts import Act
from events_app.imports.models import ImportDraft, ImportPage
from events_app.imports.rules import Candidate, Choice, Place
from events_app.offload.breathing import with_breaths
from events_app.registrations.facts import Person, person_of
from events_app.registrations.posting import COURIER
from events_app.registrations.rules import Status
from events_app.tokens import new_token
from events_app.vault import Json

AT_ONCE: Final = 24
WITH_LETTERS_AT_ONCE: Final = 8
"""People a transaction, in which the event's seats wait: each letter is sealed by itself."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody of a list who is to come: the id of their row, who they are, and where they stand on the list."""

    row_id: uuid.UUID
    person: Person
    index: bytes
    language: str
    place: Place
    registered_on: date | None = None

    @property
    def lives(self) -> bool:
        return self.place.wish not in {Status.DECLINED, Status.CANCELLED}

    def as_json(self) -> dict[str, Json]:
        place = self.place
        return {
            "id": self.row_id.hex,
            "person": self.person.as_json(),
            "index": self.index.hex(),
            "language": self.language,
            "place": [place.at, place.wish.value, place.mode, dict(place.before), place.waits],
            "day": self.registered_on.isoformat() if self.registered_on else "",
        }


def newcomer_of(said: Mapping[str, Any]) -> Newcomer:
    at, wish, mode, before, waits = said["place"]
    return Newcomer(
        uuid.UUID(said["id"]),
        person_of(said["person"]),
        bytes.fromhex(said["index"]),
        said["language"],
        Place(at, Status(wish), mode, before, waits),
        date.fromisoformat(said["day"]) if said["day"] else None,
    )


def newcomer(line: Candidate, place: Place, index: bytes) -> Newcomer:
    said = line.applicant
    person = Person(said.name, said.address, said.needs, new_token(), dict(said.answers))
    return Newcomer(uuid.uuid4(), person, index, said.language, place, line.registered_on)


async def sealed_pages(
    draft: ImportDraft, newcomers: Sequence[Newcomer], *, wish: Choice, act: Act
) -> list[ImportPage]:
    """A few on each page, in the order of the list."""
    size = WITH_LETTERS_AT_ONCE if wish.writes else AT_ONCE
    pages = list[ImportPage]()
    async for start in with_breaths(range(0, len(newcomers), size), 1):
        said = json.dumps([each.as_json() for each in newcomers[start : start + size]]).encode()
        scope, place = str(draft.event_id), len(pages)
        sealed = act.vault.seal_bytes(scope, _context(draft.id, place), said)
        pages.append(ImportPage(event_id=draft.event_id, batch_id=draft.id, place=place, people=sealed))
    return pages


def _context(batch_id: uuid.UUID, place: int) -> str:
    return f"import page:{batch_id}:{place}"


def reveal_page(page: ImportPage, *, act: Act) -> list[Newcomer]:
    """Whoever goes on with the list: it is the app that reads and writes them."""
    context = _context(page.batch_id, page.place)
    opened = act.vault.reveal_bytes(str(page.event_id), context, page.people, COURIER)
    return [newcomer_of(each) for each in json.loads(opened)]
