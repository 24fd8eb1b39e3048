"""Forgetting: a person is erased; so is a colleague who did not take a place that was passed on."""

import secrets
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Final

from events_app.acts import Act, Who
from events_app.addresses import are_one
from events_app.database import after_commit, one_transaction, rows, scrub_soon
from events_app.health.actions.guarding import Guard, over
from events_app.health.rules import ROW
from events_app.mail.emptying import empty_thread
from events_app.registrations.actions.leaving import cancel, claimed
from events_app.registrations.emails import CANCELS
from events_app.registrations.facts import Person
from events_app.registrations.models import ErasedMark, HistoryLine, Invitation, Registration
from events_app.registrations.posting import (
    forget_guest,
    forget_offers,
    guest_context,
    openable,
    reveal_person,
    seal_person,
)
from events_app.tokens import digest, new_token
from events_app.vault import Json, Reader

PAGE_ROWS: Final = 200
"""Registrations in one transaction: few enough that nobody else waits long for the event."""


@one_transaction
async def erase(registration_id: uuid.UUID, *, act: Act) -> None:
    """Forget the person: cancel what lives (its CANCEL still goes out), then the name, the address, the answers, what
    they were invited with and the words of every letter are gone; what stays is a count. After the event there is
    nothing to cancel. A letter that is on its way is emptied by whoever finishes it.
    """
    registration, event = await claimed(registration_id, act=act)
    if registration.erased:
        return
    act.vault.note_erased(str(event.id), registration.id)
    if registration.live is not None and act.now < event.ends_at:
        await cancel(registration_id, is_erased=True, act=act.of(Who.PERSON))
        await registration.refresh_from_db()
    person = await openable(registration, act=act)
    if person is None or person.address:
        await _remember_the_wish(event.id, bytes(registration.address_index))
    index, empty = bytes(registration.address_index), Person("", "", "", new_token())
    seal_person(registration, empty, vault=act.vault)
    registration.notes = None
    registration.erased = True
    registration.address_index = secrets.token_bytes(32)
    registration.token_digest = digest(empty.token)
    await registration.save()
    await HistoryLine.filter(registration_id=registration.id).delete()
    await empty_thread(registration.id, may_leave=CANCELS)
    await _forget_invitations(registration, index, person.address if person else "", act=act)
    await over(ROW, registration.id)
    after_commit(scrub_soon)


async def _remember_the_wish(event_id: uuid.UUID, mark: bytes) -> None:
    """So that an old list, brought in again, does not bring them back unannounced."""
    if not await ErasedMark.filter(event_id=event_id, mark=mark).exists():
        await ErasedMark.create(event_id=event_id, mark=mark)


async def _forget_invitations(registration: Registration, index: bytes, address: str, *, act: Act) -> None:
    """Those that they used or made, those bound to their address, and those to it. Guests are sealed, so each is
    opened: nothing else is read of those that are not theirs. Whose guest cannot be opened is not known to be theirs.
    """
    scope = str(registration.event_id)
    found = await rows(_INVITATIONS, registration.event_id)
    sealed = [(guest_context(uuid.UUID(str(row["id"]))), bytes(row["guest"])) for row in found]
    guests: Sequence[dict[str, Json]] = [{} for _row in found]
    if address and sealed:
        guests = act.vault.reveal_each(scope, sealed, act.by, instead={})
    theirs = [
        row["id"]
        for row, guest in zip(found, guests, strict=True)
        if str(row["registration_id"]) == str(registration.id)
        or bytes(row["address_index"] or b"") == index
        or (guest and are_one(str(guest["address"]), address))
    ]
    for start in range(0, len(theirs), PAGE_ROWS):
        for invitation in await Invitation.filter(id__in=theirs[start : start + PAGE_ROWS]):
            await forget_guest(invitation, act=act)


_INVITATIONS = (
    'SELECT "id", "guest", "registration_id", "address_index" FROM "invitation" WHERE "event_id" = $1'
)


async def forget_untaken(*, guard: Guard | None = None, act: Act) -> int:
    """Places that were offered to a colleague who had not taken them when the event began; says how many."""
    offered = Invitation.filter(
        purpose="transfer", state__in=["created", "sent"], event__starts_at__lte=act.now
    )
    givers = {each.registration_id for each in await offered.only("id", "registration_id")}
    guard = guard or Guard()
    for giver in filter(None, givers):
        await guard.attempt("forget", partial(_forget_untaken, giver, act=act), subject=giver)
    return len(givers)


@one_transaction
async def _forget_untaken(registration_id: uuid.UUID, *, act: Act) -> None:
    registration, _event = await claimed(registration_id, act=act)
    await forget_offers(registration, act=act)


def my_data(registration: Registration, *, history: list[HistoryLine], act: Act) -> dict[str, Json]:
    """Everything the app holds about this registration, for its person (GDPR, article 20)."""
    person = reveal_person(registration, vault=act.vault, reader=own_words(registration))
    return {
        "name": person.name,
        "address": person.address,
        "access_needs": person.needs,
        "answers": dict(person.answers),
        "language": registration.language,
        "takes_part": registration.mode,
        "status": registration.status,
        "registered_on": f"{registration.registered_on:%Y-%m-%d}",
        "consent_version": registration.consent_version,
        "history": [{"day": f"{line.day:%Y-%m-%d}", "what": line.what, "who": line.who} for line in history],
    }


def own_words(registration: Registration) -> Reader:
    return Reader("own link", str(registration.id))
