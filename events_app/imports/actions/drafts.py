"""A list between its upload and its import: sealed, its organizer's alone, forgotten after a quarter of an hour."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from events_app.acts import Act
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.errors import NotFound
from events_app.i18n import N_
from events_app.imports.models import ImportDraft
from events_app.vault import SealBroken

DRAFT_LASTS: Final = timedelta(minutes=15)
"""So long an uploaded list is kept, sealed, between two steps."""


class DraftLapsed(NotFound):
    sentence = N_("This list was not imported within 15 minutes, so it was deleted. Please upload it again.")


class DraftUnreadable(NotFound):
    """What was kept of an uploaded list was changed outside the app."""

    sentence = N_("This list cannot be opened any more. Please bring it again.")


def draft_context(draft_id: uuid.UUID) -> str:
    return f"import:{draft_id}"


@one_transaction
async def keep_draft(event_id: uuid.UUID, organizer_id: uuid.UUID, data: bytes, *, act: Act) -> ImportDraft:
    """Keep an uploaded list, sealed, for its organizer alone; an earlier one of theirs for this event goes."""
    await ImportDraft.filter(event_id=event_id, organizer_id=organizer_id).delete()
    draft_id = uuid.uuid4()
    sealed = act.vault.seal_bytes(str(event_id), draft_context(draft_id), data)
    return await ImportDraft.create(
        id=draft_id,
        event_id=event_id,
        organizer_id=organizer_id,
        file=sealed,
        expires_at=milliseconds(act.now + DRAFT_LASTS),
    )


async def find_draft(
    event_id: uuid.UUID, draft_id: uuid.UUID, organizer_id: uuid.UUID, *, now: datetime
) -> ImportDraft:
    """Refuses `DraftLapsed`, also for another organizer's list."""
    found = await ImportDraft.get_or_none(
        id=draft_id, event_id=event_id, organizer_id=organizer_id, expires_at__gt=milliseconds(now)
    )
    if found is None:
        raise DraftLapsed()
    return found


def reveal_file(draft: ImportDraft, *, act: Act) -> bytes:
    """Refuses `DraftUnreadable`."""
    try:
        return act.vault.reveal_bytes(str(draft.event_id), draft_context(draft.id), draft.file, act.by)
    except SealBroken:
        raise DraftUnreadable() from None


@one_transaction
async def keep_choices(draft: ImportDraft, choices: Mapping[str, Any], *, now: datetime) -> None:
    """How the list's columns are read, from now on; it is kept for another `DRAFT_LASTS`."""
    draft.choices = dict(choices)
    draft.expires_at = milliseconds(now + DRAFT_LASTS)
    await draft.save(update_fields=["choices", "expires_at"])


async def forget_drafts(now: datetime) -> None:
    """Delete the lists whose time is up. Idle, it writes nothing."""
    lapsed = ImportDraft.filter(expires_at__lte=milliseconds(now))
    if await lapsed.exists():
        await lapsed.delete()
