"""The house assembled: routes, guards, refusals in words."""

import logging
import os
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from events_app import clock, i18n
from events_app.accounts.routes import routes as accounts_routes
from events_app.acts import Office
from events_app.backups.fitting import vault_of_server
from events_app.calendar import zones  # first of all: it pins the time zones (see there)
from events_app.clashes.reading import clashes_in, clashes_of
from events_app.conferences.routes import routes as conferences_routes
from events_app.copies.routes import routes as copies_routes
from events_app.corrections.routes import routes as corrections_routes
from events_app.database import ping
from events_app.deletion.routes import routes as deletion_routes
from events_app.deletion.telling import put_off
from events_app.directory.routes import LARGER_BODIES as LARGER_LOGOS
from events_app.directory.routes import routes as directory_routes
from events_app.errors import Refusal, set_up_log
from events_app.events.actions import saving
from events_app.events.models.event import is_used
from events_app.events.routes import routes as events_routes
from events_app.example.actions.removing import is_shown
from events_app.example.routes import routes as example_routes
from events_app.exports.desk import XLSX_TYPE
from events_app.exports.routes import routes as exports_routes
from events_app.handed import IsSo
from events_app.health.actions.guarding import note, over
from events_app.health.actions.watching import has_room
from events_app.health.models import Trouble, is_anything_wrong
from events_app.health.routes import routes as health_routes
from events_app.house import House
from events_app.imports.routes import LARGER_BODIES as LARGER_LISTS
from events_app.imports.routes import routes as imports_routes
from events_app.invitations.routes import routes as invitations_routes
from events_app.kept.page_cache import PageCache
from events_app.kept.response_cache import ResponseCache
from events_app.linking.routes import routes as linking_routes
from events_app.mailings.actions.reminding import copy_reminders, remind_by_default
from events_app.mailings.routes import routes as mailings_routes
from events_app.making.routes import routes as making_routes
from events_app.notices.actions import is_unasked
from events_app.notices.routes import routes as notices_routes
from events_app.organizing.routes import routes as organizing_routes
from events_app.people import counts
from events_app.people.reading import OpenedWords
from events_app.people.routes import routes as people_routes
from events_app.personal.routes import ONE_CLICK
from events_app.personal.routes import routes as personal_routes
from events_app.pictures.actions import copy_pictures
from events_app.pictures.routes import LARGER_BODIES as LARGER_PICTURES
from events_app.pictures.routes import routes as pictures_routes
from events_app.publishing.routes import routes as publishing_routes
from events_app.questions.actions.presets import copy_questions
from events_app.questions.routes import routes as questions_routes
from events_app.registrations.actions.leaving import follow_event
from events_app.registrations.pages.form import seats_of
from events_app.registrations.routes import routes as registrations_routes
from events_app.rendering import STATIC
from events_app.settings import Settings, load_settings
from events_app.turn import is_worked, lock_of, silent_minutes
from events_app.typed.routes import routes as typed_routes
from events_app.web import visitors
from events_app.web.files import VersionedFiles
from events_app.web.forwarding import Forwarding
from events_app.web.refusing import (
    TROUBLES,
    refuse_foreign,
    refuse_unknown,
    say_http,
    say_no,
    say_sorry,
)
from events_app.web.requests import OurRequests
from events_app.web.security import BodyLimit, LanguageOfRequest, NoNulls, SameOriginPosts, SecurityHeaders
from events_app.web.site import Site
from events_app.work import live, site_of_settings

ROOT = Path(__file__).resolve().parent.parent
log = logging.getLogger(__name__)

LARGER_BODIES = {**LARGER_LISTS, **LARGER_LOGOS, **LARGER_PICTURES}
"""Where a list, a logo or a picture may be sent (see `web.security.BodyLimit`)."""

COMPRESSED: Final = (*DEFAULT_EXCLUDED_CONTENT_TYPES, XLSX_TYPE)
"""Pictures, archives and sheets: to compress them again takes time for nothing."""

LARGE_TEXTS: Final = 256 * 1024
"""Bytes for the long texts of a desk form in one language: 20,000 Arabic letters travel as 120,000, and the shorter
texts of an event or a letter come with them."""


def larger_bodies(languages: int) -> dict[str, int]:
    """The paths that take more than `server.max_body_kib`: those of files, and the desk, whose forms hold each text in
    every language of the site. The sign-in also carries a form that came after the session had ended. All of that only
    from whoever is signed in, or has been in that browser before (`web.security.take_larger`)."""
    form = LARGE_TEXTS * (1 + languages)
    return {**LARGER_BODIES, r"/desk/sign-in": form + 64 * 1024, r"/desk/.*": form}


def create_app(settings: Settings, *, works: bool = True) -> Starlette:
    """The application. With `works`, a worker works inside this process; else `run.py worker` does."""
    i18n.load_languages(settings.site.languages)
    vault = vault_of_server(settings.storage.directory)
    site = site_of_settings(settings, vault)
    office = Office(vault, site)
    app = Starlette(
        routes=_routes(),
        middleware=_middleware(settings, site),
        exception_handlers={
            Refusal: say_no,
            HTTPException: say_http,
            500: say_sorry,
            **TROUBLES,
        },
        lifespan=partial(live, settings=settings, works=works),
    )
    app.state.house = House(
        office=office,
        page_cache=PageCache(),
        mail=settings.mail,
        session_lasts=timedelta(hours=settings.accounts.session_hours),
        session_idle=timedelta(minutes=settings.accounts.idle_minutes),
        asks_for_notices=is_unasked,
        is_worked=_is_worked(settings),
        has_room=partial(has_room, vault.folder.parent),
        needs_attention=is_anything_wrong,
        shows_example=is_shown,
        begin=remind_by_default,
        follow=follow_event,
        follow_copy=follow_copy,
        seats_of=seats_of,
        full_of=counts.full_of,
        count_registrations=counts.count_registrations,
        count_letters=counts.count_letters,
        has_registrations=counts.has_registrations,
        is_in_use=counts.is_in_use,
        is_used=is_used,
        before_place_changes=saving.before_place_changes,
        hosts_said_anew=saving.hosts_said_anew,
        events_at=counts.events_at,
        answered_in=counts.answered_in,
        clashes_of=clashes_of,
        clashes_in=clashes_in,
        kept_words=OpenedWords(),
        put_off=put_off,
    )
    return app


def _middleware(settings: Settings, site: Site) -> list[Middleware]:
    """What every request passes, the outermost first."""
    return [
        Middleware(Forwarding, say=say_forwarded),
        Middleware(OurRequests, base_url=site.base_url, other_hosts=settings.site.other_hosts),
        Middleware(ResponseCache),
        Middleware(SecurityHeaders, https=site.base_url.startswith("https://")),
        Middleware(LanguageOfRequest, default=site.default_language, instead=site.instead),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=COMPRESSED),
        Middleware(NoNulls, refuse=refuse_unknown),
        Middleware(SameOriginPosts, base_url=site.base_url, refuse=refuse_foreign, from_anywhere=ONE_CLICK),
        Middleware(
            BodyLimit,
            most=settings.server.max_body_kib * 1024,
            larger=larger_bodies(len(settings.site.languages)),
        ),
    ]


async def say_forwarded(believed: bool) -> None:
    """A reverse proxy sends requests on: is it one of the settings?"""
    if believed:
        await over("forwarded")
        return
    log.warning(
        "a reverse proxy sends X-Forwarded-For and is not named in server.trusted_proxies: all visitors look like one, "
        "and limits count them together"
    )
    await note("forwarded", detail="")


async def follow_copy(original_id: UUID, copy_id: UUID) -> None:
    """What else belongs to a copy of an event: it asks and reminds as its original does, and shows its pictures."""
    await copy_questions(original_id, copy_id)
    await copy_reminders(original_id, copy_id)
    await copy_pictures(original_id, copy_id)


def create() -> Starlette:
    """For uvicorn, in each process that only serves: the application of settings.toml and the environment."""
    set_up_log()
    return create_app(load_settings(ROOT / "settings.toml", os.environ), works=False)


async def healthz(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The database answers too, and there is room to write. What does not keep this process from serving is a line:
    whether somebody works, and how much is in trouble."""
    house: House = request.app.state.house
    if not house.has_room():
        return PlainTextResponse("the disk is full, or may not be written\n", status_code=503)
    try:
        await ping()
        worked, silent = await house.is_worked(), await silent_minutes(clock.now())
        troubles = await Trouble.all().count()
    except Exception as error:  # noqa: BLE001 - whatever it is, this server is not ready
        log.warning("not ready: %s", type(error).__name__)
        return PlainTextResponse("the database does not answer\n", status_code=503)
    lines = [
        "ready", f"tzdata {zones.tzdata_version()}", f"worker {_says(worked, silent)}", f"in trouble {troubles}",
    ]  # fmt: skip
    return PlainTextResponse("\n".join(lines) + "\n")


def _is_worked(settings: Settings) -> IsSo:
    lock = lock_of(settings.database.url)

    async def by_anybody() -> bool:
        return await is_worked(lock, clock.now())

    return by_anybody


def _says(works: bool, silent: int) -> str:
    """Whether anybody works; `silent`: for how many minutes nobody has."""
    return f"has not worked for {silent} minutes" if silent else "yes" if works else "no"


def _routes() -> list[BaseRoute]:
    rooms = (
        publishing_routes, registrations_routes, linking_routes, personal_routes, accounts_routes, organizing_routes,
        events_routes, copies_routes, conferences_routes, directory_routes, people_routes, questions_routes,
        corrections_routes,
        mailings_routes, notices_routes, health_routes, imports_routes, invitations_routes, exports_routes,
        deletion_routes, example_routes, typed_routes, making_routes,
        pictures_routes,
    )  # fmt: skip
    static = Mount("/static", VersionedFiles(directory=STATIC), name="static")
    machines = [
        Route("/healthz", healthz), Route("/readyz", readyz), Route("/robots.txt", visitors.robots),
        Route("/.well-known/security.txt", visitors.security),
    ]  # fmt: skip
    return [*machines, *chain.from_iterable(rooms), static]
