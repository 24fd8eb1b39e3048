"""What comes in by mail: each kind of it that arrives for a registration, or for our sender, and what it may do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from events_app import clock
from events_app.acts import Act, Office, Who
from events_app.addresses import are_one, is_address
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.i18n import N_, translate, use_language
from events_app.mail import outbox
from events_app.mail.inbound import Arrived, MailKind, read
from events_app.mail.models import Letter
from events_app.mail.outcomes import CameBack
from events_app.registrations import rules
from events_app.registrations.actions.leaving import call_off_if_due, leave, stay
from events_app.registrations.facts import Person, uid_of
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.posting import note, openable, post_about
from events_app.registrations.rules import Due, Status
from events_app.registrations.told import sequence_of
from events_app.replies.rules import MOST_A_DAY, MOST_SENT_ON, TooMuchMail, is_one_mailbox, takes_answers
from events_app.vault import Json
from events_app.web.site import Site

log = logging.getLogger(__name__)

BY_HAND: Final = "replies.by_hand"
"""The letter that brings mail to our plain sender to the help desk; it is about no event."""


@dataclass(frozen=True)
class Reception:
    """Who takes answers: the office, whose Authentication-Results count, and where human words go."""

    office: Office
    authserv_id: str = ""
    forward_to: str = ""

    def is_sender(self, recipient: str) -> bool:
        """Whether it is the plain address of ours, which belongs to no registration."""
        site = self.office.site
        return recipient.lower() in {site.sender.lower(), site.reply_address.lower()} - {""}


async def is_ours(recipient: str, return_path: str, *, reception: Reception) -> bool:
    """Whether an address is the ORGANIZER of one of our invitations, or the one that our letters come from. That one
    takes delivery reports (which have no return path), and people's mail where there is somebody to read it."""
    if "+r-" in recipient:
        return await Registration.filter(organizer_address=recipient.lower()).exists()
    return reception.is_sender(recipient) and (return_path == "" or bool(reception.forward_to))


async def take(recipient: str, raw: bytes, return_path: str, *, reception: Reception, now: datetime) -> str:
    """Do what one mail may do; says in a word what that was. Nothing of the mail is logged. Refuses `TooMuchMail`."""
    said = partial(read, raw, return_path=return_path, authserv_id=reception.authserv_id)
    arrived = await asyncio.to_thread(said)  # foreign mail may be anything, and others go on meanwhile
    if reception.is_sender(recipient):
        done = await _take_for_nobody(arrived, reception=reception, now=now)
        log.info("mail to our sender arrived: %s, %s", arrived.kind.value, done)
        return done
    registration = await Registration.get_or_none(organizer_address=recipient.lower())
    if registration is None or registration.erased:
        return "unknown"
    done = await _take(registration.id, arrived, return_path, reception=reception, now=now)
    log.info("an answer arrived: %s, %s", arrived.kind.value, done)
    return done


@one_transaction
async def _take_for_nobody(arrived: Arrived, *, reception: Reception, now: datetime) -> str:
    """Mail to the plain sender: what people write goes to the help desk, and the rest says nothing that we could do."""
    if arrived.kind != MailKind.HUMAN or not reception.forward_to:
        return "dropped"
    today = Letter.filter(kind=BY_HAND, posted_day=now.date())
    if await today.count() >= MOST_SENT_ON:
        raise TooMuchMail()
    site = reception.office.site
    facts = _sent_on(arrived, reception) | {"site_name": site.name(), "site_url": site.base_url}
    await outbox.post(
        BY_HAND, vault=reception.office.vault, scope="site", about=outbox.About(), facts=facts, now=now
    )
    return "sent on"


def _sent_on(arrived: Arrived, reception: Reception) -> dict[str, Json]:
    """The facts of a letter that brings somebody's own words to the help desk. Its answer goes to them, and if it
    cannot be delivered, that is not their address's fault."""
    language = reception.office.site.default_language
    said = [arrived.sender, arrived.text]
    if arrived.attached:
        with use_language(language):
            said.append(translate(_NOT_SENT_ON, names=", ".join(arrived.attached)))
    return {
        "to_address": reception.forward_to,
        "language": language,
        "subject": arrived.subject,
        "body": "\n\n".join(part for part in said if part),
        "reply_to": arrived.sender if is_address(arrived.sender) else "",
        "return_path": "",
        "in_reply_to": "",
    }


_NOT_SENT_ON = N_("Attached, and not sent on: %(names)s")


def returns_to(site: Site) -> str:
    """The mailbox whose plus-addresses take delivery reports in: the one that takes mail in, where it is of the
    sender's own domain. A server may not send for another, and SPF would not speak for the sender (RFC 7489, 3.1.2)."""
    domains = {address.rpartition("@")[2].lower() for address in (site.reply_address, site.sender)}
    return site.reply_address if len(domains) == 1 else ""


def hears_of(office: Office) -> CameBack:
    """What the courier tells of addresses that its server refuses for good."""

    async def heard(thread: UUID, address: str) -> None:
        await came_back(thread, address, act=office.at(clock.now(), Who.APP))

    return heard


@one_transaction
async def came_back(registration_id: UUID, address: str, *, act: Act) -> None:
    """Our own mail server says that nobody will ever get a letter at this address."""
    registration = await Registration.get_or_none(id=registration_id)
    if registration is None or registration.erased:
        return
    person = await openable(registration, act=act)
    if person and are_one(person.address, address):
        await _mark(registration, act=act)


async def _mark(registration: Registration, *, act: Act) -> None:
    if await Registration.filter(id=registration.id, undeliverable=False).update(undeliverable=True):
        await note(registration, "bounced", act=act)


@one_transaction
async def _take(
    registration_id: object, arrived: Arrived, return_path: str, *, reception: Reception, now: datetime
) -> str:
    found = await Registration.get(id=registration_id)
    event = await Event.claim(found.event_id)
    await found.refresh_from_db()
    await call_off_if_due(found, event, act=reception.office.at(now, Who.APP))
    person = await openable(found, act=reception.office.at(now, Who.APP))
    answer_to = _ANSWER_TO.get(arrived.kind)
    if person is None or answer_to is None or await _too_many_today(found, now):
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
        return same_uid and is_one_mailbox(self.arrived.attendee, self.person.address)

    async def hear(self) -> None:
        """Whoever answers gets our letters."""
        if self.registration.undeliverable:
            self.registration.undeliverable = False
            await self.registration.save(update_fields=["undeliverable"])

    async def note(self, what: str) -> str:
        await note(self.registration, what, act=self.act)
        return what

    async def write(self, letter: str, *, more: dict[str, Json] | None = None) -> None:
        """Post a letter of this room, unless the mail had no return path: such mail is never answered."""
        if self.may_answer:
            more = {"in_reply_to": self.arrived.message_id, **(more or {})}
            await post_about(f"replies.{letter}", self.registration, self.event, act=self.act, more=more)


async def _replied(case: _Case) -> str:
    """REPLY: an answer to the present version, newer than the last one that counted."""
    if not case.is_about_us:
        return "not about this person"
    await case.hear()
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
    if registration.due_for == Due.LEAVING and registration.answer == "DECLINED" != arrived.answer:
        return await _stayed(case)
    if not takes_answers(registration.status, registration.due_for, holds=registration.invited):
        return "has no place"
    if arrived.answer == "DECLINED" and registration.status == Status.CONFIRMED:
        return await _declined(case)
    return await _heard(case)


async def _heard(case: _Case) -> str:
    """The answer is kept; nobody gets or loses a place by it."""
    case.registration.answer = case.arrived.answer
    await case.registration.save(update_fields=["answer"])
    return await case.note(f"answered_{case.arrived.answer.lower()}")


async def _stayed(case: _Case) -> str:
    """A yes after a no of the calendar that was a slip: the place was still held, so they keep it."""
    await case.note(f"answered_{case.arrived.answer.lower()}")
    await stay(case.registration.id, answer=case.arrived.answer, act=case.act)
    return "stayed"


async def _declined(case: _Case) -> str:
    """A no frees the seat only when it is surely theirs; then it is held a while. Otherwise a letter asks."""
    registration = case.registration
    registration.answer = "DECLINED"
    await registration.save(update_fields=["answer"])
    await case.note("answered_declined")
    proven = case.arrived.is_proven and is_one_mailbox(case.arrived.sender, case.person.address)
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
    """A delivery report that says never, of the address that we write to now, marks the person; others say nothing."""
    if not any(is_one_mailbox(failed, case.person.address) for failed in case.arrived.failed):
        return "dropped"
    await _mark(case.registration, act=case.act)
    return "bounced"


async def _wrote(case: _Case) -> str:
    """A human's own words go to the help reception, where there is one."""
    if case.reception.forward_to and (case.arrived.text or case.arrived.attached):
        await case.write("forwarded", more=_sent_on(case.arrived, case.reception))
    if are_one(case.arrived.sender, case.person.address):
        await case.hear()
    return await case.note("wrote")


_ANSWER_TO: dict[MailKind, Callable[[_Case], Awaitable[str]]] = {
    MailKind.REPLY: _replied,
    MailKind.COUNTER: _countered,
    MailKind.REFRESH: _refreshed,
    MailKind.BOUNCE: _bounced,
    MailKind.HUMAN: _wrote,
}
"""What a kind of mail may do. What is not here (automatic, too large, unreadable) does nothing."""
