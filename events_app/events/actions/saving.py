"""How an event's rows are written: a save counts its revision; hosts, speakers and agenda keep their order."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict

from tortoise.exceptions import IntegrityError

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.directory.rules import TakenAddress
from events_app.events import rules
from events_app.events.models.event import Event, EventHost
from events_app.events.models.panel import AgendaItem, Speaker
from events_app.events.rules import AgendaFacts, HostFacts, ProgrammeFacts, SpeakerFacts


async def save_change(event: Event, *, act: Act) -> None:
    event.revision += 1
    event.changed_at = act.now
    try:
        await event.save()
    except IntegrityError:  # somebody else has just taken the address
        raise TakenAddress() from None


async def write_hosts(event_id: uuid.UUID, hosts: Sequence[HostFacts]) -> None:
    for position, host in enumerate(hosts):
        await EventHost.create(
            event_id=event_id,
            organization_id=uuid.UUID(host.organization_id),
            role=host.role,
            position=position,
        )


async def write_panel(
    event_id: uuid.UUID, speakers: Sequence[SpeakerFacts], agenda: Sequence[AgendaFacts]
) -> None:
    for position, speaker in enumerate(speakers):
        await Speaker.create(event_id=event_id, position=position, **asdict(speaker))
    for position, item in enumerate(agenda):
        await AgendaItem.create(event_id=event_id, position=position, **asdict(item))


@one_transaction
async def save_programme(event_id: uuid.UUID, facts: ProgrammeFacts, *, revision: int, act: Act) -> Event:
    """Write hosts, speakers and agenda anew, in the order given. Refuses `EventChangedMeanwhile`."""
    event = await Event.claim(event_id)
    if event.revision != revision:
        raise rules.EventChangedMeanwhile()
    await EventHost.filter(event_id=event_id).delete()
    await Speaker.filter(event_id=event_id).delete()
    await AgendaItem.filter(event_id=event_id).delete()
    await write_hosts(event_id, facts.hosts)
    await write_panel(event_id, facts.speakers, facts.agenda)
    await save_change(event, act=act)
    return event
