"""Copies of an event: new drafts with the same texts, hosts, speakers, agenda and questions, on other days."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from events_app.acts import Act
from events_app.calendar.zones import zone as zone_of
from events_app.database import one_transaction
from events_app.events.actions.editing import first_title, insert_event, is_made_from, join_link_of
from events_app.events.actions.saving import write_panel
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.panel import agenda_of, consent_of, speakers_of
from events_app.events.rules import AgendaFacts, EventFacts, HostFacts, SpeakerFacts, Visibility
from events_app.handed import FollowCopy
from events_app.texts import Texts, slug_of


@dataclass(frozen=True)
class Anew:
    """What a copy says otherwise than its original. `dated`: its address is made of the title and this day."""

    title: Texts
    starts_at: datetime
    ends_at: datetime
    slug: str = ""
    dated: date | None = None


async def copy_event(event_id: uuid.UUID, *, follow: FollowCopy, act: Act, anew: Anew | None = None) -> Event:
    """A new draft with the same texts, hosts, speakers, agenda and questions; nobody is registered for it."""
    (made,) = await copy_events(event_id, {uuid.uuid4(): anew}, follow=follow, act=act)
    return made


async def copy_events(
    event_id: uuid.UUID, wanted: Mapping[uuid.UUID, Anew | None], *, follow: FollowCopy, act: Act
) -> list[Event]:
    """Copies under these new ids, all or none. Their keys are made before; those of copies that failed seal nothing."""
    original = await Event.find_any(event_id)
    for new_id in wanted:
        act.vault.make_keys(str(new_id))
    link = join_link_of(original, act=act)
    facts = facts_of(original, consent=await consent_of(original), join_link=link)
    facts = replace(facts, slug="")  # its own: who knows an unlisted one is not to guess the other
    said = {new_id: _said_anew(original, facts, anew) if anew else facts for new_id, anew in wanted.items()}
    return await _insert_copies(original, said, act=act, follow=follow)


@one_transaction
async def _insert_copies(
    original: Event, said: Mapping[uuid.UUID, EventFacts], *, follow: FollowCopy, act: Act
) -> list[Event]:
    hosts = [HostFacts(str(host.organization_id), host.role) for host in await hosts_of(original.id)]
    speakers = [
        SpeakerFacts(
            each.name,
            each.about,
            each.role,
            confirmed=False,
            person_id=each.person_id,
            biography=each.biography,
        )
        for each in await speakers_of(original.id)
    ]
    agenda = [AgendaFacts(item.title, item.minutes) for item in await agenda_of(original.id)]
    made = []
    for new_id, facts in said.items():
        copy = await insert_event(new_id, facts, act=act, hosts=hosts)
        await write_panel(copy, speakers, agenda)
        await follow(original.id, copy.id)
        made.append(copy)
    return made


def facts_of(event: Event, *, consent: Texts, join_link: str) -> EventFacts:
    """The event as an organizer would type it."""
    names = EventFacts.__dataclass_fields__.keys() - {"consent", "join_link"}
    return EventFacts(**{name: getattr(event, name) for name in names}, consent=consent, join_link=join_link)


def _said_anew(original: Event, facts: EventFacts, anew: Anew) -> EventFacts:
    here = zone_of(facts.zone)
    starts, ends = (moment.astimezone(here) for moment in (anew.starts_at, anew.ends_at))
    return replace(
        facts,
        title=anew.title,
        slug=_address(original, anew),
        starts_wall=f"{starts:%Y-%m-%dT%H:%M}",
        ends_wall=f"{ends:%Y-%m-%dT%H:%M}",
        starts_fold=starts.fold,
        ends_fold=ends.fold,
        starts_at=anew.starts_at,
        ends_at=anew.ends_at,
        opens_at=moved_along(facts.opens_at, original.starts, starts),
        closes_at=moved_along(facts.closes_at, original.starts, starts),
    )


def _address(original: Event, anew: Anew) -> str:
    """As it was typed; else empty, and it is made. One that was made of the old title follows the new one."""
    if anew.dated and original.visibility == Visibility.PUBLIC:
        return f"{slug_of(first_title(anew.title))}-{anew.dated.isoformat()}"
    is_renamed = slug_of(first_title(anew.title)) != slug_of(first_title(original.title))
    follows = is_renamed and is_made_from(original.title, anew.slug)
    return "" if follows or anew.dated else anew.slug


def moved_along(moment: datetime | None, was: datetime, starts: datetime) -> datetime | None:
    """A deadline of an event that is on another day: as many days before it, at the same hour of its clock. One on
    the day itself, or later, moves with the hours too: what closed when it began still does."""
    if moment is None:
        return None
    wall = moment.astimezone(was.tzinfo).replace(tzinfo=None)
    old, new = was.replace(tzinfo=None, fold=0), starts.replace(tzinfo=None, fold=0)
    step = new - old if wall.date() >= old.date() else timedelta(days=(new.date() - old.date()).days)
    return (wall + step).replace(tzinfo=was.tzinfo).astimezone(UTC)
