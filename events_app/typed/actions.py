"""Keep what is being typed, give it back, and let it go: it changes nothing of the event itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from events_app.acts import Act
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.errors import Conflict
from events_app.i18n import N_
from events_app.typed.models import Typing
from events_app.typed.rules import LASTS, MOST
from events_app.vault import Json, NoKey, Reader, SealBroken, Vault

Fields = Sequence[tuple[str, str]]


class NotKept(Conflict):
    """Too long, or of an event of which nothing may be kept any more."""

    sentence = N_("What was typed could not be kept. Please save it.")


@dataclass(frozen=True)
class Form:
    """Whose form it is, and which one: an organizer's, of an event, at `page` behind its address."""

    event_id: uuid.UUID
    organizer_id: uuid.UUID
    page: str

    @property
    def rows(self) -> dict[str, Any]:
        return {"event_id": self.event_id, "organizer_id": self.organizer_id, "page": self.page}


@one_transaction
async def keep(form: Form, typed: Fields, *, act: Act) -> None:
    """What was typed last, in place of what was kept before. Refuses `NotKept`."""
    if sum(len(name) + len(value) for name, value in typed) > MOST:
        raise NotKept()
    await Typing.filter(**form.rows).delete()
    row = Typing(id=uuid.uuid4(), **form.rows, kept_at=milliseconds(act.now))
    said: dict[str, Json] = {"typed": [[name, value] for name, value in typed]}
    try:
        row.content = act.vault.seal(str(form.event_id), row.context, said)
        await row.save(force_create=True)
    except (NoKey, IntegrityError):  # there is no such event, or another tab has kept the same form just now
        raise NotKept() from None


async def find(form: Form, *, now: datetime) -> Typing | None:
    return await Typing.get_or_none(**form.rows, kept_at__gt=milliseconds(now - LASTS))


def reveal(row: Typing, *, vault: Vault, reader: Reader) -> Fields | None:
    """What was typed; None where it cannot be opened any more."""
    try:
        typed = vault.reveal(str(row.event_id), row.context, bytes(row.content), reader)["typed"]
    except (NoKey, SealBroken, KeyError):
        return None
    pairs = typed if isinstance(typed, list) else []
    return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]


async def discard(form: Form) -> None:
    """Saved, or thrown away. Where nothing is kept, nothing is written."""
    if await Typing.filter(**form.rows).exists():
        await Typing.filter(**form.rows).delete()


async def forget_lapsed(now: datetime) -> None:
    """Idle, it writes nothing."""
    lapsed = Typing.filter(kept_at__lte=milliseconds(now - LASTS))
    if await lapsed.exists():
        await lapsed.delete()


def age_of(row: Typing, *, now: datetime) -> timedelta:
    return timedelta(milliseconds=milliseconds(now) - row.kept_at)
