"""What calendars answer: each kind of mail that arrives for a registration, and what it may do."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from events_app.acts import Act, Office, Who
from events_app.addresses import are_one
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.mail.inbound import Arrived, MailKind, read
from events_app.registrations import rules
from events_app.registrations.actions.leaving import leave
from events_app.registrations.facts import Person, uid_of
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.posting import COURIER, note, post_about, reveal_person
from events_app.registrations.rules import Status
from events_app.registrations.told import sequence_of
from events_app.vault import Json

log = logging.getLogger(__name__)

MOST_A_DAY = 20
"""So many mails of one invitation are looked at in a day; a mail loop ends there."""


@dataclass(frozen=True)
class Reception:
    """Who takes answers: the office, whose Authentication-Results count, and where human words go."""

    office: Office
    authserv_id: str = ""
    forward_to: str = ""


async def is_ours(recipient: str) -> bool:
    """Whether an address is the ORGANIZER of one of our invitations."""
    return "+r-" in recipient and await Registration.filter(organizer_address=recipient.lower()).exists()


async def take(recipient: str, raw: bytes, return_path: str, *, reception: Reception, now: datetime) -> str:
    """Do what one mail may do; says in a word what that was. Nothing of the mail is logged."""
    registration = await Registration.get_or_none(organizer_address=recipient.lower())
    if registration is None or registration.erased:
        return "unknown"
    arrived = read(raw, return_path=return_path, authserv_id=reception.authserv_id)
    done = await _take(registration.id, arrived, return_path, reception=reception, now=now)
    log.info("an answer arrived: %s, %s", arrived.kind.value, done)
    return done


@one_transaction
async def _take(
    registration_id: object, arrived: Arrived, return_path: str, *, reception: Reception, now: datetime
) -> str:
    found = await Registration.get(id=registration_id)
    event = await Event.claim(found.event_id)
    await found.refresh_from_db()
    person = reveal_person(found, vault=reception.office.vault, reader=COURIER)
    answer_to = _ANSWER_TO.get(arrived.kind)
    if answer_to is None or await _too_many_today(found, now):
        return "dropped"
    act = reception.office.at(now, Who.PERSON)
    return await answer_to(_Case(found, event, person, arrived, reception, act, may_answer=bool(return_path)))


async def _too_many_today(registration: Registration, now: datetime) -> bool:
    today = HistoryLine.filter(registration_id=registration.id, day=now.date(), who=Who.PERSON.value)
    return await today.count() >= MOST_A_DAY


@dataclass(frozen=True)
class _Case:
    """One mail before the reception, with everything needed to judge it."""

    registration: Registration
    event: Event
    person: Person
    arrived: Arrived
    reception: Reception
    act: Act
    may_answer: bool

    @property
    def is_about_us(self) -> bool:
        """The UID is this registration's, and the attendee is its person. A missing ORGANIZER is fine: Exchange's."""
        same_uid = self.arrived.uid == uid_of(self.registration.id, self.reception.office.site)
        return same_uid and are_one(self.arrived.attendee, self.person.address)

    async def note(self, what: str) -> str:
        await note(self.registration, what, act=self.act)
        return what

    async def write(self, letter: str, *, more: dict[str, Json] | None = None) -> None:
        """Post a letter of this room, unless the mail had no return path: such mail is never answered."""
        if self.may_answer:
            await post_about(f"replies.{letter}", self.registration, self.event, act=self.act, more=more)


async def _replied(case: _Case) -> str:
    """REPLY: an answer to the present version, newer than the last one that counted."""
    if not case.is_about_us:
        return "not about this person"
    registration, arrived = case.registration, case.arrived
    if arrived.sequence < registration.sequence:
        return await case.note("answered_old")
    if arrived.sequence > await sequence_of(registration, case.event):
        return await case.note("answered_unknown")
    stamp = milliseconds(arrived.stamp) if arrived.stamp else 0
    if registration.answered_at is not None and stamp <= registration.answered_at:
        return "heard before"
    registration.answered_at = stamp
    await registration.save(update_fields=["answered_at"])
    if registration.status != Status.CONFIRMED or registration.due_for:
        return "has no place"
    if arrived.answer == "DECLINED":
        return await _declined(case)
    registration.answer = arrived.answer
    await registration.save(update_fields=["answer"])
    return await case.note(f"answered_{arrived.answer.lower()}")


async def _declined(case: _Case) -> str:
    """A no frees the seat only when it is surely theirs; then it is held a while. Otherwise a letter asks."""
    registration = case.registration
    registration.answer = "DECLINED"
    await registration.save(update_fields=["answer"])
    await case.note("answered_declined")
    proven = case.arrived.is_proven and are_one(case.arrived.sender, case.person.address)
    if not proven or case.act.now >= case.event.ends_at:
        await case.write("declined_reply")
        return "asked"
    await leave(registration.id, act=case.act)
    until = (case.act.now + rules.UNDO_LASTS).astimezone(case.event.starts.tzinfo)
    await case.write("declined_reply", more={"until": until.isoformat()})
    return "leaving"


async def _countered(case: _Case) -> str:
    if case.is_about_us:
        await case.write("counter")
        return await case.note("countered")
    return "not about this person"


async def _refreshed(case: _Case) -> str:
    """REFRESH: the invitation as it is now, with a newer DTSTAMP; its SEQUENCE is the same unless it says more than
    its person has been told."""
    if not case.is_about_us or case.registration.status != Status.CONFIRMED:
        return "not about this person"
    await case.write("refreshed")
    return await case.note("refreshed")


async def _bounced(case: _Case) -> str:
    """A delivery report that says never marks the person; one that says not yet says nothing."""
    if not case.arrived.is_final:
        return "dropped"
    case.registration.undeliverable = True
    await case.registration.save(update_fields=["undeliverable"])
    return await case.note("bounced")


async def _wrote(case: _Case) -> str:
    """A human's own words go to the help reception, where there is one."""
    if case.reception.forward_to and case.arrived.text.strip():
        body = f"{case.arrived.sender}\n\n{case.arrived.text.strip()}"
        language = case.reception.office.site.default_language
        more: dict[str, Json] = {"to_address": case.reception.forward_to, "body": body, "language": language}
        await case.write("forwarded", more=more)
    return await case.note("wrote")


_ANSWER_TO: dict[MailKind, Callable[[_Case], Awaitable[str]]] = {
    MailKind.REPLY: _replied,
    MailKind.COUNTER: _countered,
    MailKind.REFRESH: _refreshed,
    MailKind.BOUNCE: _bounced,
    MailKind.HUMAN: _wrote,
}
"""What a kind of mail may do. What is not here (automatic, too large, unreadable) does nothing."""
