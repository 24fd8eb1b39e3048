"""What organizers do with organizations and venues: each verb is one transaction."""

from collections.abc import Sequence
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from events_app.database import one_transaction
from events_app.directory.models import Room, Venue
from events_app.directory.rules import TakenAddress
from events_app.handed import IsThere
from events_app.texts import slug_of


@one_transaction
async def save_thing(thing: Any, values: dict[str, Any]) -> Any:
    """Save an organization, a conference, a venue or a room. Refuses `TakenAddress` for an address in use."""
    thing.update_from_dict(values)
    try:
        await thing.save()
    except IntegrityError:
        raise TakenAddress() from None
    return thing


@one_transaction
async def save_rooms(venue: Venue, rooms: Sequence[dict[str, Any]], *, is_used: IsThere) -> None:
    """The venue's rooms in this order: known ones (by place in the list) are renamed, new ones added.

    A room that an event names is never deleted; one that left the list and that nobody uses is.
    """
    known = await Room.filter(venue_id=venue.id).order_by("id")
    for room, values in zip(known, rooms, strict=False):
        await room.update_from_dict(values).save()
    for values in rooms[len(known) :]:
        await Room.create(venue_id=venue.id, **values)
    for room in known[len(rooms) :]:
        if not await is_used(room.id):
            await room.delete()


async def free_slug(model: type[Model], wished: str) -> str:
    base = slug_of(wished)
    taken: set[Any] = set(await model.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in (base, *(f"{base}-{number}" for number in range(2, 1000))) if slug not in taken
    )
