"""A copy of an event: a new draft with the same texts, hosts, speakers, agenda and questions."""

import uuid
from dataclasses import replace

from events_app.acts import Act
from events_app.database import one_transaction
from events_app.events.actions.editing import insert_event, join_link_of
from events_app.events.actions.saving import write_panel
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.panel import agenda_of, consent_of, speakers_of
from events_app.events.rules import AgendaFacts, EventFacts, HostFacts, SpeakerFacts
from events_app.handed import FollowCopy
from events_app.texts import Texts


async def copy_event(event_id: uuid.UUID, *, follow: FollowCopy, act: Act) -> Event:
    """A new draft with the same texts, hosts, speakers, agenda and questions; nobody is registered for it."""
    original = await Event.find_any(event_id)
    new_id = uuid.uuid4()
    act.vault.make_keys(str(new_id))
    link = join_link_of(original, act=act)
    facts = facts_of(original, consent=await consent_of(original), join_link=link)
    facts = replace(
        facts, slug=""
    )  # its own, made of its title; who knows an unlisted one is not to guess the other
    return await _insert_copy(new_id, original, facts, act=act, follow=follow)


@one_transaction
async def _insert_copy(
    new_id: uuid.UUID, original: Event, facts: EventFacts, *, follow: FollowCopy, act: Act
) -> Event:
    hosts = [HostFacts(str(host.organization_id), host.role) for host in await hosts_of(original.id)]
    copy = await insert_event(new_id, facts, act=act, hosts=hosts)
    speakers = [
        SpeakerFacts(speaker.name, speaker.about, speaker.role, confirmed=False, person_id=speaker.person_id)
        for speaker in await speakers_of(original.id)
    ]
    agenda = [AgendaFacts(item.title, item.minutes) for item in await agenda_of(original.id)]
    await write_panel(copy, speakers, agenda)
    await follow(original.id, copy.id)
    return copy


def facts_of(event: Event, *, consent: Texts, join_link: str) -> EventFacts:
    """The event as an organizer would type it."""
    names = EventFacts.__dataclass_fields__.keys() - {"consent", "join_link"}
    return EventFacts(**{name: getattr(event, name) for name in names}, consent=consent, join_link=join_link)
