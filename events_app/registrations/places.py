"""Places: how full each pool is, and who moves up when a seat is free. Exact only under the event's claim."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from events_app.acts import Act, Who
from events_app.clock import milliseconds
from events_app.database import rows
from events_app.events.models.event import Event
from events_app.events.rules import Mode, Opening
from events_app.handed import HasSeats
from events_app.registrations import rules
from events_app.registrations.models import Registration
from events_app.registrations.posting import (
    note,
    openable,
    post_about,
    post_own_page,
)
from events_app.registrations.rules import ANSWER_OF, Due, Pool, Status
from events_app.registrations.told import hear, skip_what_is_due
from events_app.rounds import actions as rounds
from events_app.rounds.models import MOVING_UP, Round


async def pool_of(event: HasSeats, mode: str, quota_id: uuid.UUID | None = None) -> Pool:
    """How full a pool is for whoever comes now: while the line moves up in batches (`promote`), only seats beyond those
    for everybody who waits are free, so that nobody overtakes them."""
    pool = await pool_as_it_is(event, mode, quota_id)
    if pool.waiting and pool.free and await _moves_up(event.id):
        line = Registration.filter(event_id=event.id, status=Status.WAITLISTED, mode=mode, quota_id=quota_id)
        return replace(pool, confirmed=pool.confirmed + await line.filter(seated=False).count())
    return pool


async def _moves_up(event_id: uuid.UUID) -> bool:
    return await Round.exists(event_id=event_id, what=MOVING_UP)


async def pool_as_it_is(event: HasSeats, mode: str, quota_id: uuid.UUID | None = None) -> Pool:
    """A quota's places, or the mode's capacity less what its quotas keep, whoever waits.

    Whatever quotas keep or have given away, all pools of a mode together never have more free seats than the mode.
    """
    capacity = event.capacity(mode)
    if quota_id is not None:
        (found,) = await rows(_QUOTA, event.id, mode, quota_id)
        kept = most = int(found["places"])
        if capacity is not None:
            kept = min(kept, found["seated"] + max(0, capacity - found["everybody"] - found["shadows"]))
            most = min(most, capacity)
        return Pool(kept, found["seated"], found["waiting"], most)
    if capacity is None:
        return Pool(None, 0, len(await rows(_ANYBODY, event.id, mode)))  # nobody counts what has no end
    (found,) = await rows(_EVERYBODYS, event.id, mode)
    left, most = (max(0, capacity - int(found[kept])) for kept in ("kept", "promised"))  # there a Decimal
    return Pool(left, found["seated"] + found["shadows"], found["waiting"], most)


async def is_full(event: HasSeats, mode: str) -> bool:
    """Whether everybody's pool of that mode has no free seat. The database answers yes or no and no number, so that a
    kept page is made anew only where that changes."""
    capacity = event.capacity(mode)
    if capacity is None:
        return False
    (found,) = await rows(IS_FULL, event.id, mode, capacity)
    return bool(found["full"])


_WAITS = """FROM "registration" WHERE "event_id" = $1 AND "status" = 'waitlisted' AND "mode" = $2 AND NOT "seated"
    AND "quota_id" """
_ANYBODY = f"SELECT 1 {_WAITS} IS NULL LIMIT 1"
_POOL = f"""
    SELECT (SELECT COUNT(*) FROM "registration" WHERE "event_id" = $1 AND "seated" = TRUE AND "mode" = $2
            AND "quota_id" {{pool}}) AS "seated",
        (SELECT COUNT(*) FROM (SELECT 1 {_WAITS} {{pool}} LIMIT 1) AS "line") AS "waiting",
        (SELECT COALESCE(SUM("people"), 0) FROM "shadow" WHERE "event_id" = $1 AND "mode" = $2) AS "shadows",
        {{more}}
"""  # noqa: S608 - made of constants
_EVERYBODYS = _POOL.format(
    pool="IS NULL",
    more="""(SELECT COALESCE(SUM(CASE WHEN "places" > "taken" THEN "places" ELSE "taken" END), 0) FROM (
            SELECT CASE WHEN "quota"."mode" = $2 THEN "quota"."places" ELSE 0 END AS "places",
                (SELECT COUNT(*) FROM "registration" WHERE "registration"."event_id" = $1 AND "seated" = TRUE
                    AND "registration"."mode" = $2 AND "quota_id" = "quota"."id") AS "taken"
            FROM "quota" WHERE "quota"."event_id" = $1) AS "each") AS "kept",
        (SELECT COALESCE(SUM("places"), 0) FROM "quota" WHERE "event_id" = $1 AND "mode" = $2) AS "promised"
    """,
)
"""`kept`: what each quota keeps, or has given away, whichever is more (a quota may have been made smaller since)."""
IS_FULL = f"""
    SELECT "seated" + "shadows" + "kept" + CASE WHEN EXISTS (
            SELECT 1 FROM "round" WHERE "event_id" = $1 AND "what" = '{MOVING_UP}')
            THEN (SELECT COUNT(*) {_WAITS} IS NULL) ELSE 0 END
        >= $3 AS "full"
    FROM ({_EVERYBODYS}) AS "pool"
"""  # noqa: S608 - made of constants
_QUOTA = _POOL.format(
    pool="= $3",
    more="""(SELECT COALESCE(SUM("places"), 0) FROM "quota" WHERE "event_id" = $1 AND "mode" = $2
            AND "id" = $3) AS "places",
        (SELECT COUNT(*) FROM "registration" WHERE "event_id" = $1 AND "seated" = TRUE
            AND "mode" = $2) AS "everybody"
    """,
)
"""Said here, and not by the ORM: one question instead of three, and each written only once."""


def id_of(value: Any) -> uuid.UUID | None:
    """SQLite knows ids as text."""
    return None if value is None else uuid.UUID(str(value))


async def pool_for_newcomers(event: Event, mode: str, quota_id: uuid.UUID | None = None, *, act: Act) -> Pool:
    """The pool after the line was asked: whoever still waits in it does not fit, so whoever does may have the seat."""
    pool = await pool_as_it_is(event, mode, quota_id)
    if pool.waiting and pool.free != 0 and (await _moves_up(event.id) or await promote(event, act=act)):
        pool = await pool_of(event, mode, quota_id)
    return pool


def may_still_bring(registration: Registration, event: Event, now: datetime) -> bool:
    """Whether somebody who has a place may add colleagues to it, as far as there are places for them."""
    return (
        event.most_guests > 0
        and not (event.needs_approval or event.invitation_only)
        and event.opening(now) == Opening.OPEN
        and (registration.status, registration.due_for) == (Status.CONFIRMED, Due.NOTHING)
        and registration.party in {None, registration.id}
    )


async def promote(event: Event, *, act: Act) -> int:
    """Give free seats to those who wait; says how many people moved up.

    Parties stay together, and move up in order as far as they fit. Where the event asks first, the seat is held as
    an offer with an end. Call it in the transaction that freed the seats, under the event's claim. Where many seats
    were freed, the first have theirs now and the others in a round that goes on after it (`deciding.move_some_up`).
    """
    promoted = await promote_some(event, act=act)
    if promoted >= rounds.AT_ONCE and not await _moves_up(event.id):
        await rounds.begin(event.id, MOVING_UP, until=0)
    return promoted


async def promote_some(event: Event, *, act: Act) -> int:
    """The next of those who have a seat now; fewer than `rounds.AT_ONCE` when nobody else has one."""
    promoted = 0
    if event.opening(act.now) in {Opening.PAST, Opening.CANCELLED, Opening.DRAFT}:
        return promoted
    for line in await _lines_of(event):
        most = rounds.AT_ONCE - promoted
        for party in await _parties_with_seats(event, *line, most=most, act=act) if most > 0 else []:
            await _seat(party, event, act=act)
            promoted += len(party)
    return promoted


async def _lines_of(event: Event) -> list[tuple[str, uuid.UUID | None]]:
    """The ways and quotas for which anybody waits, read of an index of only those: everybody's places first."""
    found = [
        (str(each["mode"]), id_of(each["quota_id"]))
        for each in await rows(_LINES, event.id)
        if each["mode"] in event.modes
    ]
    return sorted(found, key=lambda line: (event.modes.index(Mode(line[0])), str(line[1] or "")))


_LINES = """
    SELECT "mode", "quota_id" FROM "registration"
    WHERE "event_id" = $1 AND "status" = 'waitlisted' AND NOT "seated" GROUP BY "mode", "quota_id"
"""


async def _parties_with_seats(
    event: Event, mode: str, quota_id: uuid.UUID | None, *, most: int, act: Act
) -> Sequence[list[Registration]]:
    """Those who move up, in order, `most` or a party more. Seats are counted first, and the line is read only as far as
    some are free."""
    pool, seated = await pool_as_it_is(event, mode, quota_id), list[list[Registration]]()
    if pool.free == 0:
        return seated
    async for parties in _line(event, mode, quota_id):
        while most > 0 and (place := rules.first_that_fits(pool, [*map(len, parties)])) is not None:
            party = await _reachable(parties.pop(place), act=act)
            seated += [party] if party else []
            pool, most = replace(pool, confirmed=pool.confirmed + len(party)), most - len(party)
        if pool.free == 0 or most <= 0:
            break
    return seated


async def _reachable(party: Sequence[uuid.UUID], *, act: Act) -> list[Registration]:
    """The party, in order; nobody where no letter can tell any of them: they wait on, until they can be opened."""
    found = {row.id: row for row in await Registration.filter(id__in=list(party))}
    opened = [await openable(found[each], act=act) for each in party]
    return [found[each] for each in party] if any(opened) else []


async def _line(event: Event, mode: str, quota_id: uuid.UUID | None) -> AsyncIterator[list[list[uuid.UUID]]]:
    """Who waits for these places, a page of whole parties at a time."""
    after: Sequence[Any] = (-1, -1, uuid.UUID(int=0))
    page, begun = list[Any](), list[Any]()
    sql = _IN_LINE.format(pool="IS NULL" if quota_id is None else "= $7")
    while True:
        page = list(await rows(sql, event.id, mode, *after, PAGE_OF_LINE, *([quota_id] if quota_id else ())))
        is_last = len(page) < PAGE_OF_LINE
        parties = [
            list(party) for _, party in groupby(begun + page, key=lambda row: row["party"] or row["id"])
        ]
        begun = [] if is_last else parties.pop()  # the next page may hold more of them
        yield [[id_of(row["id"]) or row["id"] for row in party] for party in parties]
        if is_last:
            return
        after = (page[-1]["waitlist_order"], page[-1]["arrival"], id_of(page[-1]["id"]))


PAGE_OF_LINE: Final = 50
_IN_LINE = """
    SELECT "id", "party", "waitlist_order", "arrival" FROM "registration"
    WHERE "event_id" = $1 AND "status" = 'waitlisted' AND NOT "seated" AND "mode" = $2 AND "quota_id" {pool}
        AND ("waitlist_order", "arrival", "id") > ($3, $4, $5)
    ORDER BY "quota_id", "waitlist_order", "arrival", "id" LIMIT $6
"""
"""By quota_id too, which is the same for all: else PostgreSQL does not see that the index has this order."""


async def _seat(party: Sequence[Registration], event: Event, *, act: Act) -> None:
    """Seat people from the waitlist together: at once, or as an offer to the one who registered them.

    Whose address is not confirmed gets the seat held until it is, and no letter before.
    """
    if any(each.due_for == Due.ADDRESS for each in party):
        for registration in party:
            registration.seated = True
            await registration.save(update_fields=["seated"])
        return
    for registration in party:
        if event.offers_places:
            await hold_offer(registration, event, act=act)
        else:
            await confirm(registration, event, letter="promoted", act=act.of(Who.APP))
    if event.offers_places:
        first = next((each for each in party if each.party in {None, each.id}), party[0])
        until = datetime.fromtimestamp((first.due_at or 0) / 1000, event.starts.tzinfo)
        await post_about("offered", first, event, act=act, more={"until": until.isoformat()})


async def hold_offer(registration: Registration, event: Event, *, act: Act) -> None:
    """Hold a seat for somebody who waits until they answer; an open offer counts as taken."""
    until = min(act.now + timedelta(hours=event.offer_hours), event.ends_at)
    registration.seated = True
    registration.due_at = milliseconds(until)
    registration.due_for = Due.OFFER
    await registration.save()
    await note(registration, "offered", act=act.of(Who.APP))


async def confirm(registration: Registration, event: Event, *, letter: str, act: Act) -> None:
    """The seat is theirs, and the invitation goes out. The caller has made sure that there is a seat.

    Refuses `ModeNotOffered`: nobody comes to what is not held.
    """
    if registration.mode not in event.modes:
        raise rules.ModeNotOffered()
    rules.check_life(Status(registration.status), Status.CONFIRMED)
    registration.status = Status.CONFIRMED
    registration.seated = True
    registration.answer = _answer_of_who_gets_a_seat(registration, act)
    registration.waitlist_order = None
    registration.due_at = None
    registration.due_for = Due.NOTHING
    await hear(registration, event)
    if registration.invited:
        registration.sequence += 1
    # Somebody who came along without an address has no calendar to invite.
    person = await openable(registration, act=act)
    registration.invited = bool(person and person.address)
    await registration.save()
    is_late = await skip_what_is_due(event, [registration], now=act.now)
    await note(registration, letter, act=act)
    await post_about(letter, registration, event, act=act)
    if is_late and registration.mode == Mode.ONLINE:
        await post_own_page(registration, event, act=act)  # no reminder will bring them the way to join


def _answer_of_who_gets_a_seat(registration: Registration, act: Act) -> str:
    """Who said no to a tentative entry, and did not take the seat themselves, is asked again."""
    said_no = registration.invited and registration.answer == "DECLINED"
    return "NEEDS-ACTION" if said_no and act.who != Who.PERSON else ANSWER_OF[Status.CONFIRMED]
