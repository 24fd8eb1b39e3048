"""Whom a letter to many goes to: found when it is looked at, and asked again of each letter that leaves."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tortoise.queryset import QuerySet

from events_app.acts import Act
from events_app.events.models.event import Event
from events_app.mailings.emails import Content
from events_app.optouts.actions import opted_out_of
from events_app.people import search
from events_app.questions.answers import answer_matches
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Due


@dataclass(frozen=True)
class Audience:
    """Whom a letter goes to: registrations by id with their languages; and how many fit but have no address, or one
    from which mail came back, or want no such letters."""

    people: Mapping[uuid.UUID, str]
    without_address: int
    bounced: int = 0
    opted_out: int = 0

    @property
    def mark(self) -> str:
        """Changes as soon as anybody joins or leaves."""
        return hashlib.sha256(b"".join(each.bytes for each in sorted(self.people))).hexdigest()[:16]

    def in_another_language(self, words: Content) -> int:
        """How many get it in a language that is not theirs."""
        return sum(language not in words.written for language in self.people.values())


async def audience_of(event_id: uuid.UUID, query: str, *, act: Act) -> Audience:
    """Whom the query finds, without those who are never written to: see `may_be_written_to`."""

    def opens(registration: Registration) -> Person:
        return reveal_person(registration, vault=act.vault, reader=act.by)

    asked = search.read_query(parse_qsl(query))
    rows: QuerySet[Registration] = search.rows_for(event_id, asked).filter(live=1, erased=False)
    rows = rows.exclude(due_for__in=[Due.ADDRESS, Due.LEAVING])
    spoken: dict[uuid.UUID, str] = dict(await rows.values_list("id", "language"))
    bounced = set(await rows.filter(undeliverable=True).values_list("id", flat=True))
    if asked.needs_opening:
        lens = search.Lens(opens=opens, matches=answer_matches)
        found = set(await search.find_ids(event_id, asked, lens=lens))
        spoken = {each: language for each, language in spoken.items() if each in found}
    opted_out = await opted_out_of(await Event.find(event_id), vault=act.vault)
    unwanted, addressed = set[uuid.UUID](), {}
    async for row, person in search.opened(rows, opens=opens):
        if row.id in spoken and person.address:
            addressed[row.id] = spoken[row.id]
            unwanted |= {row.id} if person.address in opted_out else set()
    out = bounced | unwanted
    people = {each: language for each, language in addressed.items() if each not in out}
    return Audience(
        people,
        without_address=len(spoken) - len(addressed),
        bounced=len(bounced & addressed.keys()),
        opted_out=len(unwanted - bounced),
    )


def may_be_written_to(registration: Registration | None) -> bool:
    """Never to somebody cancelled, declined, erased, about to leave, whose address nobody has confirmed yet, or from
    whose address mail came back."""
    return (
        registration is not None
        and registration.live == 1
        and not registration.erased
        and not registration.undeliverable
        and registration.due_for not in {Due.ADDRESS, Due.LEAVING}
    )
