"""Taking the example away. What an organizer gave another name, or uses for an event of their own, stays theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.models import Model

from events_app.acts import Act
from events_app.conferences.models import Conference
from events_app.deletion.actions import forget_event
from events_app.directory.actions import delete_unused
from events_app.directory.models import Organization, Venue
from events_app.directory.rules import StillNamed
from events_app.events.models.event import Event, is_used
from events_app.example.models import ExampleRow, Kind
from events_app.example.rules import PROGRAMME
from events_app.registrations.models import Registration
from events_app.texts import Texts

TABLES: Final[Mapping[Kind, type[Model]]] = {
    "event": Event,
    "conference": Conference,
    "venue": Venue,
    "organization": Organization,
}
"""In this order: what others stand on goes last."""

_NAMES: Final[Mapping[Kind, Sequence[Texts]]] = {
    "event": [said["title"] for said in PROGRAMME["events"]],
    "conference": [PROGRAMME["conference"]["name"]],
    "venue": [PROGRAMME["venue"]["name"]],
    "organization": [said["name"] for said in PROGRAMME["hosts"]],
}


@dataclass(frozen=True)
class Part:
    """One thing of the example as it is now. newcomers: who has registered since it was shown. stays: it was given
    another name, so it is somebody's own."""

    kind: Kind
    row: Any
    newcomers: int = 0

    @property
    def name(self) -> Texts:
        name: Texts = self.row.title if self.kind == "event" else self.row.name
        return name

    @property
    def stays(self) -> bool:
        return self.name not in _NAMES[self.kind]


async def is_shown() -> bool:
    """Whether anything of the example is there."""
    return await ExampleRow.exists()


async def parts() -> list[Part]:
    """What there is of it, events first, in the order of their starts."""
    found = []
    for kind, table in TABLES.items():
        noted = {row.id: row.people for row in await ExampleRow.filter(kind=kind)}
        for row in await table.filter(id__in=list(noted)).order_by("starts_at" if kind == "event" else "id"):
            found.append(Part(kind, row, await _newcomers(row.pk, noted[row.pk]) if kind == "event" else 0))
    return found


async def _newcomers(event_id: UUID, made: int) -> int:
    return max(0, await Registration.filter(event_id=event_id).count() - made)


async def remove(*, act: Act) -> list[Part]:
    """Events first, with everybody who registered for them, for good; then what they stood on. What stayed, because it
    has another name or an event of somebody's own uses it. May be asked again where it ended half-way.

    Refuses `KeyringBusy`.
    """
    return [part for part in await parts() if not await _remove(part, act=act)]


async def _remove(part: Part, *, act: Act) -> bool:
    """False where it had to stay; it is part of the example no more."""
    is_gone = not part.stays
    if is_gone and part.kind == "event":
        await forget_event(part.row.id, act=act)
    if is_gone:
        try:
            await delete_unused(part.row, is_used=is_used)
        except StillNamed:
            is_gone = False
    await ExampleRow.filter(id=part.row.id).delete()
    return is_gone
