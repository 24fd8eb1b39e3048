"""An event's hosts, speakers and agenda, written anew in the order given."""

import uuid

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events import rules
from events_app.events.actions.writing import save_change, write_hosts, write_panel
from events_app.events.models.event import Event, EventHost
from events_app.events.models.panel import AgendaItem, Speaker
from events_app.events.rules import ProgrammeFacts


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
