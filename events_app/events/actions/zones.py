"""What happens to events when the rules of a time zone change."""

import uuid
from datetime import UTC

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events.actions.writing import save_change
from events_app.events.models.event import Event
from events_app.events.rules import Status


async def follow_zone_rules(*, act: Act) -> list[str]:
    """Hold the instants of coming events against the zone rules of this tzdata; says which events moved.

    The wall time is the truth, so it stays; the instant follows it, and everybody who was told the old one then holds
    an old time: the desk's change page shows them, and an organizer sends the update.
    """
    coming = await Event.filter(status=Status.PUBLISHED, ends_at__gt=act.now).only(*_INSTANTS)
    return [
        slug for event in coming if _has_moved(event) and (slug := await _move_instants(event.id, act=act))
    ]


_INSTANTS = ("id", "zone", "starts_wall", "ends_wall", "starts_fold", "ends_fold", "starts_at", "ends_at")


def _has_moved(event: Event) -> bool:
    return event.starts.astimezone(UTC) != event.starts_at or event.ends.astimezone(UTC) != event.ends_at


@one_transaction
async def _move_instants(event_id: uuid.UUID, *, act: Act) -> str:
    event = await Event.claim(event_id)
    if not _has_moved(event):
        return ""
    event.starts_at, event.ends_at = event.starts.astimezone(UTC), event.ends.astimezone(UTC)
    event.sequence += 1
    await save_change(event, act=act)
    return event.slug
