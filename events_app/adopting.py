"""What an older version left is taken over at the first start of a newer one: what people were told of their event."""

import uuid
from collections.abc import Mapping
from typing import Any

from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.models.where import MATERIAL, Telling, differs, earlier_mark, told_to_all
from events_app.i18n import choose
from events_app.registrations.models import Registration


async def adopt() -> None:
    """At the first start after tellings came to be kept: who was up to date is, and who held an old time still does."""
    for event_id in await Event.filter(telling=0).order_by("id").values_list("id", flat=True):
        await _adopt(event_id)  # type: ignore[arg-type]


@one_transaction
async def _adopt(event_id: uuid.UUID) -> None:
    """Versions up to 0006 marked each registration with what it was told (`told`), and kept what was announced last."""
    event = await Event.claim(event_id)
    if event.telling:
        return
    announced = event.announced
    behind = Registration.filter(event_id=event.id, live=1).exclude(told__in=["", earlier_mark(event)])
    known = await behind.filter(told=announced.get("told", "")).update(telling=0)
    unknown = await behind.exclude(told=announced.get("told", "")).update(telling=-1)
    for (language, mode), now in told_to_all(event).items():
        held = {0: _as_announced(announced, now, language)} if known else {}
        held |= {-1: {**now, "starts_at": ""}} if unknown else {}  # an old time, and nothing says which
        for number, facts in held.items():
            if differs(facts, now, MATERIAL):
                # Not material: their entries have said the new time under the old SEQUENCE since, and go on.
                one = Telling(event_id=event.id, number=number, language=language, mode=mode, facts=facts)
                one.material = False
                await one.save()
    event.telling = 1
    await event.save(update_fields=["telling"])


def _as_announced(announced: Mapping[str, Any], now: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What an announcement of those versions said: a room's place was not in it."""
    names = ("starts_wall", "ends_wall", "starts_fold", "ends_fold", "zone", "starts_at")
    place = choose(announced["place"], language) if now["house"] else ""
    told = {name: announced[name] for name in names} | {"title": choose(announced["title"], language)}
    return {**now, **told, **({"house": place, "place": place} if place else {})}
