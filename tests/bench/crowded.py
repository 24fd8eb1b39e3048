"""One event that is loaded, beside small ones, measured inside a process of its own; prints one line of JSON.

`python -m tests.bench.crowded load FOLDER PEOPLE WAITING [URL]` makes the event `loaded`: so many people in their
seats and so many in line, two reminders that they have had, four hosts with logos, and long texts; and two conferences
of such events, with logos and without, an event for each 25 people. `acts FOLDER ACTS CROWD [URL]` registers and
cancels there and at a new event in turn; `cancel FOLDER PEOPLE 0 [URL]` calls off an event of so many people while
others register elsewhere.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

from tortoise.connection import get_connection

from events_app import clock, i18n
from events_app.acts import Office
from events_app.caretaker import STEPS
from events_app.conferences.models import Conference
from events_app.database import close_database, is_sqlite, migrate, open_database
from events_app.directory.models import Logo, Organization
from events_app.events.actions.life import cancel_event
from events_app.events.models.event import Event, EventHost
from events_app.mailings.models import Reminded, Reminder
from events_app.registrations.actions.leaving import cancel, follow_event
from events_app.registrations.actions.registering import register
from events_app.registrations.models import Registration
from events_app.registrations.rules import Applicant
from events_app.registrations.told import mark_of
from events_app.rounds import actions as rounds
from events_app.vault import Vault
from events_app.work import MODELS
from tests.bench.acts import Told, crowd
from tests.bench.seeding import BATCH, applicant, database_url, fill_crowd, like_the_first, office_of

LOADED = "loaded"
SMALL = 60
"""People in their seats, and as many in line, at an event that nobody would call loaded."""
LOGO = 200 * 1024
LETTERS = 20_000
TURNS = 6
"""How often the loaded event and the small one take turns."""


class Bench:
    """What every measurement needs: the acts of somebody invented at an event."""

    def __init__(self, vault: Vault) -> None:
        self.vault, self.office, self._numbers = vault, office_of(vault), iter(range(1_000_000, 9_000_000))

    async def join(self, event: Event, mode: str = "online") -> None:
        await register(event.id, self.somebody(mode), act=self.office.at(clock.now()))

    async def leave(self, registration: Registration) -> None:
        await cancel(registration.id, act=self.office.at(clock.now()))

    def somebody(self, mode: str) -> Applicant:
        return replace(applicant(3 * next(self._numbers) + 1), mode=mode)

    async def event(self, *, seats: int, seated: int, waiting: int, slug: str = "") -> Event:
        """As the example's first, online without limit, with these people in the room and in its line."""
        event = await like_the_first(slug or f"loaded-{uuid.uuid4().hex[:8]}")
        event.offers_online, event.capacity_online, event.capacity_in_person = True, None, seats
        event.consent_version = 0
        await event.save()
        await fill_crowd(self.vault, event, seated + waiting, clock.now())
        await Registration.filter(event_id=event.id).update(mode="in_person")
        await _put_in_line(event, after=seated)
        return event


async def _put_in_line(event: Event, *, after: int) -> None:
    behind = Registration.filter(event_id=event.id, arrival__gt=after)
    rows = await behind.only("id", "arrival", "waitlist_order")
    for row in rows:
        row.waitlist_order = row.arrival
    for start in range(0, len(rows), BATCH):
        await Registration.bulk_update(rows[start : start + BATCH], ["waitlist_order"])
    await behind.update(status="waitlisted", seated=False, answer="TENTATIVE", invited=False)


async def load(bench: Bench, people: int, waiting: int) -> Told:
    event = await bench.event(seats=people, seated=people, waiting=waiting, slug=LOADED)
    await _write_at_length(event)
    await _remind(event)
    await _give_hosts(event, await _organizations(with_logos=True))
    for with_logos in (True, False):
        await _conference(bench.vault, event, events=people // 25, with_logos=with_logos)
    if not is_sqlite():
        await get_connection("default").execute_script(
            "VACUUM ANALYZE"
        )  # as it does by itself within a minute
    return {"people": people, "waiting": waiting}


async def _write_at_length(event: Event) -> None:
    event.description = {"ar": ("ندوة عن حفظ الذاكرة " * LETTERS)[:LETTERS], "en": "A working conversation."}
    await event.save()


async def _remind(event: Event) -> None:
    """Two reminders whose moment has come, and everybody has had them."""
    until_it_starts = event.starts_at - clock.now()
    people = await Registration.filter(event_id=event.id).values_list("id", flat=True)
    for earlier in (1, 2):
        minutes = int((until_it_starts + timedelta(hours=earlier)).total_seconds() // 60)
        reminder = await Reminder.create(event_id=event.id, minutes=minutes)
        mark = mark_of(event.starts_at - timedelta(minutes=minutes))
        had = [Reminded(reminder_id=reminder.id, registration_id=each, told=mark) for each in people]
        await Reminded.bulk_create(had, batch_size=BATCH)


async def _organizations(*, with_logos: bool) -> Sequence[Organization]:
    found = []
    for number in range(4):
        slug = f"host-{number}-{with_logos}".lower()
        kind = "image/png" if with_logos else ""
        each = await Organization.create(slug=slug, name={"en": f"Host {number}"}, ours=True, logo_type=kind)
        if with_logos:
            await Logo.create(organization_id=each.id, picture=bytes(LOGO))
        found.append(each)
    return found


async def _give_hosts(event: Event, organizations: Sequence[Organization]) -> None:
    for position, each in enumerate(organizations, start=1):
        await EventHost.create(event_id=event.id, organization_id=each.id, role="host", position=position)


async def _conference(vault: Vault, pattern: Event, *, events: int, with_logos: bool) -> None:
    slug = f"{'with' if with_logos else 'without'}-logos"
    day = pattern.starts.date()
    made = await Conference.create(
        slug=slug, name={"en": slug}, zone=pattern.zone, starts_on=day, ends_on=day
    )
    organizations = (
        await Organization.filter(slug__startswith="host-", logo_type="image/png")
        if with_logos
        else await _organizations(with_logos=False)
    )
    columns = {name: getattr(pattern, name) for name in Event._meta.db_fields - {"id", "slug"}}
    rows = [Event(id=uuid.uuid4(), slug=f"{slug}-{n}", **columns) for n in range(events)]
    for row in rows:
        vault.make_keys(str(row.id))
        row.conference_id = made.id
    await Event.bulk_create(rows, batch_size=50)
    hosts = [
        EventHost(event_id=row.id, organization_id=each.id, role="host", position=position)
        for row in rows
        for position, each in enumerate(organizations)
    ]
    await EventHost.bulk_create(hosts, batch_size=BATCH)


async def acts(bench: Bench, number: int, people: int) -> Told:
    """Medians of seconds by what is done: at the loaded event, and ("small_...") at one that is not."""
    loaded = await Event.get(slug=LOADED)
    small = await bench.event(seats=SMALL, seated=SMALL, waiting=SMALL)
    told: Told = {}
    for event in (loaded, small):
        await bench.join(event)  # a warm-up
    await _in_turn(told, "join", number, loaded, small, bench.join)
    await _in_turn(told, "wait", number, loaded, small, lambda event: bench.join(event, "in_person"))
    seated = {event.id: iter(await _seated(event, number + TURNS)) for event in (loaded, small)}
    await _in_turn(told, "leave", number, loaded, small, lambda event: bench.leave(next(seated[event.id])))
    waits: dict[str, list[float]] = {"": [], "small_": []}
    for _ in range(3):
        for name, event in (("", loaded), ("small_", small)):
            waits[name].append((await crowd(people, 64, partial(_nth, bench, event)))["p99"])
    return told | {f"{name}p99": median(each) for name, each in waits.items()}


async def _nth(bench: Bench, event: Event, _number: int) -> None:
    await bench.join(event)


async def _seated(event: Event, number: int) -> Sequence[Registration]:
    return await Registration.filter(event_id=event.id, status="confirmed", mode="in_person").limit(number)


async def _in_turn(
    told: Told, what: str, number: int, loaded: Event, small: Event, act: Callable[[Event], Awaitable[None]]
) -> None:
    taken: dict[str, list[float]] = {"": [], "small_": []}
    for _ in range(TURNS):
        for name, event in (("", loaded), ("small_", small)):
            for _again in range(max(1, number // TURNS)):
                begun = time.perf_counter()
                await act(event)
                taken[name].append(time.perf_counter() - begun)
    told |= {f"{name}{what}": median(each) for name, each in taken.items()}


async def called_off(bench: Bench, people: int) -> Told:
    """The longest that somebody at another event waits while everybody of this one is told; and how many were."""
    event = await bench.event(seats=people, seated=people, waiting=0)
    elsewhere = await bench.event(seats=SMALL, seated=2, waiting=0)
    for _warm_up in range(5):
        await bench.join(elsewhere)
    first, work = time.perf_counter(), asyncio.create_task(_call_off(event, bench.office))
    waited = list[float]()
    while not work.done():
        begun = time.perf_counter()
        await bench.join(elsewhere)
        waited.append(time.perf_counter() - begun)
        await asyncio.sleep(0.005)
    await work
    seconds = time.perf_counter() - first
    left = await Registration.filter(event_id=event.id, live=1).count()
    if left:
        raise RuntimeError(f"{left} of {people} people were not told")
    return {"longest": max(waited), "visits": len(waited), "seconds": seconds}


async def _call_off(event: Event, office: Office) -> None:
    await cancel_event(event.id, follow=follow_event, act=office.at(clock.now()))
    await rounds.carry_on(STEPS, act=office.at(clock.now()))


async def in_database(name: str, folder: Path, number: int, more: int, url: str) -> Told:
    await migrate(url)
    await open_database(url, models=MODELS)
    vault = Vault(folder)
    vault.open()
    bench = Bench(vault)
    try:
        if name == "load":
            return await load(bench, number, more)
        return await acts(bench, number, more) if name == "acts" else await called_off(bench, number)
    finally:
        vault.close()
        await close_database()


def main(name: str, folder: str, number: str, more: str, *words: str) -> Told:
    i18n.load_languages(("en", "ar"))
    url = words[0] if words else database_url(Path(folder))
    return asyncio.run(in_database(name, Path(folder), int(number), int(more), url))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
