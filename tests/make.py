"""Makes what tests need: events, applicants, an office with a real vault, a whole house, clients at its door."""

import html
import logging
import re
import secrets
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette

from events_app import i18n
from events_app.accounts.models import SITE, Organizer, Session
from events_app.acts import Office, Who
from events_app.addresses import kept
from events_app.app import create_app
from events_app.calendar.zones import instant
from events_app.clock import now as clock_now
from events_app.conferences.models import Conference
from events_app.directory.models import Organization
from events_app.events.actions import copying, editing, life
from events_app.events.models.event import Event, EventClaim
from events_app.events.models.panel import consent_of
from events_app.events.rules import EventFacts, HostFacts
from events_app.health.actions.guarding import Guard
from events_app.house import House as TheHouse
from events_app.linking import actions as linking
from events_app.mail.message import Composed
from events_app.mail.models import Letter
from events_app.mail.rules import called_today
from events_app.people import counts
from events_app.questions.actions import asking
from events_app.questions.models import Question
from events_app.questions.rules import QuestionFacts
from events_app.registrations.actions import leaving, registering
from events_app.registrations.models import Registration
from events_app.registrations.rules import Applicant
from events_app.settings import Settings
from events_app.settings.sections import Database, Mail, Storage
from events_app.settings.sections import Site as SiteSettings
from events_app.tokens import digest, new_token
from events_app.vault import Reader, Vault
from events_app.web.site import Site
from events_app.work import COMPOSERS

BASE = "http://127.0.0.1:8000"
LANGUAGES = ("en", "ar")
NOW = datetime(2035, 1, 4, 9, 0, tzinfo=UTC)
"""A moment before `STARTS`; the wall clock of whoever runs the tests is before it too."""
STARTS, ENDS, ZONE = "2035-05-12T13:00", "2035-05-12T14:30", "Europe/Brussels"
COURIER = Reader("courier")


def site() -> Site:
    return Site(
        {"en": "Side events", "ar": "فعاليات جانبية"},
        BASE,
        "house.example.org",
        LANGUAGES,
        "en",
        "events@example.org",
    )


def office(directory: Path) -> Office:
    """An office with a vault of its own; close `office.vault` afterwards."""
    i18n.load_languages(LANGUAGES)
    vault = Vault(directory)
    vault.open()
    vault.make_keys(SITE)
    return Office(vault, site())


def facts(**changes: Any) -> EventFacts:
    """A round table for three in Brussels; what is named is said otherwise. Instants follow from the walls."""
    said: dict[str, Any] = {
        "slug": "round-table",
        "title": {"en": "Round table", "ar": "طاولة مستديرة"},
        "summary": {"en": "A working conversation.", "ar": "جلسة عمل."},
        "description": {},
        "place": {"en": "Library, Hotel Linden, Brussels", "ar": "المكتبة، فندق ليندن، بروكسل"},
        "interpretation": {},
        "accessibility": {},
        "consent": {},
        "starts_wall": STARTS,
        "ends_wall": ENDS,
        "starts_fold": 0,
        "ends_fold": 0,
        "zone": ZONE,
        "conference_id": None,
        "room_id": None,
        "track": {},
        "languages": ["en", "ar"],
        "capacity_in_person": 3,
        **changes,
    }
    for end in ("starts", "ends"):
        wall = datetime.fromisoformat(said[f"{end}_wall"])
        said.setdefault(f"{end}_at", instant(wall, said["zone"], said[f"{end}_fold"]))
    return EventFacts(**said)


async def organization(name: str = "Cedar Archive", **columns: Any) -> Organization:
    slug = columns.pop("slug", name.lower().replace(" ", "-"))
    return await Organization.create(slug=slug, name={"en": name}, **{"ours": True, **columns})


async def conference(slug: str = "forum", **columns: Any) -> Conference:
    told: dict[str, Any] = {
        "name": {"en": "Brussels Forum", "ar": "منتدى بروكسل"},
        "zone": ZONE,
        "starts_on": datetime(2035, 5, 12, tzinfo=UTC).date(),
        "ends_on": datetime(2035, 5, 13, tzinfo=UTC).date(),
        **columns,
    }
    return await Conference.create(slug=slug, **told)


async def draft(
    vault: Vault, *, hosts: Sequence[Organization] = (), now: datetime = NOW, **changes: Any
) -> Event:
    chosen = [HostFacts(str(host.id), "host") for host in hosts]
    return await editing.create_event(facts(**changes), act=Office(vault, site()).at(now), hosts=chosen)


async def event(vault: Vault, *, now: datetime = NOW, **changes: Any) -> Event:
    """A published event of our own organization, which is made when there is none."""
    ours = await Organization.filter(ours=True).first() or await organization()
    made = await draft(vault, hosts=[ours], now=now, **changes)
    return await life.publish_event(made.id, follow=editing.nobody_follows, act=Office(vault, site()).at(now))


async def claims_of(event_id: uuid.UUID) -> int:
    """How often the event was claimed."""
    found = await EventClaim.get_or_none(event_id=event_id)
    return found.number if found else 0


def applicant(who: int | str = 1, **changes: Any) -> Applicant:
    """guest1@example.org, called Guest 1; a text as `who` is both the name and the local part."""
    name, local = (f"Guest {who}", f"guest{who}") if isinstance(who, int) else (who, who.lower())
    said: dict[str, Any] = {
        "name": name,
        "address": f"{local}@example.org",
        "language": "en",
        "mode": "in_person",
        **changes,
    }
    return Applicant(**said)


async def registered(
    event: Event, *people: int | str, office: Office, now: datetime = NOW, **changes: Any
) -> list[Registration]:
    """These people register, one after another; their rows."""
    found = []
    for who in people:
        asked = applicant(who, **changes)
        await registering.register(event.id, asked, act=office.at(now))
        found.append(await row_of(event, asked.address, office=office))
    return found


async def link_asked(event: Event, address: str, *, office: Office, now: datetime = NOW) -> None:
    """Somebody asks for the link of that address, and the caretaker has looked."""
    await linking.ask_link(event.id, address, act=office.at(now))
    await linking.answer_requests(act=office.at(now, Who.APP))


async def new_address_asked(row: Registration, address: str, *, office: Office, now: datetime = NOW) -> None:
    """Somebody wants to move to that address, and the caretaker has looked."""
    await linking.ask_new_address(row.id, address, act=office.at(now))
    await linking.answer_requests(act=office.at(now, Who.APP))


async def row_of(event: Event, address: str, *, office: Office) -> Registration:
    """The living registration of that address."""
    index = office.vault.blind_index(str(event.id), kept(address))
    found = await Registration.find_living(event.id, index)
    assert found is not None
    return found


async def spoiled(row: Any, column: str = "person") -> None:
    """What is sealed in that column of a row was changed outside the app."""
    blob = bytes(getattr(row, column))
    setattr(row, column, blob[:-1] + bytes([blob[-1] ^ 1]))
    await row.save(update_fields=[column])


async def question(event: Event, kind: str = "choice", **said: Any) -> Question:
    """A question of the event; without more words one with the choices Green (a) and Blue (b)."""
    both = [{"key": "a", "text": {"en": "Green"}}, {"key": "b", "text": {"en": "Blue"}}]
    more = {"choices": both if kind in {"choice", "choices"} else [], **said}
    return await asking.add_question(event.id, QuestionFacts(kind, {"en": "Which colour?"}, **more))


async def change(
    event: Event, office: Office, *, now: datetime = NOW, follow: Any = None, **changes: Any
) -> Event:
    """An organizer changes these facts of the event as it is now, and its people are followed."""
    fresh = await Event.get(id=event.id)
    before = copying.facts_of(fresh, consent=await consent_of(fresh), join_link="")
    said = {name: getattr(before, name) for name in EventFacts.__dataclass_fields__}
    for moment in ("starts_at", "ends_at"):
        said.pop(moment)
    return await editing.change_event(
        event.id,
        facts(**{**said, **changes}),
        revision=fresh.revision,
        act=office.at(now),
        follow=follow or follower(office),
    )


def follower(office: Office) -> Any:
    """What app.py hands to events: the registrations follow their event."""

    return leaving.follow_event


@dataclass(frozen=True)
class Post:
    """A letter out of the outbox, opened: its row, its facts, and what the courier would send."""

    letter: Letter
    facts: Mapping[str, Any]
    draft: Composed

    @property
    def kind(self) -> str:
        """The letter, whichever room's it is."""
        return self.letter.kind.partition(".")[2]

    @property
    def to(self) -> str:
        return str(self.facts["to_address"])

    @property
    def calendar(self) -> str:
        """The calendar part with its folded lines unfolded (RFC 5545, 3.1)."""
        return (self.draft.calendar or b"").decode().replace("\r\n ", "")

    @property
    def everything(self) -> str:
        """All that anybody could read in it."""
        return "\n".join((self.draft.subject, self.draft.text, self.draft.html, self.calendar))


async def posted(event: Event, office: Office, *, own_pages: bool = False) -> list[Post]:
    """Every letter of the event that has its words yet, in the order of posting, superseded ones too; the one with
    the link to the own page, which follows each first invitation, only where it is asked for."""
    found = []
    for letter in await Letter.filter(event_id=event.id).exclude(words="gone").order_by("number"):
        if letter.kind == "registrations.own_page" and not own_pages:
            continue
        said = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, COURIER)
        found.append(Post(letter, said, composed(letter.kind, said)))
    return found


def composed(kind: str, facts: Mapping[str, Any]) -> Composed:
    """The letter as the courier has it written, by the room that its kind belongs to."""
    kind = called_today(kind)
    return COMPOSERS[kind.partition(".")[0]](kind, facts)


async def how_many_hold_an_old_time(event_id: uuid.UUID) -> int:
    """As the event's overview says it."""
    return (await counts.count_behind(event_id)).material


async def kinds(event: Event, office: Office) -> list[str]:
    """'confirmed guest1@example.org' of every letter, in order."""
    return [f"{post.kind} {post.to}" for post in await posted(event, office)]


async def organizer(vault: Vault) -> Organizer:
    """Somebody with an account, called Rima."""
    made = Organizer(id=uuid.uuid4(), created_day=clock_now().date(), passphrase_hash="none")
    made.address_index = secrets.token_bytes(32)
    made.person = vault.seal(SITE, made.person_context, {"name": "Rima", "address": "rima@example.org"})
    made.active = True
    await made.save(force_create=True)
    return made


async def places_counted(office: Office, *, now: datetime = NOW) -> None:
    """The quarter of an hour is over: pages show the places as they are now."""
    await counts.count_shown(guard=Guard(), act=office.at(now))


_places = iter(range(1, 65_000))


@dataclass
class House:
    """A whole house in this process: `create_app` with a database, a vault and no courier."""

    app: Starlette
    clients: AsyncExitStack = field(default_factory=AsyncExitStack)
    url: str = ""

    @property
    def office(self) -> Office:
        house: TheHouse = self.app.state.house
        return house.office

    @property
    def vault(self) -> Vault:
        return self.office.vault

    async def client(self, **headers: str) -> httpx2.AsyncClient:
        """Somebody at the door: a browser of this site, in a network of its own, so that no limit is shared."""
        number = next(_places)
        transport = httpx2.ASGITransport(
            self.app, raise_app_exceptions=False, client=(f"10.{number // 250}.{number % 250}.1", 4000)
        )
        named = {"accept-language": "en", "sec-fetch-site": "same-origin"}
        client = httpx2.AsyncClient(transport=transport, base_url=BASE, headers={**named, **headers})
        return await self.clients.enter_async_context(client)

    async def desk(self, **headers: str) -> "Desk":
        """Somebody who sits at the desk."""
        now = clock_now()
        organizer_made = await organizer(self.vault)
        token, form_token = new_token(), new_token()
        await Session.create(
            digest=digest(token),
            organizer_id=organizer_made.id,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=12),
            form_token=form_token,
        )
        client = await self.client(**headers)
        client.cookies.set("desk", token)
        return Desk(client, form_token)


@dataclass
class Desk:
    """A signed-in organizer's browser."""

    client: httpx2.AsyncClient
    form_token: str

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(path)

    async def post(self, path: str, **fields: Any) -> httpx2.Response:
        return await self.client.post(path, data={"form_token": self.form_token, **fields})


@asynccontextmanager
async def house(
    url: str, directory: Path, *, base_url: str = BASE, mail_host: str = "mail.example.org"
) -> AsyncIterator[House]:
    """The house is open: its database is that of `url`, migrated before. It has a mail server, which nobody calls."""
    office(directory).vault.close()  # a start past run.py makes no keys
    app = create_app(
        Settings(
            site=SiteSettings(base_url=base_url, languages=LANGUAGES),
            database=Database(url=url),
            mail=Mail(host=mail_host, sender_address="events@example.org"),
            storage=Storage(directory),
        ),
        works=False,
    )
    made = House(app, url=url)
    try:
        async with app.router.lifespan_context(app), made.clients:
            yield made
    finally:
        made.vault.close()


class Statements(logging.Handler):
    """Counts what is asked of the database: `with make.Statements() as asked: ...; asked.number`."""

    _log = logging.getLogger("tortoise.db_client")

    def __enter__(self) -> "Statements":
        self.number = 0
        self._before = self._log.level
        self._log.setLevel(logging.DEBUG)
        self._log.addHandler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        self._log.removeHandler(self)
        self._log.setLevel(self._before)

    def emit(self, record: logging.LogRecord) -> None:
        self.number += 1


def form(**typed: Any) -> dict[str, Any]:
    """What a browser posts from the desk's event form, for the event of `facts`."""
    return {
        "title_en": "Round table",
        "title_ar": "طاولة مستديرة",
        "starts_on": STARTS[:10],
        "starts_time": STARTS[11:],
        "ends_time": ENDS[11:],
        "zone": ZONE,
        "modes": "in_person",
        "place_en": "Library, Hotel Linden, Brussels",
        "visibility": "public",
        "conference": "",
        "room": "",
        **typed,
    }


def words_of(page: httpx2.Response) -> str:
    """What a page says, without its tags, and without the marks that keep a name apart from its neighbours."""
    said = html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text)))
    return re.sub("[\u2066-\u2069\u200e]", "", said)
