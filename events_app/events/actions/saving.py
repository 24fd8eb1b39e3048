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
from events_app.folding import folded


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


async def write_panel(event: Event, speakers: Sequence[SpeakerFacts], agenda: Sequence[AgendaFacts]) -> None:
    """Speakers and agenda in this order; a speaker's row stays the same row, so that programmes keep its ids."""
    rows = {str(each.id): each for each in await Speaker.filter(event_id=event.id)}
    for position, said in enumerate(speakers):
        row = rows.pop(said.row, None)
        if row is None:
            row = Speaker(event_id=event.id, person_id=said.person_id or await known_person(said, event))
        row.name, row.about, row.role, row.confirmed = said.name, said.about, said.role, said.confirmed
        row.position = position
        await row.save()
    await Speaker.filter(id__in=[row.id for row in rows.values()]).delete()
    for position, item in enumerate(agenda):
        await AgendaItem.create(event_id=event.id, position=position, **asdict(item))


async def known_person(said: SpeakerFacts, event: Event) -> uuid.UUID:
    """The person of this name and function who speaks at another event of the conference, else a new one.

    A name alone is no proof: two people may share it. Once found, the id stays, whatever is written differently later.
    """
    wanted = _marks_of(said)
    if wanted and event.conference_id:
        others = Speaker.filter(event__conference_id=event.conference_id).exclude(event_id=event.id)
        for each in await others.order_by("id"):
            if wanted & _marks_of(each):
                return each.person_id
    return uuid.uuid4()


def _marks_of(said: SpeakerFacts | Speaker) -> set[tuple[str, str]]:
    """Name and function as they are compared, in each language that has both."""
    return {
        (folded(name), folded(said.about[code]))
        for code, name in said.name.items()
        if name and said.about.get(code)
    }


@one_transaction
async def save_programme(event_id: uuid.UUID, facts: ProgrammeFacts, *, revision: int, act: Act) -> Event:
    """Write hosts, speakers and agenda in the order given. Refuses `EventChangedMeanwhile`."""
    event = await Event.claim(event_id)
    if event.revision != revision:
        raise rules.EventChangedMeanwhile()
    await EventHost.filter(event_id=event_id).delete()
    await AgendaItem.filter(event_id=event_id).delete()
    await write_hosts(event_id, facts.hosts)
    await write_panel(event, facts.speakers, facts.agenda)
    await save_change(event, act=act)
    return event
