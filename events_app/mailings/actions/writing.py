"""Writing to many: one letter each, in their own language, posted a few at a time and to nobody twice."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tortoise.expressions import Subquery
from tortoise.functions import Count

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events.models.event import Event, hosts_of
from events_app.events.rules import Status as EventStatus
from events_app.health.actions.guarding import Guard
from events_app.i18n import N_, translate, use_language
from events_app.mail import outbox
from events_app.mail.models import OPEN_COLUMNS, Letter
from events_app.mailings.actions.audience import Audience, audience_of, may_be_written_to
from events_app.mailings.emails import ASKED_AT_THE_DESK, Content, LetterMaker, content_context, reveal_words
from events_app.mailings.models import Mailing, MailingLine
from events_app.mailings.rules import (
    EventIsDraft,
    LetterUnderWay,
    NobodyToWriteTo,
    NoSuchMailing,
    PeopleChanged,
    WordsChanged,
)
from events_app.offload.breathing import breathe, give_way, with_breaths
from events_app.optouts.actions import opted_out_among
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.posting import openable
from events_app.registrations.rules import Status
from events_app.vault import Json

KIND: Final = "mailings.mailing"
BATCH: Final = 25
"""People a transaction: some ten milliseconds in which the event's seats wait."""

MOST_NAMED: Final = 50
"""Of the letters that did not reach their person, on the page that says how far it is."""

UNREACHED: Final = ("refused", "withheld", "unsure", "kept", "superseded")
"""States of a letter that its person has not had, or perhaps not."""


def mark_of(audience: Audience, words: Content) -> str:
    """What somebody has looked at: to whom it goes, and what it says."""
    return f"{audience.mark}.{words.mark}"


@dataclass(frozen=True)
class Report:
    """How far a mailing is: lines by state, letters by state, and the letters that did not reach their person."""

    lines: Mapping[str, int]
    letters: Mapping[str, int]
    unreached: Sequence[tuple[uuid.UUID, Letter]]

    @property
    def not_named(self) -> int:
        """How many of these there are more than are named."""
        return sum(self.letters.get(state, 0) for state in UNREACHED) - len(self.unreached)


async def find_mailing(event_id: uuid.UUID, mailing_id: uuid.UUID) -> Mailing:
    found = await Mailing.get_or_none(id=mailing_id, event_id=event_id)
    if found is None:
        raise NoSuchMailing()
    return found


@one_transaction
async def save_draft(
    event_id: uuid.UUID, words: Content, *, mailing_id: uuid.UUID | None = None, act: Act
) -> Mailing:
    """Keep what is written so far, as a new draft or instead of `mailing_id`. Refuses `LetterUnderWay`."""
    event = await Event.claim(event_id)
    mailing = await find_mailing(event.id, mailing_id) if mailing_id else Mailing(event_id=event.id)
    if mailing.state != "draft":
        raise LetterUnderWay()
    said: dict[str, Json] = {"subject": dict(words.subject), "body": dict(words.body), "query": words.query}
    mailing.content = act.vault.seal(str(event.id), content_context(mailing.id), said)
    mailing.made_on = act.now.date()
    await mailing.save()
    return mailing


@one_transaction
async def delete_draft(event_id: uuid.UUID, mailing_id: uuid.UUID) -> None:
    """Refuses `LetterUnderWay`: what was sent stays on record."""
    await Event.claim(event_id)
    mailing = await find_mailing(event_id, mailing_id)
    if mailing.state != "draft":
        raise LetterUnderWay()
    await mailing.delete()


def refuse_draft(event: Event) -> None:
    if event.status == EventStatus.DRAFT:
        raise EventIsDraft()


async def start(event_id: uuid.UUID, mailing_id: uuid.UUID, *, mark: str, act: Act) -> bool:
    """Write down who gets the letter: exactly those, and that text, which the organizer was shown (`mark_of`). Nothing
    is posted.

    Everybody is opened before the transaction, so that nobody waits for that; who leaves meanwhile is passed over when
    it is their turn. Starting twice is starting once (False the second time). Refuses `EventIsDraft`,
    `NobodyToWriteTo`, `PeopleChanged`, `WordsChanged`.
    """
    event = await Event.find(event_id)
    mailing = await find_mailing(event.id, mailing_id)
    if mailing.state != "draft":
        return False
    refuse_draft(event)
    words = reveal_words(mailing, act=act)
    audience = await audience_of(event.id, words.query, act=act)
    if not audience.people:
        raise NobodyToWriteTo()
    people, _dot, text = mark.partition(".")
    if text != words.mark:
        raise WordsChanged()
    if people != audience.mark:
        raise PeopleChanged()
    return await _write_down(mailing, sorted(audience.people), act=act)


@one_transaction
async def _write_down(seen: Mailing, people: Sequence[uuid.UUID], *, act: Act) -> bool:
    """The lines, if the letter is still the one that was looked at."""
    event = await Event.claim(seen.event_id)
    mailing = await find_mailing(event.id, seen.id)
    if mailing.state != "draft":
        return False
    refuse_draft(event)
    if bytes(mailing.content) != bytes(seen.content):
        raise WordsChanged()
    lines = [MailingLine(mailing_id=mailing.id, registration_id=each) for each in people]
    await MailingLine.bulk_create(lines, batch_size=500)
    mailing.state, mailing.people = "sending", len(lines)
    await mailing.save(update_fields=["state", "people"])
    return True


async def carry_on(*, guard: Guard | None = None, act: Act) -> int:
    """Post what is left of every mailing that was started; says how many batches. Idle, it writes nothing.

    Any number of processes may do this at once, and whatever one of them leaves undone the next one does. One that
    cannot go on, because its event's keys are gone, say, keeps no other.
    """
    guard, batches = guard or Guard(), 0
    for mailing_id, event_id in await Mailing.filter(state="sending").values_list("id", "event_id"):
        batch = partial(post_batch, mailing_id, act=act)
        while await guard.attempt("mailings", batch, subject=mailing_id, event_id=event_id):
            batches += 1
            await give_way()
    return batches


@one_transaction
async def post_batch(mailing_id: uuid.UUID, *, act: Act) -> bool:
    """Post the letters of the next `BATCH` people and mark their lines, together; False when nobody was left.

    It works under the event's claim, so nobody can cancel between the look and the letter.
    """
    mailing = await Mailing.get(id=mailing_id)
    event = await Event.claim(mailing.event_id)
    lines = await MailingLine.filter(mailing_id=mailing_id, state="waiting").order_by("number").limit(BATCH)
    if not lines:
        await Mailing.filter(id=mailing_id, state="sending").update(state="sent")
        return False
    words = reveal_words(mailing, act=act)
    await breathe()
    people = await _who_may_be_written_to([line.registration_id for line in lines], act=act)
    facts_of = LetterMaker(event, await hosts_of(event.id), words, office=act.office, now=act.now)
    addresses = [person.address for _row, person in people.values()]
    opted_out = await opted_out_among(addresses, event, vault=act.vault)
    reached, postings = [], []
    async for line in with_breaths(lines, 5):
        row, person = people.get(line.registration_id, (None, None))
        if row is None or person is None or person.address in opted_out:
            line.state = "passed_over"
            continue
        line.state = "posted"
        reached.append(line)
        postings.append(outbox.Posting(line.registration_id, facts_of.for_person(row, person)))
    scope = str(event.id)
    letters = await outbox.post_many(
        KIND, postings, vault=act.vault, scope=scope, event_id=event.id, now=act.now
    )
    for line, letter_id in zip(reached, letters, strict=True):
        line.letter_id = letter_id
    await MailingLine.bulk_update(lines, ["state", "letter_id"])
    return True


async def _who_may_be_written_to(
    ids: Sequence[uuid.UUID], *, act: Act
) -> dict[uuid.UUID, tuple[Registration, Person]]:
    """Those of a batch, opened, who are there and have an address."""
    found = dict[uuid.UUID, tuple[Registration, Person]]()
    async for row in with_breaths(await Registration.filter(id__in=list(ids)), 10):
        person = await openable(row, act=act) if may_be_written_to(row) else None
        if person and person.address:
            found[row.id] = row, person
    return found


async def facts_for(
    event: Event, words: Content, registration: Registration, person: Person, *, act: Act
) -> dict[str, Any]:
    """The facts of this person's letter, to be looked at: their personal link is left out of it."""
    make = LetterMaker(event, await hosts_of(event.id), words, office=act.office, now=act.now)
    return make.for_person(registration, person, page=act.site.url("/registrations/…"))


@one_transaction
async def send_test(event_id: uuid.UUID, words: Content, person: Person, *, language: str, act: Act) -> None:
    """Post the letter, marked as a test, to the organizer who writes it: `person` is the organizer."""
    event = await Event.claim(event_id)
    nobody = Registration(
        event_id=event.id,
        status=Status.CONFIRMED,
        mode=event.modes[0].value,
        language=language,
        registered_on=act.now.date(),
        answer="NEEDS-ACTION",
        organizer_address=act.site.sender,
    )
    make = LetterMaker(event, await hosts_of(event.id), words, office=act.office, now=act.now)
    facts = make.for_person(nobody, person, page=act.site.url(f"/events/{event.slug}"))
    with use_language(facts["language"]):
        facts["subject"] = translate(N_("Test email: %(subject)s"), subject=facts["subject"])
    facts |= {"why": ASKED_AT_THE_DESK, "event": {**facts["event"], "deletion_day": ""}}
    await outbox.post(
        KIND,
        vault=act.vault,
        scope=str(event.id),
        about=outbox.About(event_id=event.id),
        facts=facts,
        now=act.now,
    )


async def report_on(mailing: Mailing, *, most: int = MOST_NAMED) -> Report:
    """How far it is, and up to `most` of the letters that were not taken by a mail server."""
    lines = MailingLine.filter(mailing_id=mailing.id)
    counted = await lines.annotate(n=Count("number")).group_by("state").values("state", "n")
    posted = Subquery(lines.filter(letter_id__isnull=False).values("letter_id"))
    letters = Letter.filter(id__in=posted)
    states = await letters.annotate(n=Count("number")).group_by("state").values("state", "n")
    lost = await letters.filter(state__in=list(UNREACHED)).order_by("number").limit(most).only(*OPEN_COLUMNS)
    return Report(
        {row["state"]: row["n"] for row in counted},
        {row["state"]: row["n"] for row in states},
        [(letter.thread, letter) for letter in lost if letter.thread],
    )


async def mailings_of(event_id: uuid.UUID) -> list[Mailing]:
    return list(await Mailing.filter(event_id=event_id).order_by("-made_on", "id"))
