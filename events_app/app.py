"""The house assembled: routes, guards, refusals in words, and what lives as long as the server."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from events_app import clock, i18n
from events_app.accounts.routes import routes as accounts_routes
from events_app.acts import Office
from events_app.backups.fitting import vault_of_server
from events_app.calendar import zones  # first of all: it pins the time zones (see there)
from events_app.caretaker import Caretaker
from events_app.conferences.routes import routes as conferences_routes
from events_app.database import close_database, open_database, ping
from events_app.deletion import emails as deletion_emails
from events_app.deletion.routes import routes as deletion_routes
from events_app.deletion.telling import put_off
from events_app.directory.routes import LARGER_BODIES as LARGER_LOGOS
from events_app.directory.routes import routes as directory_routes
from events_app.errors import Refusal, log_no_values
from events_app.events.actions import saving
from events_app.events.models.event import is_used
from events_app.events.routes import routes as events_routes
from events_app.exports.routes import routes as exports_routes
from events_app.house import House
from events_app.imports.routes import LARGER_BODIES as LARGER_LISTS
from events_app.imports.routes import routes as imports_routes
from events_app.installation import released
from events_app.invitations import actions as inviting
from events_app.invitations import emails as invitations_emails
from events_app.invitations.routes import routes as invitations_routes
from events_app.kept.page_cache import PageCache
from events_app.kept.response_cache import ResponseCache
from events_app.mail.courier import Compose, Courier
from events_app.mail.lmtp import LmtpServer
from events_app.mail.outcomes import looking_again
from events_app.mailings import emails as mailings_emails
from events_app.mailings.actions import announcing, audience
from events_app.mailings.actions.reminding import copy_reminders, remind_by_default
from events_app.mailings.routes import routes as mailings_routes
from events_app.notices import emails as notices_emails
from events_app.notices.actions import is_unasked
from events_app.notices.routes import routes as notices_routes
from events_app.people import counts
from events_app.people.routes import routes as people_routes
from events_app.personal.routes import ONE_CLICK
from events_app.personal.routes import routes as personal_routes
from events_app.publishing.routes import routes as publishing_routes
from events_app.questions.actions.presets import copy_questions
from events_app.questions.routes import routes as questions_routes
from events_app.registrations import emails as registrations_emails
from events_app.registrations.actions.leaving import follow_event
from events_app.registrations.pages.form import seats_of
from events_app.registrations.places import how_many_never_fit
from events_app.registrations.posting import answered_in
from events_app.registrations.routes import routes as registrations_routes
from events_app.rendering import STATIC
from events_app.replies import actions as replies
from events_app.replies import emails as replies_emails
from events_app.settings import Settings, load_settings
from events_app.vault import Reader, Vault
from events_app.web import visitors
from events_app.web.files import VersionedFiles
from events_app.web.refusing import refuse_foreign, refuse_unknown, say_http, say_no, say_sorry
from events_app.web.requests import OurRequests
from events_app.web.security import BodyLimit, LanguageOfRequest, NoNulls, SameOriginPosts, SecurityHeaders
from events_app.web.site import Site

ROOT = Path(__file__).resolve().parent.parent
log = logging.getLogger(__name__)

MODELS = (
    "events_app.installation", "events_app.accounts.models", "events_app.mail.models",
    "events_app.directory.models", "events_app.conferences.models", "events_app.events.models.event",
    "events_app.events.models.panel", "events_app.events.models.where", "events_app.questions.models",
    "events_app.optouts.models", "events_app.registrations.models", "events_app.personal.models",
    "events_app.people.models", "events_app.imports.models", "events_app.mailings.models",
    "events_app.notices.models",
)  # fmt: skip

COMPOSERS: dict[str, Compose] = {
    "registrations": registrations_emails.compose,
    "invitations": invitations_emails.compose,
    "mailings": mailings_emails.compose,
    "notices": notices_emails.compose,
    "replies": replies_emails.compose,
    "deletion": deletion_emails.compose,
}
"""Who writes a letter, by the first word of its kind."""


LARGER_BODIES = {**LARGER_LISTS, **LARGER_LOGOS}
"""Where a list or a logo may be sent (see `web.security.BodyLimit`)."""

LARGE_TEXTS: Final = 256 * 1024
"""Bytes for the long texts of a desk form in one language: 20,000 Arabic letters travel as 120,000, and the shorter
texts of an event or a letter come with them."""


def larger_bodies(languages: int) -> dict[str, int]:
    """The paths that take more than `server.max_body_kib`: those of files, and the desk, whose forms hold each text in
    every language of the site. The sign-in also carries a form that came after the session had ended."""
    form = LARGE_TEXTS * (1 + languages)
    return {**LARGER_BODIES, r"/desk/sign-in": form + 64 * 1024, r"/desk/.*": form}


def create_app(settings: Settings, *, carries_letters: bool = True) -> Starlette:
    """The application. With `carries_letters` a courier works inside this process; else `run.py worker` does."""
    i18n.load_languages(settings.site.languages)
    vault = vault_of_server(settings.storage.directory)
    site = site_of_settings(settings, vault)
    office = Office(vault, site)
    app = Starlette(
        routes=_routes(),
        middleware=_middleware(settings, site),
        exception_handlers={Refusal: say_no, HTTPException: say_http, 500: say_sorry},
        lifespan=partial(_live, settings=settings, carries_letters=carries_letters),
    )
    app.state.house = House(
        office=office,
        page_cache=PageCache(),
        mail=settings.mail,
        session_lasts=timedelta(hours=settings.accounts.session_hours),
        session_idle=timedelta(minutes=settings.accounts.idle_minutes),
        asks_for_notices=is_unasked,
        begin=remind_by_default,
        follow=follow_event,
        follow_copy=follow_copy,
        seats_of=seats_of,
        count_registrations=counts.count_registrations,
        count_behind=counts.count_behind,
        count_letters=counts.count_letters,
        how_many_never_fit=how_many_never_fit,
        has_registrations=counts.has_registrations,
        is_in_use=counts.is_in_use,
        is_used=is_used,
        before_place_changes=saving.before_place_changes,
        hosts_said_anew=saving.hosts_said_anew,
        events_at=counts.events_at,
        answered_in=answered_in,
        put_off=put_off,
    )
    return app


def _middleware(settings: Settings, site: Site) -> list[Middleware]:
    """What every request passes, the outermost first."""
    return [
        Middleware(OurRequests, base_url=site.base_url, other_hosts=settings.site.other_hosts),
        Middleware(ResponseCache),
        Middleware(SecurityHeaders, https=site.base_url.startswith("https://")),
        Middleware(LanguageOfRequest, default=site.default_language, instead=site.instead),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(NoNulls, refuse=refuse_unknown),
        Middleware(SameOriginPosts, base_url=site.base_url, refuse=refuse_foreign, from_anywhere=ONE_CLICK),
        Middleware(
            BodyLimit,
            most=settings.server.max_body_kib * 1024,
            larger=larger_bodies(len(settings.site.languages)),
        ),
    ]


async def follow_copy(original_id: UUID, copy_id: UUID) -> None:
    """What else belongs to a copy of an event: it asks and reminds as its original does."""
    await copy_questions(original_id, copy_id)
    await copy_reminders(original_id, copy_id)


def site_of_settings(settings: Settings, vault: Vault) -> Site:
    """The site's facts. The host of calendar UIDs is stored at the first start and stays, whatever the URL becomes."""
    host = vault.site_host(urlsplit(settings.site.base_url).hostname or "localhost")
    return Site(
        names=settings.site.name,
        base_url=settings.site.base_url.rstrip("/"),
        host=host,
        languages=settings.site.languages,
        default_language=settings.site.default_language,
        sender=settings.mail.sender_address or f"events@{host}",
        reply_address=settings.inbound.address if settings.inbound.is_open else "",
        security_contact=settings.site.security_contact,
        sends_mail=bool(settings.mail.host),
    )


def create() -> Starlette:
    """For uvicorn, in each of several processes: the application of settings.toml and the environment."""
    log_no_values()
    return create_app(load_settings(ROOT / "settings.toml", os.environ))


@asynccontextmanager
async def _live(app: Starlette, *, settings: Settings, carries_letters: bool) -> AsyncIterator[None]:
    await open_database(settings.database.url, models=MODELS)
    await announcing.adopt()
    # What was imported lives as long as the server: left out of collections, it no longer holds requests up.
    gc.collect()
    gc.freeze()
    house: House = app.state.house
    courier = courier_of(settings, house.vault)
    caretaker = Caretaker(house.office)
    app.state.house = replace(house, courier=courier if carries_letters else None)
    answers = lmtp_of(settings, house.office) if settings.inbound.is_open and carries_letters else None
    if answers:
        await answers.open()
    try:
        async with _at_work(courier, caretaker) if carries_letters else nullcontext():
            yield
    finally:
        if answers:
            await answers.close()
        await close_database()


@asynccontextmanager
async def _at_work(courier: Courier, caretaker: Caretaker) -> AsyncIterator[None]:
    """Both work beside the server, but not before the operator has let letters leave after a restore."""
    waiting = asyncio.create_task(released())

    async def work() -> None:
        await asyncio.wait([waiting])
        if not waiting.cancelled():
            await asyncio.gather(courier.run(), caretaker.run())

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        if not waiting.cancel():
            caretaker.stop()
            await courier.stop()
        await task


def courier_of(settings: Settings, vault: Vault) -> Courier:
    office = Office(vault, site_of_settings(settings, vault))
    heard, to = replies.hears_of(office), replies.returns_to(office.site)
    looks = {**audience.second_looks(office), **inviting.second_looks(office)}
    return Courier(
        settings.mail, vault, COMPOSERS, reader=Reader("courier"), returns_to=to, came_back=heard,
        look_again=looking_again(looks, vault, Reader("courier")),
    )  # fmt: skip


def lmtp_of(settings: Settings, office: Office) -> LmtpServer:
    """Where calendars' answers arrive, when the operator has set it up."""
    reception = replies.Reception(office, settings.inbound.authserv_id, settings.inbound.forward_to)

    async def take(recipient: str, raw: bytes, return_path: str) -> None:
        await replies.take(recipient, raw, return_path, reception=reception, now=clock.now())

    return LmtpServer(settings.inbound, is_ours=partial(replies.is_ours, reception=reception), take=take)


async def healthz(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The database answers too."""
    try:
        await ping()
    except Exception as error:  # noqa: BLE001 - whatever it is, this server is not ready
        log.warning("not ready: %s", type(error).__name__)
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse(f"ready\ntzdata {zones.tzdata_version()}\n")


def _routes() -> list[BaseRoute]:
    rooms = (
        publishing_routes, registrations_routes, personal_routes, accounts_routes, events_routes,
        conferences_routes, directory_routes, people_routes, questions_routes, mailings_routes,
        notices_routes, imports_routes, invitations_routes, exports_routes, deletion_routes,
    )  # fmt: skip
    static = Mount("/static", VersionedFiles(directory=STATIC), name="static")
    machines = [
        Route("/healthz", healthz), Route("/readyz", readyz), Route("/robots.txt", visitors.robots),
        Route("/.well-known/security.txt", visitors.security),
    ]  # fmt: skip
    return [*machines, *chain.from_iterable(rooms), static]
