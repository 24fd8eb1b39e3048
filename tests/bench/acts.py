"""What ours does, measured inside a process of its own; prints one line of JSON.

`python -m tests.bench.acts register FOLDER PEOPLE CALLERS [URL]` registers people for a new event with places for
half of them; `count` (the same words) does three statements and nothing of ours but the database; `letters FOLDER
LETTERS CONNECTIONS PORT` lets the courier carry letters to a mail server; `feed FOLDER EVENTS` writes a feed.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from events_app import clock, i18n
from events_app.calendar import feed
from events_app.calendar.entry import Entry
from events_app.calendar.zones import zone as zone_of
from events_app.database import close_database, migrate, one_transaction, open_database
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.registrations.actions.registering import register
from events_app.registrations.models import Registration
from events_app.settings import Mail, Settings
from events_app.vault import Vault
from events_app.work import MODELS, courier_of
from tests.bench.seeding import applicant, database_url, like_the_first, office_of

Told = dict[str, float]


async def crowd(people: int, callers: int, act: Callable[[int], Awaitable[object]]) -> Told:
    """So many people in line for so many hands: rate, 99th percentile of the waiting, processor time each."""
    numbers, waited = iter(range(people)), []

    async def hand() -> None:
        for number in numbers:
            begun = time.perf_counter()
            await act(number)
            waited.append(time.perf_counter() - begun)

    cpu, begun = time.process_time(), time.perf_counter()
    await asyncio.gather(*(hand() for _ in range(callers)))
    seconds = time.perf_counter() - begun
    return {
        "rate": people / seconds,
        "each": seconds / people,
        "p99": quantiles(waited, n=100)[-1],
        "cpu": (time.process_time() - cpu) / people,
    }


async def registered(folder: Path, people: int, callers: int) -> Told:
    """The whole act: claim, count, seal, row, letter."""
    vault = Vault(folder)
    vault.open()
    office = office_of(vault)
    event = await _event_for(people // 2)
    vault.make_keys(str(event.id))

    async def act(number: int) -> None:
        await register(event.id, applicant(4 * number + 1), act=office.at(clock.now()))

    told = await crowd(people, callers, act)
    confirmed = await Registration.filter(event_id=event.id, status="confirmed").count()
    vault.close()
    return told | {"places": people // 2, "confirmed": confirmed}


async def counted(folder: Path, people: int, callers: int) -> Told:
    """Claim, count, insert, through our database and nothing else: what `baselines.race` does through Tortoise's."""
    event = await _event_for(people // 2)

    @one_transaction
    async def take_place(number: int) -> None:
        claimed = await Event.claim(event.id)
        taken = await Registration.filter(event_id=event.id, status="confirmed").count()
        await Registration.create(
            id=uuid.uuid4(),
            event_id=event.id,
            status="confirmed" if taken < (claimed.capacity_in_person or 0) else "waitlisted",
            mode="in_person",
            language="en",
            address_index=number.to_bytes(32, "big"),
            live=1,
            registered_on=date(2026, 1, 1),
            token_digest=uuid.uuid4().bytes,
            person=b"",
            answer="ACCEPTED",
            organizer_address="",
        )

    told = await crowd(people, callers, take_place)
    confirmed = await Registration.filter(event_id=event.id, status="confirmed").count()
    return told | {"places": people // 2, "confirmed": confirmed}


async def carried(folder: Path, letters: int, connections: int, port: int) -> Told:
    """So many letters, from the outbox to the mail server: opened, composed, sealed, sent. Half are invitations, the
    others those with the link to the own page: each registration owes both."""
    vault = Vault(folder)
    vault.open()
    event = await _event_for(2 * letters)
    vault.make_keys(str(event.id))
    mail = Mail(
        host="127.0.0.1",
        port=port,
        security="none",
        sender_address="events@example.org",
        connections=connections,
    )
    warmed_up, people = 5, letters // 2
    await _post_and_carry(vault, event, range(warmed_up), mail)
    cpu, seconds = await _post_and_carry(vault, event, range(warmed_up, warmed_up + people), mail)
    sent, owed = await Letter.filter(event_id=event.id, state="sent").count(), 2 * (people + warmed_up)
    if sent != owed:
        raise RuntimeError(f"{sent} of {owed} letters were sent")
    vault.close()
    return {"rate": 2 * people / seconds, "cpu": cpu / (2 * people)}


async def _post_and_carry(vault: Vault, event: Event, people: range, mail: Mail) -> tuple[float, float]:
    """The processor time and the seconds that carrying takes, posting not counted."""
    for number in people:
        await register(event.id, applicant(4 * number + 1), act=office_of(vault).at(clock.now()))
    courier = courier_of(Settings(mail=mail), vault)
    cpu, begun = time.process_time(), time.perf_counter()
    work = asyncio.create_task(courier.run())
    while await Letter.filter(event_id=event.id, due_at__not_isnull=True).exists():  # noqa: ASYNC110 - the database
        await asyncio.sleep(0.02)
    taken = time.process_time() - cpu, time.perf_counter() - begun
    await courier.stop()
    await work
    return taken


def fed(events: int) -> Told:
    """A feed written from entries in memory; the second time, so that the zones are known."""
    given = [entry(number) for number in range(events)]
    cover = feed.Cover("Full days", "", "https://example.org/f.ics", "https://example.org/f", "en")
    feed.feed(cover, [feed.piece(entry(0))])
    cpu = time.process_time()
    content = feed.feed(cover, [feed.piece(each) for each in given])
    return {"cpu": time.process_time() - cpu, "bytes": len(content)}


def entry(number: int) -> Entry:
    """An hour of a full day, the same for the same number."""
    zone = zone_of("Europe/Brussels")
    starts = datetime(2027, 3, 1, 8, tzinfo=zone) + timedelta(days=number // 8, hours=number % 8)
    said = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return Entry(
        uid=f"evt-{number:032x}@example.org",
        sequence=number % 3,
        stamp=said,
        created=said,
        changed=said,
        starts=starts,
        ends=starts + timedelta(hours=1),
        summary=f"Side event number {number}: documents, papers; archives",
        description="Families, lawyers and archivists present two years of research.\n\nhttps://example.org/e",
        location="Room Belgium III, Hotel Linden, Rue de la Paix 12, 1040 Brussels, Belgium",
        url=f"https://example.org/events/full-{number}",
        language="en",
        organizer_name="Cedar Archive for Human Rights",
        organizer_address="events@example.org",
        transparent=True,
    )


async def _event_for(places: int) -> Event:
    event = await like_the_first(f"race-{uuid.uuid4().hex[:8]}")
    await Event.filter(id=event.id).update(capacity_in_person=places, consent_version=0)
    return event


async def in_database(name: str, folder: Path, people: int, callers: int, *words: str) -> Told:
    url = words[0] if words and not words[0].isdigit() else database_url(folder)
    await migrate(url)
    await open_database(url, models=MODELS)
    try:
        if name == "letters":
            return await carried(folder, people, callers, int(words[0]))
        return await {"register": registered, "count": counted}[name](folder, people, callers)
    finally:
        await close_database()


def main(name: str, folder: str, number: str, *words: str) -> Told:
    i18n.load_languages(("en", "ar"))
    if name == "feed":
        return fed(int(number))
    return asyncio.run(in_database(name, Path(folder), int(number), int(words[0]), *words[1:]))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
