"""How many registered, and what anybody answered: what lower rooms show of it, handed down by app.py."""

import asyncio
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, cast

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from events_app.acts import Act
from events_app.database import rows
from events_app.events.models.event import Event
from events_app.events.rules import Mode
from events_app.events.rules import Status as EventStatus
from events_app.handed import EventThere, HasSeats
from events_app.health.actions.guarding import Guard
from events_app.mail import outbox
from events_app.mail.models import Letter
from events_app.registrations.models import Quota, Registration
from events_app.registrations.places import IS_FULL, id_of, pool_of
from events_app.registrations.posting import person_context
from events_app.registrations.rules import Pool, Status
from events_app.registrations.told import hearers_of, hearers_of_many
from events_app.rounds.models import ANNOUNCED, MOVING_UP, Round
from events_app.shown import ShownPlaces, show

PAGE_ROWS: Final = 500


@dataclass(frozen=True)
class Behind:
    """How many people hold an old time or place of an event; how many only older texts, or another room of the same
    building; and how many an act on everybody has not reached yet, which goes on by itself."""

    material: int
    small: int
    unreached: int = 0


def by_status(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    totals = dict.fromkeys([status.value for status in Status], 0)
    for (status, _mode), number in counts.items():
        totals[status] += number
    return totals


async def count_registrations(event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """For the desk's overview of events (app.py hands this down): counts by 'status' and by 'status.mode'."""
    rows = (
        await Registration.filter(event_id__in=list(event_ids))
        .annotate(number=Count("id"))
        .group_by("event_id", "status", "mode")
        .values("event_id", "status", "mode", "number")
    )
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for row in rows:
        ours = counts.setdefault(row["event_id"], {})
        for key in (row["status"], f"{row['status']}.{row['mode']}"):
            ours[key] = ours.get(key, 0) + row["number"]
    return counts


async def count_behind(event_id: uuid.UUID) -> Behind:
    hearers = await hearers_of(await Event.find_any(event_id))
    material = sum(each.people for each in hearers if each.is_material)
    behind = sum(each.people for each in hearers if each.is_behind)
    return Behind(material, behind - material, await _unreached(event_id, behind))


async def _unreached(event_id: uuid.UUID, behind: int) -> int:
    """Whom the rounds of an event are still to reach; one that tells of a change passes by whom nothing concerns."""
    numbers = [0]
    for found in await Round.filter(event_id=event_id).exclude(what=MOVING_UP):
        living = Registration.filter(event_id=event_id, live=1, arrival__gt=found.reached)
        numbers.append(
            behind if found.what == ANNOUNCED else await living.filter(arrival__lte=found.until).count()
        )
    return max(numbers)


async def events_at(venue_id: uuid.UUID, *, now: datetime) -> list[EventThere]:
    """The coming events at a venue (app.py hands this down)."""
    coming = Event.filter(room__venue_id=venue_id, ends_at__gt=now).order_by("starts_at", "id")
    events = await coming.select_related("room__venue")
    heard = await hearers_of_many(events)
    return [
        EventThere(
            event.id,
            event.title,
            event.starts,
            sum(each.people for each in heard[event.id]),
            sum(each.people for each in heard[event.id] if each.is_behind),
        )
        for event in events
    ]


async def count_letters(event_id: uuid.UUID) -> dict[str, int]:
    return {str(state): number for state, number in (await outbox.counts_of(event_id)).items()}


async def has_registrations(event_id: uuid.UUID) -> bool:
    return await Registration.filter(event_id=event_id).exists()


async def is_in_use(event_id: uuid.UUID) -> bool:
    """Whether anybody registered for the event, or was written to about it."""
    return await has_registrations(event_id) or await Letter.filter(event_id=event_id).exists()


async def how_many_never_fit(event: HasSeats) -> int:
    """How many parties wait that are larger than all the places they could have, since those were made fewer."""
    pools: dict[tuple[str, uuid.UUID | None], Pool] = {}
    too_large = 0
    for found in await rows(_PARTIES, event.id):
        where = (found["mode"], id_of(found["quota_id"]))
        if where not in pools:
            pools[where] = await pool_of(event, *where)
        too_large += not pools[where].can_ever_seat(found["people"])
    return too_large


async def full_of(events: Sequence[HasSeats]) -> dict[uuid.UUID, list[str]]:
    """For lists of events (app.py hands this down): the ways of taking part that have no free seat, in one question. As
    `places.is_full` it says yes or no and no number, so that a kept page is made anew only where that changes."""
    limited = [event.id for event in events if any(event.capacity(mode) is not None for mode in event.modes)]
    full: dict[uuid.UUID, list[str]] = {}
    if limited:
        marks = ", ".join(f"${number}" for number in range(1, len(limited) + 1))
        for found in await rows(_FULL.format(ids=marks), *limited):
            full.setdefault(uuid.UUID(str(found["id"])), []).append(str(found["mode"]))
    return full


_CAPACITY = """CASE "way"."mode" WHEN 'online' THEN "e"."capacity_online" ELSE "e"."capacity_in_person" END"""
_EACH_IS_FULL = IS_FULL.replace("$1", '"e"."id"').replace("$2", '"way"."mode"').replace("$3", _CAPACITY)
_FULL = f"""
    SELECT "e"."id" AS "id", "way"."mode" AS "mode" FROM "event" AS "e"
    JOIN (SELECT 'in_person' AS "mode" UNION ALL SELECT 'online') AS "way" ON CASE "way"."mode"
        WHEN 'online' THEN "e"."offers_online" AND "e"."capacity_online" IS NOT NULL
        ELSE "e"."offers_in_person" AND "e"."capacity_in_person" IS NOT NULL END
    WHERE "e"."id" IN ({{ids}}) AND ({_EACH_IS_FULL})
    ORDER BY "e"."id", "way"."mode"
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class FreeSeats:
    """How full a pool is at this moment, by the true number: for organizers, who decide by it. `quota` is the name of
    whom its seats are reserved for; '' for everybody's."""

    mode: str
    quota: str
    pool: Pool


async def free_seats(event: Event, where: Collection[tuple[str, uuid.UUID | None]]) -> list[FreeSeats]:
    """Of each of these pools, everybody's first. Counted by the database, so it costs the same however full it is."""
    offered = [each for each in set(where) if each[0] in event.modes]
    wanted = [quota_id for _mode, quota_id in offered if quota_id]
    names = {each.id: each.name for each in await Quota.filter(id__in=wanted)} if wanted else {}
    found = [
        FreeSeats(mode, names.get(quota_id, "") if quota_id else "", await pool_of(event, mode, quota_id))
        for mode, quota_id in offered
    ]
    return sorted(found, key=lambda each: (event.modes.index(Mode(each.mode)), each.quota))


async def seats_for_pending(event: Event) -> list[FreeSeats]:
    """Of the pools in which anybody waits for approval."""
    pools = await rows(_POOLS_OF_PENDING, event.id)
    return await free_seats(event, [(str(each["mode"]), id_of(each["quota_id"])) for each in pools])


_POOLS_OF_PENDING = """
    SELECT "mode", "quota_id" FROM "registration"
    WHERE "event_id" = $1 AND "status" = 'pending' GROUP BY "mode", "quota_id"
"""


async def count_shown(*, guard: Guard, act: Act) -> int:
    """What others see of the places of every coming event is what it is now (`shown`); says of how many events. The
    clock asks for it, and nothing that anybody does."""
    return await _show_each(_with_places(act.now), guard=guard)


async def count_first_shown(*, guard: Guard, act: Act) -> int:
    """The same of those of which nothing is shown yet."""
    shown = Subquery(ShownPlaces.all().values("event_id"))
    return await _show_each(_with_places(act.now).filter(id__not_in=shown), guard=guard)


def _with_places(now: datetime) -> QuerySet[Event]:
    limited = Q(offers_in_person=True, capacity_in_person__isnull=False) | Q(
        offers_online=True, capacity_online__isnull=False
    )
    return Event.filter(limited, status=EventStatus.PUBLISHED, ends_at__gt=now)


async def _show_each(events: QuerySet[Event], *, guard: Guard) -> int:
    found = await events.only("id", *(f"{word}_{mode}" for word in ("offers", "capacity") for mode in Mode))
    for event in found:
        await guard.attempt("places", partial(_show, event), subject=event.id, event_id=event.id)
    return len(found)


async def _show(event: Event) -> None:
    taken = {}
    for mode in event.modes:
        capacity, free = event.capacity(mode), (await pool_of(event, mode)).free
        if capacity is not None and free is not None:
            taken[str(mode)] = capacity - free
    await show(event.id, taken)


_PARTIES = """
    SELECT "mode", "quota_id", COUNT(*) AS "people" FROM "registration"
    WHERE "event_id" = $1 AND "status" IN ('pending', 'waitlisted') AND "seated" = FALSE AND "party" IS NOT NULL
    GROUP BY "mode", "quota_id", "party" HAVING COUNT(*) > 1
"""


async def answered_in(event_id: uuid.UUID, *, act: Act) -> set[str]:
    """The ids of the questions that anybody has answered. Answers are sealed, so every registration is opened once
    (some 10 microseconds each), a page at a time; of who cannot be opened nothing is known."""
    found, after = set[str](), uuid.UUID(int=0)
    everybody = Registration.filter(event_id=event_id).order_by("id").limit(PAGE_ROWS)
    while page := await everybody.filter(id__gt=after).values_list("id", "person"):
        sealed = [(person_context(row_id), bytes(blob)) for row_id, blob in page]
        for opened in act.vault.reveal_each(str(event_id), sealed, act.by, instead={}):
            found.update(cast(dict[str, Any], opened.get("answers") or {}))
        after = page[-1][0]
        await asyncio.sleep(0)
    return found
