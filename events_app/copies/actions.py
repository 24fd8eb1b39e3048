"""A series undone: the copies of one act go again, as long as they are what they were when they were made."""

import uuid
from collections.abc import Sequence

from events_app.acts import Act
from events_app.copies.rules import ids_of
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.handed import IsThere
from events_app.mailings.models import Reminder
from events_app.questions.models import questions_of
from events_app.registrations.models import Quota


async def undo_copies(original_id: uuid.UUID, token: uuid.UUID, *, is_in_use: IsThere, act: Act) -> int:
    """Remove the copies that nobody has touched, in one transaction, then their keys; says how many."""
    gone = await _delete_untouched(original_id, ids_of(token), is_in_use=is_in_use)
    for event_id in gone:
        act.vault.forget(str(event_id))
    return len(gone)


@one_transaction
async def _delete_untouched(
    original_id: uuid.UUID, ids: Sequence[uuid.UUID], *, is_in_use: IsThere
) -> list[uuid.UUID]:
    gone = []
    for event_id in await Event.filter(id__in=ids).order_by("id").values_list("id", flat=True):
        event = await Event.claim_any(uuid.UUID(str(event_id)))
        if await is_untouched(event, original_id, is_in_use=is_in_use):
            await event.delete()
            gone.append(event.id)
    return gone


async def is_untouched(event: Event, original_id: uuid.UUID, *, is_in_use: IsThere) -> bool:
    """A draft as it was made: nobody saved it, asks, reminds or keeps seats otherwise, and nobody is known to it."""
    if event.status != Status.DRAFT or event.revision > 1 or await is_in_use(event.id):
        return False
    if await Quota.filter(event_id=event.id).exists():
        return False
    return await _asked(event.id) == await _asked(original_id) and (
        await _reminded(event.id) == await _reminded(original_id)
    )


async def _asked(event_id: uuid.UUID) -> list[str]:
    return [repr((each.kind, each.label, each.help, each.required)) for each in await questions_of(event_id)]


async def _reminded(event_id: uuid.UUID) -> list[str]:
    found = await Reminder.filter(event_id=event_id).values("minutes", "is_after", "text")
    return sorted(repr(each) for each in found)
