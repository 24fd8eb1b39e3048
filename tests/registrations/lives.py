"""What a random life of an event is made of: acts, each one verb on somebody picked by a number."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.expressions import Q

from events_app.acts import Office
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.health.actions.guarding import Guard
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee, QuotaFacts
from events_app.linking import actions as linking
from events_app.mailings.actions import announcing
from events_app.registrations import posting
from events_app.registrations.actions import changing, deciding, forgetting, leaving, registering
from events_app.registrations.models import Invitation, Quota, Registration
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Applicant, Guest
from tests import make
from tests.make import COURIER

TOWN = (
    "Amal",
    "Basil",
    "Celine",
    "Dalal",
    "Elias",
    "Farah",
    "Ghada",
    "Hadi",
    "Imane",
    "Jamal",
    "Kenza",
    "Lina",
)
MODES = ("in_person", "online")


@dataclass
class Life:
    """One event, its office, and the time there."""

    event_id: uuid.UUID
    office: Office
    now: datetime = make.NOW
    names: dict[uuid.UUID, str] = field(default_factory=dict)
    """By which somebody is picked, so that a story can be told again: ids are random."""

    async def living(self, number: int, **which: object) -> uuid.UUID:
        """Somebody of those with a place or in line; nobody's id where there are none."""
        for row in await Registration.filter(event_id=self.event_id):
            if row.id not in self.names:
                self.names[row.id] = reveal_person(row, vault=self.office.vault, reader=COURIER).name
        found = await Registration.filter(event_id=self.event_id, live=1, **which)
        named = sorted(found, key=lambda row: (self.names[row.id], row.id))
        return named[number % len(named)].id if named else uuid.uuid4()


def applicant(number: int, **more: object) -> Applicant:
    """Somebody of the town, perhaps with colleagues, of whom one has an address."""
    name = TOWN[number % len(TOWN)]
    named = [Guest(f"{name}s Gast", f"gast{number % 5}@example.org"), Guest(f"{name}s Freund")]
    guests = named[: (0, 0, 0, 1, 2)[number // 12 % 5]]
    return make.applicant(name, mode=MODES[number // 60 % 2], guests=guests, **more)


async def register(life: Life, number: int) -> None:
    await registering.register(life.event_id, applicant(number), act=life.office.at(life.now))


async def register_by_hand(life: Life, number: int) -> None:
    someone = make.applicant(TOWN[number % len(TOWN)], mode=MODES[number // 12 % 2])
    writes = bool(number // 24 % 2)
    await deciding.register_by_hand(life.event_id, someone, act=life.office.at(life.now), writes=writes)


@one_transaction
async def register_invited(life: Life, number: int) -> None:
    """With a code: of the quota, or one that jumps the line. Both or neither."""
    quota = await Quota.filter(event_id=life.event_id).order_by("id").first() if number % 2 else None
    purpose, batch = "open" if number % 2 else "jump", uuid.uuid4().hex
    await inviting.invite(
        life.event_id,
        [Invitee()],
        batch=batch,
        purpose=purpose,
        quota_id=quota.id if quota else None,
        is_bound=False,
        act=life.office.at(life.now),
    )
    made = posting.reveal_guest(await Invitation.get(batch=batch), act=life.office.at(make.NOW))
    someone = applicant(number, code=made["code"])
    await registering.register(life.event_id, someone, act=life.office.at(life.now))


async def approve(life: Life, number: int) -> None:
    await deciding.approve(await life.living(number, status="pending"), act=life.office.at(life.now))


async def decline(life: Life, number: int) -> None:
    await deciding.decline(await life.living(number), reason={}, act=life.office.at(life.now))


async def cancel(life: Life, number: int) -> None:
    await leaving.cancel(await life.living(number), act=life.office.at(life.now))


async def leave(life: Life, number: int) -> None:
    await leaving.leave(await life.living(number), act=life.office.at(life.now))


async def stay(life: Life, number: int) -> None:
    await leaving.stay(await life.living(number, due_for="leaving"), act=life.office.at(life.now))


async def promote(life: Life, number: int) -> None:
    someone = await life.living(number, status="waitlisted")
    await deciding.promote_by_hand(someone, act=life.office.at(life.now))


async def accept(life: Life, number: int) -> None:
    await deciding.accept_offer(await life.living(number, due_for="offer"), act=life.office.at(life.now))


async def confirm(life: Life, number: int) -> None:
    someone = await life.living(number, due_for="address")
    await leaving.confirm_address(someone, act=life.office.at(life.now))


async def wait(life: Life, number: int) -> None:
    """Time passes, and what is due lapses."""
    life.now += timedelta(minutes=(20, 60 * 13, 60 * 30)[number % 3])
    for each in await deciding.due_now(life.now):
        await deciding.lapse(each, act=life.office.at(life.now))
    await linking.lift_shadows(guard=Guard(), act=life.office.at(life.now))


async def resize(life: Life, number: int) -> None:
    places = {"capacity_in_person": number % 6, "capacity_online": number // 6 % 4}
    await make.change(await Event.get(id=life.event_id), life.office, now=life.now, **places)


async def keep(life: Life, number: int) -> None:
    """The partner's quota: made, resized, moved, or gone."""
    known = await Quota.get_or_none(event_id=life.event_id)
    own = str(known.id) if known else ""
    wanted = [QuotaFacts(own, "Partners", MODES[number // 4 % 2], number % 4)] if number % 7 else []
    await inviting.save_quotas(life.event_id, wanted, act=life.office.at(life.now))


async def switch(life: Life, number: int) -> None:
    someone, mode = await life.living(number), MODES[number // 13 % 2]
    await changing.switch_mode(someone, mode, act=life.office.at(life.now))


@one_transaction
async def hand_over(life: Life, number: int) -> None:
    """Somebody passes their place on, and it is taken. Both or neither."""
    name = TOWN[number // 13 % len(TOWN)]
    giver = await life.living(number, status="confirmed")
    address = f"{name.lower()}@example.org"
    await changing.pass_on(giver, name=name, address=address, language="en", act=life.office.at(life.now))
    invitation = await Invitation.get(registration_id=giver, state="sent")
    code = posting.reveal_guest(invitation, act=life.office.at(make.NOW))["code"]
    await registering.register(life.event_id, make.applicant(name, code=code), act=life.office.at(life.now))


async def erase(life: Life, number: int) -> None:
    await forgetting.erase(await life.living(number), act=life.office.at(life.now))


async def bring(life: Life, number: int) -> None:
    """A colleague comes along later."""
    someone = await life.living(number, status="confirmed")
    guest = Guest(f"{TOWN[number % len(TOWN)]}s Nachzügler", f"spät{number % 4}@example.org" * (number % 2))
    await changing.bring(someone, guest, act=life.office.at(life.now))


async def take_out(life: Life, number: int) -> None:
    """Whoever registered a party takes one of them out."""
    leaders = [
        row for row in await Registration.filter(event_id=life.event_id, live=1) if row.party == row.id
    ]
    company = await Registration.filter(event_id=life.event_id, live=1, party__isnull=False)
    pairs = [(leader, each) for leader in leaders for each in company if each.party == leader.id != each.id]
    pairs.sort(key=lambda pair: (pair[0].arrival, pair[1].arrival))
    leader, each = pairs[number % len(pairs)] if pairs else (None, None)
    who, whom = (leader.id, each.id) if leader and each else (uuid.uuid4(), uuid.uuid4())
    await leaving.take_out(who, whom, act=life.office.at(life.now))


@one_transaction
async def go_alone(life: Life, number: int) -> None:
    """Somebody goes, and those who came with them stay as far as they can. Both or neither."""
    someone = await life.living(number)
    await leaving.let_company_stay(someone, {}, act=life.office.at(life.now))
    await forgetting.erase(someone, act=life.office.at(life.now))


async def retract(life: Life, number: int) -> None:
    """The receipt takes a registration back, and the caretaker looks at once."""
    someone = await life.living(number)
    if not await Registration.exists(Q(party__isnull=True) | Q(party=someone), id=someone):
        return  # a colleague has no receipt
    await linking.retract(life.event_id, someone, is_new=bool(number % 3), act=life.office.at(life.now))
    for each in await deciding.due_now(life.now):
        await deciding.lapse(each, act=life.office.at(life.now))


async def announce(life: Life, number: int) -> None:
    """Another hour or another title, and everybody is told."""
    said = {"starts_wall": f"2035-05-12T{9 + number % 4:02d}:00"}
    other = {"title": {"en": f"Round table {number % 3}"}}
    event = await Event.get(id=life.event_id)
    await make.change(event, life.office, now=life.now, **(said if number % 2 else other))
    await announcing.announce(life.event_id, act=life.office.at(life.now))


Act = Callable[[Life, int], Awaitable[None]]
ACTS: tuple[Act, ...] = (
    register, register_by_hand, register_invited, approve, decline, cancel, leave, stay, promote, accept, confirm,
    wait, resize, keep, switch, hand_over, erase, announce, bring, take_out, go_alone, retract,
)  # fmt: skip
