"""What stands beside ours: the least that Starlette, Tortoise and Jinja need for the same pages. No mail, no keys.

`python -m tests.bench.minimal PORT DATABASE BYTES` serves it: `/static` is a page of that many bytes that is
never rendered; the others read one row and render each time.
"""

import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import uvicorn
from jinja2 import DictLoader, Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from tortoise import Tortoise, fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from tests.bench.minimal_pages import TEMPLATES

PROMISE = "We ask only for what an event needs, keep it encrypted, and delete it afterwards. No tracking."
FIELDS = (
    ("name", "Name", "The name you want to be called."),
    ("address", "E-mail", "Your calendar invitation goes to this address."),
    ("mode", "How will you take part?", "In person or online."),
    ("language", "Language of our emails to you", ""),
    ("needs", "Access needs", "Anything that makes it easier for you to take part."),
)


class Event(Model):
    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = fields.CharField(max_length=80, unique=True)
    title: dict[str, str] = fields.JSONField()
    summary: dict[str, str] = fields.JSONField()
    description: dict[str, str] = fields.JSONField()
    place: dict[str, str] = fields.JSONField()
    conference: dict[str, str] = fields.JSONField()
    facts: list[list[str]] = fields.JSONField()
    hosts: list[dict[str, str]] = fields.JSONField()
    speakers: list[dict[str, Any]] = fields.JSONField()
    agenda: list[dict[str, str]] = fields.JSONField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    zone = fields.CharField(max_length=64)
    capacity = fields.IntField()
    claims = fields.IntField(default=0)

    class Meta:
        table = "event"


class Registration(Model):
    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("models.Event", db_index=True)
    name = fields.CharField(max_length=120)
    address = fields.CharField(max_length=254)
    mode = fields.CharField(max_length=16)
    language = fields.CharField(max_length=8)
    needs = fields.TextField()
    status = fields.CharField(max_length=16)

    class Meta:
        table = "registration"


def settings_of(url: str) -> dict[str, Any]:
    """For Tortoise, with its own backends."""
    connection: Any = url
    if url.startswith("postgresql:"):
        connection = {"engine": "tortoise.backends.asyncpg", "credentials": credentials_of(url)}
    return {
        "connections": {"default": connection},
        "apps": {"models": {"models": ["tests.bench.minimal"], "default_connection": "default"}},
    }


def credentials_of(url: str) -> dict[str, Any]:
    """Of the tests' own server: postgresql://USER@/NAME?host=FOLDER."""
    parts = urlsplit(url)
    (folder,) = parse_qs(parts.query)["host"]
    return {"host": folder, "user": parts.username, "database": parts.path.removeprefix("/"), "maxsize": 10}


def sqlite_url(path: object) -> str:
    """As durable as ours: WAL with a sync for every commit."""
    return f"sqlite://{path}?journal_mode=WAL&synchronous=FULL"


async def make_event(*, capacity: int) -> Event:
    """As much to say as the example's first event has."""
    said = "Families, lawyers and archivists present two years of research on the search for the missing. "
    starts = datetime(2027, 1, 6, 12, tzinfo=UTC)
    labels = ("Takes place", "Place", "Online", "Languages", "Interpretation", "Accessibility", "Theme")
    hosts = ("Cedar Archive for Human Rights", "Open Table Network", "North Harbour Foundation")
    items = ("Welcome", "What the study found", "Conversation with the room", "Closing")
    return await Event.create(
        slug="research-launch",
        title={"en": "Who is missing? Launch of a new study"},
        summary={"en": said},
        description={"en": said * 4},
        place={"en": "Room Belgium III, Hotel Linden, Rue de la Paix 12, 1040 Brussels, Belgium"},
        conference={"slug": "syria-forum", "name": "Brussels Forum on the Future", "edition": "2027"},
        facts=[
            [label, "Step-free entrance and a quiet room. Tell us what else would help."] for label in labels
        ],
        hosts=[{"name": name, "link": "https://cedar-archive.example.org"} for name in hosts],
        speakers=[
            {"name": "Salma Haddad", "about": "Head of research", "confirmed": n != 1} for n in range(3)
        ],
        agenda=[{"at": f"13:{n}0", "title": title} for n, title in enumerate(items)],
        starts_at=starts,
        ends_at=starts + timedelta(minutes=90),
        zone="Europe/Brussels",
        capacity=capacity,
    )


def create_app(url: str, size: int) -> Starlette:
    templates = Environment(
        loader=DictLoader(TEMPLATES), autoescape=True, auto_reload=False, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals.update(
        site="Side events", languages=(("en", "English"), ("ar", "العربية")), language="en"
    )
    page = b"x" * size

    def render(request: Request, name: str, event: Event, **context: Any) -> HTMLResponse:
        zone = ZoneInfo(event.zone)
        starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
        context |= {
            "event": event,
            "starts": starts,
            "ends": ends,
            "path": request.url.path,
            "promise": PROMISE,
        }
        return HTMLResponse(templates.get_template(name).render(**context))

    async def static(request: Request) -> Response:
        return HTMLResponse(page)

    async def event(request: Request) -> Response:
        found = await Event.get(slug=request.path_params["slug"])
        return render(request, "event.html", found)

    async def form(request: Request) -> Response:
        found = await Event.get(slug=request.path_params["slug"])
        left = found.capacity - await Registration.filter(event_id=found.id).count()
        typed = dict.fromkeys(name for name, *_ in FIELDS)
        return render(request, "register.html", found, left=left, fields=FIELDS, typed=typed, errors=typed)

    async def create(request: Request) -> Response:
        found, posted = await Event.get(slug=request.path_params["slug"]), await request.form()
        typed: dict[str, Any] = {name: str(posted.get(name, "")) for name, *_ in FIELDS}
        if not typed["name"] or "@" not in typed["address"]:
            return render(request, "register.html", found, left=0, fields=FIELDS, typed=typed, errors=typed)
        async with in_transaction():
            taken = await Registration.filter(event_id=found.id).count()
            status = "confirmed" if taken < found.capacity else "waitlisted"
            made = await Registration.create(event_id=found.id, status=status, **typed)
        return RedirectResponse(f"/registrations/{made.id}", status_code=303)

    async def receipt(request: Request) -> Response:
        found = await Registration.get(id=request.path_params["id"]).select_related("event")
        return render(request, "receipt.html", found.event, registration=found)

    @asynccontextmanager
    async def live(app: Starlette) -> AsyncIterator[None]:
        await Tortoise.init(config=settings_of(url), _enable_global_fallback=True)
        await Tortoise.generate_schemas(safe=True)
        if not await Event.exists():
            await make_event(capacity=1_000_000)
        yield
        await Tortoise.close_connections()

    routes = [
        Route("/static", static),
        Route("/events/{slug}", event),
        Route("/events/{slug}/register", form, methods=["GET"]),
        Route("/events/{slug}/register", create, methods=["POST"]),
        Route("/registrations/{id}", receipt),
    ]
    return Starlette(routes=routes, lifespan=live)


def create() -> Starlette:
    """For uvicorn, from the words of the command."""
    return create_app(sqlite_url(sys.argv[2]), int(sys.argv[3]))


if __name__ == "__main__":
    uvicorn.run(
        "tests.bench.minimal:create",  # by name: the models must belong to one module
        factory=True,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
