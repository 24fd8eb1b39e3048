"""What organizers do with organizations and venues: each verb is one transaction."""

from collections.abc import Sequence
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from events_app.acts import Act
from events_app.database import is_taken, one_transaction, rows
from events_app.directory.models import Organization, Room, Venue
from events_app.directory.rules import RoomFacts, RoomInUse, StillNamed, TakenAddress
from events_app.handed import BeforePlaceChanges, HostsSaidAnew, IsThere
from events_app.i18n import choose
from events_app.texts import slug_of


@one_transaction
async def save_thing(thing: Any, values: dict[str, Any]) -> Any:
    """Save an organization, a conference, a venue or a room. Refuses `TakenAddress` for an address in use."""
    thing.update_from_dict(values)
    try:
        await thing.save()
    except IntegrityError as error:
        if is_taken(error, thing.Meta.table, "slug"):
            raise TakenAddress() from None
        raise
    return thing


@one_transaction
async def delete_unused(thing: Any, *, is_used: IsThere) -> None:
    """Delete an organization, a conference or a venue with its rooms. Refuses `StillNamed` while any event names it."""
    if await is_used(thing.id):
        raise StillNamed()
    try:
        await thing.delete()
    except IntegrityError:  # an event has named it in this moment
        raise StillNamed() from None


@one_transaction
async def save_organization(
    organization: Organization, values: dict[str, Any], *, said_anew: HostsSaidAnew, act: Act
) -> None:
    """Save an organization, of which feeds and programmes hear: its events say it as their host."""
    await save_thing(organization, values)
    await said_anew(organization.id, act=act)


@one_transaction
async def save_logo(organization: Organization, picture: bytes) -> None:
    """Keep a PNG as the organization's logo, in the place of the one before."""
    organization.logo_type = "image/png"
    await organization.save(update_fields=["logo_type"])
    await rows(_KEEP_LOGO, organization.id, picture)


_KEEP_LOGO = """
    INSERT INTO "logo" ("organization_id", "picture") VALUES ($1, $2)
    ON CONFLICT ("organization_id") DO UPDATE SET "picture" = excluded."picture"
"""


@one_transaction
async def save_venue(
    venue: Venue,
    values: dict[str, Any],
    rooms: Sequence[RoomFacts],
    *,
    is_used: IsThere,
    before_change: BeforePlaceChanges,
    act: Act,
) -> None:
    """Save a venue and its rooms. What people were told of the events there is kept as it was said.

    Each room is known by its id, so that nobody's new row and no cleared one ever renames another. A known row without
    a name goes. Refuses `RoomInUse` for one in which an event takes place.
    """
    said_anew = await before_change(venue.id, act=act)
    await save_thing(venue, values)
    known = {str(room.id): room for room in await Room.filter(venue_id=venue.id)}
    for facts in rooms:
        room = known.get(facts.row)
        told: dict[str, Any] = {"name": facts.name, "seats": facts.seats, "step_free": facts.step_free}
        if room is None:
            if facts.name:
                await Room.create(venue_id=venue.id, **told)
        elif facts.name:
            await room.update_from_dict(told).save()
        elif await is_used(room.id):
            raise RoomInUse(room=choose(room.name))
        else:
            await room.delete()
    await said_anew()


async def free_slug(model: type[Model], wished: str) -> str:
    base = slug_of(wished)
    taken: set[Any] = set(await model.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in (base, *(f"{base}-{number}" for number in range(2, 1000))) if slug not in taken
    )
