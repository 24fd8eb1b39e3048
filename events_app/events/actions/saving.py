"""How an event's rows are written: a save counts its revision; hosts, speakers and agenda keep their order."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict

from tortoise.exceptions import IntegrityError

from events_app.acts import Act
from events_app.conferences.models import Conference
from events_app.database import is_taken, one_transaction
from events_app.directory.models import Organization, Room
from events_app.directory.rules import TakenAddress
from events_app.events import rules
from events_app.events.models.event import Event, EventHost
from events_app.events.models.panel import AgendaItem, Speaker
from events_app.events.models.where import keep_what_was_told, told_to_all
from events_app.events.rules import AgendaFacts, HostFacts, ProgrammeFacts, SpeakerFacts, Status
from events_app.folding import folded
from events_app.i18n import N_, translate


async def save_change(event: Event, *, act: Act) -> None:
    event.revision += 1
    event.changed_at = act.now
    await write_event(event)


async def write_event(event: Event, *, is_new: bool = False) -> None:
    """Write the row. Refuses `TakenAddress`, and `GoneMeanwhile` where the room or conference is there no more."""
    if event.room_id and not await Room.exists(id=event.room_id):
        raise rules.GoneMeanwhile(what=translate(N_("Room")))
    if event.conference_id and not await Conference.exists(id=event.conference_id):
        raise rules.GoneMeanwhile(what=translate(N_("Part of")))
    try:
        await event.save(force_create=is_new)
    except IntegrityError as error:
        if is_taken(error, "event", "slug"):  # somebody else has just taken the address
            raise TakenAddress() from None
        raise


async def before_place_changes(venue_id: uuid.UUID, *, act: Act) -> Callable[[], Awaitable[None]]:
    """A venue or its rooms are about to be written: keep what the coming events there said (app.py hands this down).

    What is returned is called afterwards, in the same transaction. The events' own texts are as they were, so nobody's
    open form of them is overtaken.
    """
    there = Event.filter(room__venue_id=venue_id, ends_at__gt=act.now).order_by("id")
    ids: list[uuid.UUID] = await there.values_list("id", flat=True)  # type: ignore[assignment]
    said = [(event, told_to_all(event)) for event in [await Event.claim_any(each) for each in ids]]

    async def said_anew() -> None:
        for event, before in said:
            event.room = await Room.filter(id=event.room_id).select_related("venue").get()
            if before == told_to_all(event):
                continue
            is_material = await keep_what_was_told(event, before)
            event.sequence += is_material and event.status != Status.DRAFT
            event.changed_at = act.now
            await event.save(update_fields=["telling", "sequence", "changed_at"])

    return said_anew


async def hosts_said_anew(organization_id: uuid.UUID, *, act: Act) -> None:
    """An organization was written: feeds say that its coming events have changed (app.py hands this down)."""
    hosted = EventHost.filter(organization_id=organization_id, event__ends_at__gt=act.now)
    ids: list[uuid.UUID] = await hosted.values_list("event_id", flat=True)  # type: ignore[assignment]
    await Event.filter(id__in=ids).update(changed_at=act.now)


async def write_hosts(event_id: uuid.UUID, hosts: Sequence[HostFacts]) -> None:
    there = set(await Organization.all().values_list("id", flat=True))
    if any(uuid.UUID(host.organization_id) not in there for host in hosts):
        raise rules.GoneMeanwhile(what=translate(N_("Organization")))
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
        row.biography, row.position = said.biography, position
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
