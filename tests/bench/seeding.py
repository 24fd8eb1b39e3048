"""A house with something in it: `python -m tests.bench.seeding FOLDER PEOPLE EVENTS [URL]`, in a process of its own.

Makes three events of the example (the first with room for everybody), an event `crowd` with so many registrations,
a conference `full-days` with so many events, and an organizer. People are invented: every third writes in Arabic.
"""

import asyncio
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events_app import clock, i18n
from events_app.accounts import actions as accounts
from events_app.acts import Office
from events_app.addresses import kept
from events_app.conferences.models import Conference
from events_app.database import close_database, migrate, one_transaction, open_database
from events_app.directory.models import Organization
from events_app.events.models.event import Event, EventHost
from events_app.example.actions.showing import show
from events_app.registrations.actions.registering import register
from events_app.registrations.models import Registration
from events_app.registrations.posting import person_context
from events_app.registrations.rules import Applicant
from events_app.settings import Settings
from events_app.settings.sections import Site
from events_app.tokens import digest
from events_app.vault import Json, Reader, Vault
from events_app.work import MODELS, site_of_settings
from tests import make

ORGANIZER, PASSPHRASE = "organizer@example.org", "four invented words here"
CROWD = "crowd"
CONFERENCE = "full-days"
BATCH = 500


def main(folder: Path, url: str, *, people: int, events: int) -> None:
    asyncio.run(_seed(folder, url or database_url(folder), people=people, events=events))


def applicant(number: int) -> Applicant:
    """Somebody invented, the same for the same number."""
    name = f"Nour Khalil {number}" if number % 3 else f"نور خليل {number}"
    needs = "A seat near the door, please." if number % 5 == 0 else ""
    language, mode = ("en" if number % 3 else "ar"), ("in_person" if number % 4 else "online")
    return Applicant(name, f"guest{number}@example.org", language, mode, needs)


def database_url(folder: Path) -> str:
    return f"sqlite:{folder}/data/events.db"


async def _seed(folder: Path, url: str, *, people: int, events: int) -> None:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    i18n.load_languages(("en", "ar"))
    vault, now = Vault(folder), clock.now()
    vault.open()
    vault.make_keys("site")
    await migrate(url)
    await open_database(url, models=MODELS)
    try:
        await show(events=3, people=0, act=Office(vault, make.site()).at(now))
        await Event.filter(slug="research-launch").update(capacity_in_person=1_000_000)
        token = await accounts.invite(vault, ORGANIZER, now=now)
        await accounts.accept(vault, token, "Rima", ORGANIZER, PASSPHRASE, now=now)
        if people:
            await fill_crowd(vault, await like_the_first(CROWD), people, now)
        if events:
            await _fill_conference(vault, events, now)
    finally:
        await close_database()
        vault.close()


async def like_the_first(slug: str) -> Event:
    """A new event row with the facts of the example's first."""
    pattern = await Event.get(slug="research-launch")
    columns = {name: getattr(pattern, name) for name in Event._meta.db_fields - {"id", "slug"}}
    return await Event.create(id=uuid.uuid4(), slug=slug, **columns)


def office_of(vault: Vault) -> Office:
    """What acts need besides their subject."""
    settings = replace(Settings(), site=Site(base_url="http://127.0.0.1:8000"))
    return Office(vault, site_of_settings(settings, vault))


async def fill_crowd(vault: Vault, event: Event, people: int, now: datetime) -> None:
    """The first registers as everybody does; the others are rows like that one, each sealed for its place."""
    vault.make_keys(str(event.id))
    await register(event.id, applicant(0), act=office_of(vault).at(now))
    first = await Registration.get(event_id=event.id)
    opened = vault.reveal(str(event.id), person_context(first.id), first.person, Reader("courier"))
    for start in range(1, people, BATCH):
        await _fill(vault, first, opened, range(start, min(start + BATCH, people)))


@one_transaction
async def _fill(vault: Vault, first: Registration, opened: dict[str, Json], numbers: range) -> None:
    scope, rows = str(first.event_id), []
    columns = {name: getattr(first, name) for name in Registration._meta.db_fields - {"id"}}
    for number in numbers:
        row_id, someone, token = uuid.uuid4(), applicant(number), f"token{number}-{scope}"
        person = opened | {
            "name": someone.name,
            "address": someone.address,
            "needs": someone.needs,
            "token": token,
        }
        row = Registration(id=row_id, **columns)
        row.person = vault.seal(scope, person_context(row_id), person)
        row.address_index, row.token_digest = vault.blind_index(scope, kept(someone.address)), digest(token)
        row.mode, row.language, row.arrival = someone.mode, someone.language, number + 1
        rows.append(row)
    await Registration.bulk_create(rows)


@one_transaction
async def _fill_conference(vault: Vault, events: int, now: datetime) -> None:
    """Events of an hour, eight a day, each with the first organization as its host."""
    pattern, host = await Event.get(slug="research-launch"), await Organization.get(slug="cedar-archive")
    first = (now + timedelta(days=60)).replace(hour=8, minute=0, second=0, microsecond=0, tzinfo=None)
    conference = await Conference.create(
        slug=CONFERENCE,
        name={"en": "Full days", "ar": "أيام حافلة"},
        zone=pattern.zone,
        starts_on=first.date(),
        ends_on=(first + timedelta(days=events // 8)).date(),
    )
    columns = {name: getattr(pattern, name) for name in Event._meta.db_fields - {"id", "slug"}}
    rows, hosts = [], []
    for number in range(events):
        wall = first + timedelta(days=number // 8, hours=number % 8)
        row = Event(id=uuid.uuid4(), slug=f"full-{number}", **columns)
        row.conference_id, row.title = conference.id, {"en": f"Side event number {number}"}
        row.starts_wall, row.ends_wall = (
            f"{each:%Y-%m-%dT%H:%M}" for each in (wall, wall + timedelta(hours=1))
        )
        row.starts_at, row.ends_at = row.starts.astimezone(UTC), row.ends.astimezone(UTC)
        vault.make_keys(str(row.id))
        rows.append(row)
        hosts.append(EventHost(event_id=row.id, organization_id=host.id, role="host", position=0))
    await Event.bulk_create(rows, batch_size=BATCH)
    await EventHost.bulk_create(hosts, batch_size=BATCH)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "".join(sys.argv[4:]), people=int(sys.argv[2]), events=int(sys.argv[3]))
