"""Asking for a letter, which is the same work for every address; and answering a second later, which is not."""

import logging
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tortoise.exceptions import IntegrityError

from events_app import allowances, shadows
from events_app.acts import Act, Who
from events_app.addresses import kept
from events_app.clock import milliseconds
from events_app.database import is_taken, one_transaction, rows
from events_app.events.models.event import Event
from events_app.health.actions.guarding import Guard
from events_app.linking.models import LinkRequest, wish_context
from events_app.mail.models import Letter
from events_app.registrations import rules
from events_app.registrations.actions.changing import refuse_unless_changeable
from events_app.registrations.actions.forgetting import own_words
from events_app.registrations.actions.leaving import claimed
from events_app.registrations.facts import WAY_BACK, Person, row_of_key
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.places import promote
from events_app.registrations.posting import (
    COURIER,
    note,
    openable,
    post_about,
    post_own_page,
    reveal_person,
    seal_person,
)
from events_app.registrations.rules import Status
from events_app.registrations.told import hear
from events_app.tokens import digest, new_token
from events_app.vault import Json

NEW_ADDRESS_LASTS = timedelta(days=3)
ASKED_LASTS = timedelta(hours=1)
MOST_AT_ONCE = 200

log = logging.getLogger(__name__)


async def ask_link(event_id: uuid.UUID, address: str, *, act: Act) -> None:
    """The personal link is to be mailed to whoever registered with this address, if anybody did."""
    await _ask(event_id, {"by": "address", "address": address}, act=act)


async def ask_link_by_key(event_id: uuid.UUID, key: str, *, act: Act) -> None:
    """The same for whom the link of a letter with a calendar part was made for (`WAY_BACK`), if we made it."""
    await _ask(event_id, {"by": "key", "key": key[:100]}, act=act)


@one_transaction
async def _ask(event_id: uuid.UUID, wish: dict[str, Json], *, act: Act) -> None:
    """Write down what was asked; nobody is looked up, so nothing in the time of the answer tells who is known. Refuses
    `EventForgotten`."""
    await Event.find(event_id)
    request_id = uuid.uuid4()
    sealed = act.vault.seal(str(event_id), wish_context(request_id), wish)
    await LinkRequest.create(id=request_id, event_id=event_id, wish=sealed, asked_at=milliseconds(act.now))


@one_transaction
async def ask_new_address(registration_id: uuid.UUID, address: str, *, act: Act) -> None:
    """The new address is to be written to, if nobody is registered with it; nothing moves before it answers. Refuses
    `ChangeNotPossible`.
    """
    registration, event = await claimed(registration_id, act=act)
    refuse_unless_changeable(registration, event, act.now)
    person = reveal_person(registration, vault=act.vault, reader=own_words(registration))
    code = new_token()
    wish: dict[str, Json] = {
        "address": address,
        "code": digest(code).hex(),
        "until": (act.now + NEW_ADDRESS_LASTS).isoformat(),
    }
    seal_person(registration, replace(person, next_address=wish), vault=act.vault)
    await registration.save(update_fields=["person"])
    mover = registration.id.hex
    await _ask(event.id, {"by": "mover", "mover": mover, "address": address, "code": code}, act=act)


@one_transaction
async def take_new_address(registration_id: uuid.UUID, code: str, *, act: Act) -> str:
    """The new address answered: the old one gets CANCEL and is told, the new one gets the same UID with SEQUENCE+1,
    and the personal link is a new one, which is returned. Refuses `ChangeNotPossible`, `AddressTaken`.
    """
    registration, event = await claimed(registration_id, act=act)
    refuse_unless_changeable(registration, event, act.now)
    person = reveal_person(registration, vault=act.vault, reader=own_words(registration))
    new = wished_address(person, code, act.now)
    if not new:
        raise rules.ChangeNotPossible()
    if person.address:
        await take_leave(registration, event, person.address, act=act)
    token = await settle(registration, replace(person, address=new), act=act)
    await note(registration, "address", act=act.of(Who.PERSON))
    hold = registration.status if registration.invited else "link"
    letter = "moved" if registration.status == Status.CONFIRMED else hold
    await post_about(letter, registration, event, act=act)
    if registration.invited:
        await post_own_page(registration, event, act=act)
    return token


async def take_leave(
    registration: Registration,
    event: Event,
    old: str,
    *,
    more: Mapping[str, Json] = {},
    not_before: datetime | None = None,
    act: Act,
) -> None:
    """The address that somebody moves from is told, and its calendar gets CANCEL; saving the row is the caller's."""
    await hear(registration, event)
    registration.sequence += 1 if registration.invited else 0
    said: dict[str, Json] = {"to_address": old, **more}
    await post_about("left_address", registration, event, more=said, not_before=not_before, act=act)
    registration.sequence += 1 if registration.invited else 0


async def settle(registration: Registration, person: Person, *, act: Act) -> str:
    """Write down somebody who has another address, with a new personal link, which is returned: whoever reads mail at
    the old address opens nothing any more. Refuses `AddressTaken`."""
    token = new_token()
    registration.address_index = act.vault.blind_index(str(registration.event_id), kept(person.address))
    registration.token_digest = digest(token)
    registration.undeliverable = False
    seal_person(registration, replace(person, token=token, next_address={}), vault=act.vault)
    try:
        await registration.save()
    except IntegrityError as error:
        if is_taken(error, "registration", "event_id", "address_index", "live"):
            raise rules.AddressTaken() from None
        raise
    return token


def wished_address(person: Person, code: str, now: datetime) -> str:
    """The address that somebody wants to move to, for whoever has the code that was mailed there; '' for others."""
    wish = person.next_address
    return str(wish["address"]) if wish and _is_right(wish, code, now) else ""


def _is_right(wish: Mapping[str, Any], code: str, now: datetime) -> bool:
    same = secrets.compare_digest(str(wish["code"]), digest(code).hex())
    return same and datetime.fromisoformat(str(wish["until"])) > now


async def answer_requests(*, act: Act) -> int:
    """Answer what was asked, each in a transaction of its own; says how many. One that cannot be answered holds up no
    other, is tried again at the next look, and is forgotten like all after an hour."""
    await _forget_old(act.now)
    waiting = LinkRequest.all().order_by("asked_at", "id").limit(MOST_AT_ONCE)
    answered = 0
    for request_id in await waiting.values_list("id", flat=True):
        try:
            answered += await _answer(request_id, act=act)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - the others are due all the same
            log.warning("a request for a link could not be answered: %s", type(error).__name__)
    return answered


async def _forget_old(now: datetime) -> None:
    old = LinkRequest.filter(asked_at__lt=milliseconds(now - ASKED_LASTS))
    if await old.exists():
        await old.delete()


@one_transaction
async def _answer(request_id: uuid.UUID, *, act: Act) -> int:
    """1, or 0 where another process was faster."""
    request = await LinkRequest.get_or_none(id=request_id)
    if request is None:
        return 0
    event = await Event.claim(request.event_id)
    if not await LinkRequest.filter(id=request_id).delete():
        return 0
    wish = act.vault.reveal(str(event.id), request.wish_context, request.wish, COURIER)
    if wish["by"] == "mover":
        await _write_to_new_address(event, wish, act=act)
    elif registration := await _asker(event, wish, act=act):
        person = await openable(registration, act=act)
        if person and await _may_go(person.address, "link", event, act=act):
            await post_about("link", registration, event, act=act)
    return 1


async def _asker(event: Event, wish: dict[str, Json], *, act: Act) -> Registration | None:
    """Whose link was asked for: a living registration's of that address or key, if there is one."""
    scope = str(event.id)
    if wish["by"] == "address":
        index = act.vault.blind_index(scope, kept(str(wish["address"])))
        return await Registration.find_living(event.id, index)
    row_id = row_of_key(WAY_BACK, str(wish["key"]), scope=scope, vault=act.vault)
    return await Registration.get_or_none(id=row_id, event_id=event.id, live=1, erased=False)


async def _write_to_new_address(event: Event, wish: dict[str, Json], *, act: Act) -> None:
    """The letter with the link that takes the new address; none to an address that is registered already, and none for
    a wish that a newer one has overtaken."""
    mover = uuid.UUID(hex=str(wish["mover"]))
    registration = await Registration.get_or_none(id=mover, event_id=event.id, live=1, erased=False)
    if registration is None:
        return
    asked = reveal_person(registration, vault=act.vault, reader=COURIER).next_address
    address, code = str(wish["address"]), str(wish["code"])
    index = act.vault.blind_index(str(event.id), kept(address))
    is_newest = bool(asked) and asked.get("code") == digest(code).hex()
    if not is_newest or await Registration.find_living(event.id, index):
        return
    if await _may_go(address, "new address", event, act=act):
        # Not the personal link: it may be a stranger's address, by a slip, and their page would be open to them.
        url = act.site.url(f"/registrations/{registration.id.hex}/address/{code}")
        more: dict[str, Json] = {"to_address": address, "own_url": url}
        await post_about("new_address", registration, event, act=act, more=more)


async def _may_go(address: str, about: str, event: Event, *, act: Act) -> bool:
    mark = allowances.mark_of(address, about, scope=str(event.id), vault=act.vault)
    return await allowances.take(mark, now=act.now)


async def lift_shadows(*, guard: Guard, act: Act) -> int:
    """Places that were held for addresses which are known already go to others when their time is over; says for how
    many events."""
    due = await shadows.events_with_due(act.now)
    for event_id in due:
        lift = partial(_lift, event_id, act=act)
        await guard.attempt("shadows", lift, subject=event_id, event_id=event_id)
    return len(due)


@one_transaction
async def _lift(event_id: uuid.UUID, *, act: Act) -> None:
    event = await Event.claim(event_id)
    await shadows.lift(event_id, now=act.now)
    await promote(event, act=act)


@one_transaction
async def retract(
    event_id: uuid.UUID,
    registration_id: uuid.UUID,
    *,
    is_new: bool,
    code_id: uuid.UUID | None = None,
    act: Act,
) -> None:
    """Take back what was registered a moment ago, with another address perhaps. The seats are free at once; the code
    may be used again; the rest follows within seconds, as for anybody who has left (`deciding.lapse`).

    Where the address was registered before (`is_new` is false) its shadow's seats and the code are free as well, and
    the rest is done in vain: neither the answer, nor its time, nor what others see tells which it was.
    """
    await Event.claim(event_id)
    await rows(_RETRACT, registration_id, milliseconds(act.now), is_new)
    await shadows.give_back(registration_id)
    theirs = registration_id if is_new else None
    used = Invitation.filter(
        id=code_id or registration_id, event_id=event_id, registration_id=theirs, state="used"
    )
    was_sent = await Letter.exists(thread=code_id or registration_id)
    await used.update(state="sent" if was_sent else "created")


_RETRACT = """
    UPDATE "registration" SET
        "seated" = "seated" AND NOT $3,
        "due_at" = CASE WHEN "id" = $1 AND $3 THEN $2 ELSE "due_at" END,
        "due_for" = CASE WHEN "id" = $1 AND $3 THEN 'leaving' ELSE "due_for" END
    WHERE ("id" = $1 OR "party" = $1) AND "live" = 1
"""
