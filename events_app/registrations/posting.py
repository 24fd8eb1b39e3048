"""Opening who a registration is, posting the letter a change owes, and writing the change, or a newcomer, down."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from events_app import allowances
from events_app.acts import Act
from events_app.database import Statement, insertion, row_of, write
from events_app.events.models.event import Event
from events_app.health.actions.guarding import or_set_aside
from events_app.mail import outbox
from events_app.mail.emptying import empty_thread
from events_app.registrations.facts import NOBODY, Person, event_facts, letter_facts, person_of
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.told import due_by, marks_of, sequence_of
from events_app.vault import Json, Reader, Vault

COURIER = Reader("courier")

HANDED = "registrations.handed"
"""The letter to a colleague who is offered somebody's place; it is in the thread of whoever offers it."""

_REPLACES = {
    "registrations.already": "link",
    "registrations.link": "link",
    "registrations.own_page": "link",
    "registrations.confirm_address": "address",
    "registrations.switched": "switched",
}
"""Letters of this room of which only the newest is worth sending: a younger one supersedes it while it is unsent."""


def person_context(registration_id: uuid.UUID) -> str:
    """What a sealed person is bound to: a blob moved to another row does not open."""
    return f"person:{registration_id}"


def guest_context(invitation_id: uuid.UUID) -> str:
    """What a sealed guest of an invitation is bound to."""
    return f"invitation:{invitation_id}"


def reveal_person(registration: Registration, *, vault: Vault, reader: Reader) -> Person:
    """The one way to read who a registration is; the vault is told who asks."""
    context = person_context(registration.id)
    return person_of(vault.reveal(str(registration.event_id), context, registration.person, reader))


async def openable(registration: Registration, *, act: Act) -> Person | None:
    """Who it is; None for somebody who cannot be opened and is set aside, so that all others get their letter."""
    opens = partial(reveal_person, registration, vault=act.vault, reader=COURIER)
    return await or_set_aside(opens, registration.id, registration.event_id)


NO_GUEST: Final[Mapping[str, Json]] = {"name": "", "address": "", "language": "", "code": ""}


def reveal_guest(invitation: Invitation, *, act: Act) -> Mapping[str, Any]:
    """Whom an invitation is for, and its code: {name, address, language, code}; all empty once it is forgotten, or
    where it cannot be opened."""
    scope, context = str(invitation.event_id), guest_context(invitation.id)
    return act.vault.reveal(scope, context, invitation.guest, act.by, instead=NO_GUEST)


async def spend(invitation: Invitation | None, registration_id: uuid.UUID | None = None) -> None:
    """A code opens one registration, and is used up as well by an address that was registered before (None)."""
    if invitation is not None:
        invitation.state, invitation.registration_id = "used", registration_id
        await invitation.save(update_fields=["state", "registration_id"])


async def forget_guest(invitation: Invitation, *, act: Act) -> None:
    """The name, the address and the code of an invitation are gone, and its letters. If it was not used, it never is.

    Its code's index stays, under the event's key, so that whoever holds the code reads that it was withdrawn.
    """
    context = guest_context(invitation.id)
    invitation.guest = act.vault.seal(str(invitation.event_id), context, NO_GUEST)
    invitation.address_index = None
    invitation.state = "used" if invitation.state == "used" else "revoked"
    await invitation.save(update_fields=["guest", "address_index", "state"])
    await empty_thread(invitation.id)


async def forget_offers(registration: Registration, *, act: Act) -> None:
    """Whom a person offered their place to and who did not take it: it is withdrawn, and the colleague forgotten."""
    offered = Invitation.filter(registration_id=registration.id, purpose="transfer")
    for invitation in await offered.filter(state__in=["created", "sent"]):
        await forget_guest(invitation, act=act)
        await empty_thread(registration.id, only=[HANDED])


def seal_person(registration: Registration, person: Person, *, vault: Vault) -> None:
    """Put the person into the row; saving it is the caller's."""
    context = person_context(registration.id)
    registration.person = vault.seal(str(registration.event_id), context, person.as_json())


async def post_about(
    letter: str,
    registration: Registration,
    event: Event,
    *,
    replaces: str | None = None,
    more: Mapping[str, Json] | None = None,
    not_before: datetime | None = None,
    act: Act,
) -> uuid.UUID | None:
    """Post one letter about a registration to its person; None for somebody without an address, or whose data cannot
    be opened: what the letter would tell of happens all the same.

    `letter` is a word of this room ("switched"), or another room's whole kind ("mailings.changed") with what it
    `replaces` (see `outbox.About`). `more` goes into the letter's facts (an old time, a reason, another "to_address");
    it is frozen like the rest.
    """
    person = await openable(registration, act=act)
    facts = await _facts_about(registration, person, event, more or {}, act=act) if person else None
    if facts is None:
        return None
    kind = letter if "." in letter else f"registrations.{letter}"
    about = _about(kind, registration, not_before, replaces=replaces)
    scope = str(registration.event_id)
    return await outbox.post(kind, vault=act.vault, scope=scope, about=about, facts=facts, now=act.now)


def _about(
    kind: str, registration: Registration, not_before: datetime | None = None, *, replaces: str | None = None
) -> outbox.About:
    replaces = replaces or _REPLACES.get(kind)
    return outbox.About(registration.event_id, registration.id, replaces, not_before=not_before)


async def _facts_about(
    registration: Registration, person: Person, event: Event, more: Mapping[str, Json], *, act: Act
) -> dict[str, Json] | None:
    if not more.get("to_address", person.address):
        return None
    language = str(more.get("language", registration.language))
    about = event_facts(event, await event.hosts(), language=language, site=act.site)
    facts = letter_facts(registration, person, about, office=act.office, now=act.now)
    facts["sequence"] = await sequence_of(registration, event)
    return {**facts, **more}


async def owed_about(
    letters: Sequence[str],
    registration: Registration,
    person: Person,
    event: Event,
    *,
    more: Mapping[str, Json] | None = None,
    not_before: datetime | None = None,
    act: Act,
) -> list[outbox.Owed]:
    """Several letters of this room about a registration, to be posted with what they tell of: their facts are gathered
    once. None for somebody without an address."""
    facts = await _facts_about(registration, person, event, more or {}, act=act) if letters else None
    if facts is None:
        return []
    kinds = [f"registrations.{letter}" for letter in letters]
    return [outbox.Owed(kind, _about(kind, registration, not_before), facts) for kind in kinds]


@dataclass(frozen=True)
class Newcomer:
    """A registration that is not written yet, who it is, and when the first letters may go to an address that is not
    known to be theirs."""

    registration: Registration
    person: Person
    not_before: datetime | None = None


async def enrol(
    newcomers: Sequence[tuple[Newcomer, list[str]]], event: Event, *, what: str, act: Act
) -> None:
    """Write newcomers, each with the letters they owe, all in one go. Whoever gets an entry for a calendar gets the
    link to their own page in a letter of its own."""
    registrations = [them.registration for them, _letters in newcomers]
    owed = await _owed_by(newcomers, event, act=act)
    marks = marks_of(await due_by(event, now=act.now), registrations, event)
    new = [
        insertion("registration", [row_of(each) for each in registrations]),
        insertion("history_line", [history_line(each, what, act=act) for each in registrations]),
    ]
    if marks:
        new.append(insertion("reminded", marks))
    if owed:
        new.append(outbox.posting(owed, vault=act.vault, scope=str(event.id), now=act.now))
    await write(*new)


async def _owed_by(
    newcomers: Sequence[tuple[Newcomer, list[str]]], event: Event, *, act: Act
) -> list[outbox.Owed]:
    owed = []
    for them, letters in newcomers:
        each = [*letters, "own_page"] if them.registration.invited else letters
        when = them.not_before
        owed += await owed_about(each, them.registration, them.person, event, not_before=when, act=act)
    return owed


async def enrolment_in_vain(
    newcomers: Sequence[tuple[Newcomer, list[str]]], known: Registration, event: Event, *, act: Act
) -> list[Statement]:
    """What `enrol` would write, said as if all of them were `known`, so that everything stays as it was: for
    `post_sparingly`, which writes that person's letters."""
    if owed := await _owed_by(newcomers[1:], event, act=act):
        outbox.posting(owed, vault=act.vault, scope=str(event.id), now=act.now)
    as_known = {"address_index": bytes(known.address_index)}
    new = insertion("registration", [row_of(them.registration) | as_known for them, _letters in newcomers])
    last = newcomers[-1][0].registration.id  # PostgreSQL updates no row twice
    written = [Statement(f"{new.sql} {_STAYS} ${len(new.values) + 1}", [*new.values, last])]
    if marks_of(await due_by(event, now=act.now), [known], event):
        written.append(Statement(_REMINDED_AS_IT_WAS, [known.id]))
    return written


_STAYS = """
    ON CONFLICT ("event_id", "address_index", "live") DO UPDATE SET
        "status" = "registration"."status", "seated" = "registration"."seated", "arrival" = "registration"."arrival",
        "due_at" = "registration"."due_at", "party" = "registration"."party", "person" = "registration"."person",
        "organizer_address" = "registration"."organizer_address", "token_digest" = "registration"."token_digest"
    WHERE excluded."id" =
"""
"""The row as it was, with every index that a new one would be in."""
_REMINDED_AS_IT_WAS = 'UPDATE "reminded" SET "told" = "told" WHERE "registration_id" = $1'


async def post_sparingly(
    letters: Sequence[str],
    registration: Registration,
    event: Event,
    *,
    more: Mapping[str, Json] | None = None,
    beside: Sequence[Statement] = (),
    act: Act,
) -> None:
    """Post letters that anybody can cause by typing an address, about a registration that has one: to one address one
    in a quarter of an hour, six a day (`allowances`). What is withheld costs the same work, so that its time tells
    nothing either. `beside` is written with them."""
    person = await openable(registration, act=act) or NOBODY
    mark = allowances.mark_of(person.address, "link", scope=str(event.id), vault=act.vault)
    may_go = await allowances.take(mark, now=act.now)
    owed = await owed_about(letters, registration, person, event, more=more, act=act)
    in_vain = Statement(_WRITE_IN_VAIN, [registration.id])
    posted = outbox.posting(owed, vault=act.vault, scope=str(event.id), now=act.now) if owed else in_vain
    abouts = [
        letter.about if may_go else outbox.About(thread=registration.id, replaces="nothing")
        for letter in owed
    ]
    await write(*beside, *outbox.superseding(abouts), posted if may_go else in_vain)


_WRITE_IN_VAIN = """
    UPDATE "letter" SET "facts" = "facts" WHERE "number" = (SELECT MAX("number") FROM "letter" WHERE "thread" = $1)
"""
"""The newest letter of the thread, as it was."""


async def turn_of(address: str, about: str, event: Event, *, act: Act) -> datetime | None:
    """When a letter may go to an address that somebody else typed (`allowances.book`); None where none may."""
    mark = allowances.mark_of(address, about, scope=str(event.id), vault=act.vault)
    return await allowances.book(mark, now=act.now)


async def post_own_page(registration: Registration, event: Event, *, act: Act) -> None:
    """Post the personal link by itself, after a letter with a calendar part, which may not hold it.

    Once for a registration: at its first such letter, unless a letter before held the link; and to who gets a place
    online so late that reminders have been sent, since these bring the way to join.
    """
    await post_about("own_page", registration, event, act=act)


async def note(registration: Registration, what: str, *, act: Act) -> None:
    """Write a line of history: what happened, on which day, whose doing."""
    await write(insertion("history_line", [history_line(registration, what, act=act)]))


def history_line(registration: Registration, what: str, *, act: Act) -> dict[str, Any]:
    """Such a line, to be written beside what happened."""
    return {"registration_id": registration.id, "day": act.now.date(), "what": what, "who": act.who.value}
