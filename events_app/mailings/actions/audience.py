"""Whom a letter to many goes to: found when it is looked at, and asked again of each letter that leaves."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from tortoise.queryset import QuerySet

from events_app import clock
from events_app.acts import Act, Office, Who
from events_app.events.models.event import Event
from events_app.events.rules import Status as EventStatus
from events_app.mail.leases import Leased
from events_app.mail.outcomes import Unwanted
from events_app.mailings.emails import Content, reveal_words
from events_app.mailings.models import MailingLine
from events_app.optouts.actions import has_opted_out, opted_out_of
from events_app.people import search
from events_app.people.reading import opened, person_or_blank
from events_app.questions.answers import answer_matches
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER, reveal_person
from events_app.registrations.rules import Due, Status

COUNTING_ON_IT: Final = (
    "mailings.changed", "mailings.corrected", "registrations.already", "registrations.confirm_address",
    "registrations.confirmed", "registrations.moved", "registrations.offered", "registrations.own_page",
    "registrations.pending", "registrations.promoted", "registrations.stayed", "registrations.switched",
    "registrations.waitlisted",
)  # fmt: skip
"""Letters that make no sense of an event that does not take place. Who asks for their link still gets it."""


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
        return person_or_blank(registration, vault=act.vault, reader=act.by)

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
    async for row, person in opened(rows, opens=opens):
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


def second_looks(office: Office) -> dict[str, Unwanted]:
    """Who looks again at a letter of this room when it is to leave, by its kind (work.py hands it to the courier)."""

    async def of_a_mailing(letter: Leased, facts: Mapping[str, Any]) -> str:
        return await _why_unwanted(letter, facts, office) or await _why_not_chosen(letter, office)

    async def of_a_reminder(letter: Leased, facts: Mapping[str, Any]) -> str:
        return await _why_unwanted(letter, facts, office) or await _why_too_late(letter)

    async def of_a_follow_up(letter: Leased, facts: Mapping[str, Any]) -> str:
        return await _why_unwanted(letter, facts, office)

    return {
        "mailings.mailing": of_a_mailing,
        "mailings.reminder": of_a_reminder,
        "mailings.follow_up": of_a_follow_up,
        **dict.fromkeys(COUNTING_ON_IT, _why_called_off),
    }


async def _why_unwanted(letter: Leased, facts: Mapping[str, Any], office: Office) -> str:
    """A letter without a thread is a test, to the organizer who asked for it."""
    if letter.thread is None:
        return ""
    registration = await Registration.get_or_none(id=letter.thread)
    if registration is None or not may_be_written_to(registration):
        return "out"
    is_out = await has_opted_out(registration.event_id, facts["to_address"], vault=office.vault)
    return "opted out" if is_out else ""


async def _why_not_chosen(letter: Leased, office: Office) -> str:
    """The search that chose this person is asked once more, about them alone, unless it chose everybody. Whose letters
    had been lost may have had them since, so that is not asked again."""
    mine = MailingLine.filter(registration_id=letter.thread, letter_id=letter.id)
    line = await mine.select_related("mailing").first()
    if line is None:
        return ""
    words = reveal_words(line.mailing, act=office.at(clock.now(), Who.APP))
    asked = replace(search.read_query(parse_qsl(words.query)), lost=False, sort=search.SORTS[0])
    if asked == search.Query():
        return ""
    if asked.ids and line.registration_id not in asked.ids:
        return "not chosen"
    alone = replace(asked, ids=(line.registration_id,))
    return "" if await _fits(line.mailing.event_id, alone, office) else "not chosen"


async def _fits(event_id: uuid.UUID, alone: search.Query, office: Office) -> bool:
    if not alone.needs_opening:
        return await search.rows_for(event_id, alone).exists()

    def opens(registration: Registration) -> Person:
        return reveal_person(registration, vault=office.vault, reader=COURIER)

    lens = search.Lens(opens=opens, matches=answer_matches)
    return bool(await search.find_ids(event_id, alone, lens=lens))


async def _why_called_off(letter: Leased, facts: Mapping[str, Any]) -> str:
    """Once the event is called off nobody is told any more that they have a seat: the letter that says so follows."""
    is_off = await Event.filter(id=letter.scope, status=EventStatus.CANCELLED).exists()
    return "begun" if is_off else ""


async def _why_too_late(letter: Leased) -> str:
    """A reminder says that the event is coming up, and that its person has a place."""
    registration = await Registration.get_or_none(id=letter.thread) if letter.thread else None
    if registration is None or registration.status != Status.CONFIRMED:
        return "out" if registration else ""
    event = await Event.find_any(registration.event_id)
    is_coming = event.status == EventStatus.PUBLISHED and clock.now() < event.starts_at
    return "" if is_coming else "begun"
