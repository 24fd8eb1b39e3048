"""Showing the example, by the acts that organizers and people would do, at the moments when they would do them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from events_app.acts import Act, Who
from events_app.conferences.models import Conference
from events_app.database import one_transaction
from events_app.directory.models import Organization, Room, Venue
from events_app.errors import Conflict
from events_app.events.actions import editing, life
from events_app.events.actions import saving as writing
from events_app.events.models.event import Event
from events_app.events.rules import EventFacts
from events_app.example.actions.letters import write_as_if_sent
from events_app.example.models import ExampleRow, Kind
from events_app.example.rules import (
    PEOPLE,
    PROGRAMME,
    ZONE,
    event_facts,
    host_facts,
    programme_facts,
)
from events_app.i18n import N_
from events_app.mailings.actions import announcing
from events_app.questions.actions.presets import add_preset
from events_app.questions.models import Question, questions_of
from events_app.registrations.actions import leaving, registering
from events_app.registrations.models import Registration
from events_app.registrations.rules import Applicant

UNTIL_THEN: Final = timedelta(days=45)
"""From today to the first day of the conference."""

MADE_BEFORE = timedelta(days=20)
"""So long ago the events were made; people came since."""

BETWEEN, MANY = timedelta(hours=11), 20
"""From one person to the next; and where so many come, one has changed their mind."""


class NotEmpty(Conflict):
    sentence = N_("There are events here already. The example is shown only before the first one.")


@one_transaction
async def show(
    *,
    people: int = len(PEOPLE),
    events: int = len(PROGRAMME["events"]),
    with_trouble: bool = False,
    act: Act,
) -> None:
    """Make the example, all or nothing: so many of its events, for which so many of its people have registered.

    with_trouble: some emails have failed. Nothing of it is ever mailed. Refuses `NotEmpty` where there is an event
    or an organization.
    """
    if await Event.exists() or await Organization.exists():
        raise NotEmpty()
    begun = replace(act, now=act.now - MADE_BEFORE)
    surroundings = await _make_surroundings((act.now + UNTIL_THEN).date())
    guests = iter(PEOPLE[:people])
    for said in PROGRAMME["events"][:events]:
        event = await _make_event(said, surroundings, act=begun)
        coming = list(islice(guests, said.get("people", 0)))
        await _register(event, coming, act=begun)
        await ExampleRow.filter(id=event.id).update(people=len(coming))
        if moved := said.get("moves_to"):
            await _move(event, {**said, **moved}, surroundings, act=act)
    await write_as_if_sent(with_trouble=with_trouble, act=act)


@dataclass(frozen=True)
class _Surroundings:
    """Where the events belong: rooms and organizations by their names in the file."""

    first_day: date
    conference_id: uuid.UUID
    rooms: Mapping[str, uuid.UUID]
    organizations: Mapping[str, uuid.UUID]

    def facts(self, said: Mapping[str, Any]) -> EventFacts:
        if "day" in said:
            day, conference_id = self.first_day + timedelta(days=said["day"]), self.conference_id
            return event_facts(said, day=day, conference_id=conference_id, rooms=self.rooms)
        day = self.first_day - UNTIL_THEN + timedelta(days=said["in_days"])
        return event_facts(said, day=day, conference_id=None, rooms=self.rooms)


async def _make_surroundings(first_day: date) -> _Surroundings:
    hosts = [await Organization.create(languages=["en", "ar"], **said) for said in PROGRAMME["hosts"]]
    venue = await Venue.create(zone=ZONE, **PROGRAMME["venue"])
    rooms = {name: await Room.create(venue_id=venue.id, **said) for name, said in PROGRAMME["rooms"].items()}
    conference = await Conference.create(
        **PROGRAMME["conference"],
        edition=str(first_day.year),
        zone=ZONE,
        starts_on=first_day,
        ends_on=first_day + timedelta(days=1),
    )
    await _note("organization", *(host.id for host in hosts))
    await _note("venue", venue.id)
    await _note("conference", conference.id)
    ids = {name: room.id for name, room in rooms.items()}
    return _Surroundings(first_day, conference.id, ids, {host.slug: host.id for host in hosts})


async def _make_event(said: Mapping[str, Any], surroundings: _Surroundings, *, act: Act) -> Event:
    """Made, with its programme and its questions; published, unless it is a draft."""
    hosts = host_facts(said, surroundings.organizations)
    event = await editing.create_event(surroundings.facts(said), hosts=hosts, act=act)
    await _note("event", event.id)
    if "speakers" in said:
        panel = programme_facts(said, hosts)
        await writing.save_programme(event.id, panel, revision=event.revision, act=act)
    for preset in said.get("asks", ()):
        await add_preset(event.id, preset)
    if "is_draft" in said:
        return event
    return await life.publish_event(event.id, follow=editing.nobody_follows, act=act)


async def _register(event: Event, people: Sequence[Mapping[str, Any]], *, act: Act) -> None:
    """One after another, some hours between them; who comes last cancels, where many come."""
    questions = await questions_of(event.id)
    for number, said in enumerate(people):
        applicant = Applicant(
            said["name"],
            f"{said['mail']}@example.org",
            "ar" if "arabic" in said else "en",
            event.modes[0 if number % 4 else -1],
            consent_version=event.consent_version,
            answers=_answers(questions, number),
        )
        await registering.register(event.id, applicant, act=_later(act, number).of(Who.PERSON))
    if len(people) >= MANY:
        last = await Registration.filter(event_id=event.id).order_by("-arrival").first()
        await leaving.cancel(last.id, act=_later(act, len(people)).of(Who.PERSON))  # type: ignore[union-attr]


def _later(act: Act, number: int) -> Act:
    return replace(act, now=act.now + number * BETWEEN)


def _answers(questions: Sequence[Question], number: int) -> dict[str, Any]:
    """Every third person says something, each time something else."""
    asked = [question for question in questions if question.kind == "choices"]
    if not asked or number % 3:
        return {}
    question = asked[number % len(asked)]
    return {str(question.id): [question.choices[number % 4]["key"]]}


async def _move(event: Event, said: Mapping[str, Any], surroundings: _Surroundings, *, act: Act) -> None:
    """To another hour and room, and everybody is told."""
    now = replace(act, now=act.now - timedelta(days=1))
    facts = surroundings.facts(said)
    await editing.change_event(event.id, facts, revision=event.revision, follow=leaving.follow_event, act=now)
    await announcing.announce(event.id, act=now)


async def _note(kind: Kind, *ids: uuid.UUID) -> None:
    """These go when the example goes."""
    await ExampleRow.bulk_create([ExampleRow(id=each, kind=kind) for each in ids])
