"""The house assembled: routes, guards, refusals in words, and what lives as long as the server."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from events_app import clock, i18n
from events_app.accounts import pages as accounts_pages
from events_app.calendar import zones  # first of all: it pins the time zones (see there)
from events_app.database import close_database, open_database, ping
from events_app.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany, log_no_values
from events_app.events import desk as events_desk
from events_app.events import desk_parts
from events_app.events import feeds as events_feeds
from events_app.events import feeds_atom as events_atom
from events_app.events import feeds_schedules as events_schedules
from events_app.events import pages as events_pages
from events_app.events.models import Event, NoSuchPage
from events_app.exports import pages as exports_pages
from events_app.kept.page_cache import PageCache
from events_app.kept.response_cache import ResponseCache
from events_app.mail.courier import Compose, Courier
from events_app.mail.lmtp import LmtpServer
from events_app.registrations import actions as registrations_actions
from events_app.registrations import (
    asking,
    desk_acts,
    desk_changes,
    desk_duplicates,
    desk_import,
    desk_invitations,
    desk_letters,
    desk_mail,
    desk_people,
    desk_reminders,
    replies,
)
from events_app.registrations import desk as registrations_desk
from events_app.registrations import desk_questions as registrations_questions
from events_app.registrations import emails as registrations_emails
from events_app.registrations import pages as registrations_pages
from events_app.registrations import pages_feed as registrations_feed
from events_app.registrations import pages_own as registrations_own
from events_app.registrations.caretaker import Caretaker
from events_app.registrations.posting import Office
from events_app.rendering import STATIC
from events_app.settings import Settings, load_settings
from events_app.vault import Reader, Vault
from events_app.web.responses import page
from events_app.web.security import (
    A_YEAR,
    HEADERS,
    INSIST_ON_HTTPS,
    BodyLimit,
    FromElsewhere,
    LanguageOfRequest,
    NoNulls,
    SameOriginPosts,
    SecurityHeaders,
    TooLarge,
)
from events_app.web.site import Site, site_of

ROOT = Path(__file__).resolve().parent.parent
log = logging.getLogger(__name__)

MODELS = (
    "events_app.accounts.models",
    "events_app.mail.models",
    "events_app.events.models",
    "events_app.registrations.models_parts",
    "events_app.registrations.models",
)

COMPOSERS: dict[str, Compose] = {
    "registrations": registrations_emails.compose,
    "site": registrations_emails.compose_for_site,
}

STATUS_OF: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (TooMany, 429),
    (TooLarge, 413),
    (Invalid, 422),
    (Conflict, 409),
    (Refusal, 400),
)
"""Which answer each kind of refusal is; the first that fits."""


LARGER_BODIES = {**desk_import.LARGER_BODIES, **desk_parts.LARGER_BODIES}
"""Where a list or a logo may be sent (see `web.security.BodyLimit`)."""


def create_app(settings: Settings, *, carries_letters: bool = True) -> Starlette:
    """The application. With `carries_letters` a courier works inside this process; else `run.py worker` does."""
    i18n.load_languages(settings.site.languages)
    vault = Vault(settings.storage.directory)
    vault.open()
    vault.make_keys("site")
    site = site_of_settings(settings, vault)
    office = Office(vault, site)
    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(ResponseCache),
            Middleware(SecurityHeaders, https=site.base_url.startswith("https://")),
            Middleware(LanguageOfRequest, default=site.default_language),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(NoNulls, refuse=_refuse_unknown),
            Middleware(SameOriginPosts, base_url=site.base_url, refuse=_refuse_foreign),
            Middleware(
                BodyLimit,
                most=settings.server.max_body_kib * 1024,
                larger=LARGER_BODIES,
            ),
        ],
        exception_handlers={Refusal: say_no, HTTPException: say_http, 500: say_sorry},
        lifespan=partial(_live, settings=settings, carries_letters=carries_letters),
    )
    app.state.vault = vault
    app.state.session_lasts = timedelta(hours=settings.accounts.session_hours)
    app.state.session_idle = timedelta(minutes=settings.accounts.idle_minutes)
    app.state.site = site
    app.state.office = office
    app.state.kept_pages = PageCache(unseen={"claims"})
    app.state.mail_settings = settings.mail
    app.state.courier = None
    # What events must know of registrations is handed down, because imports only go down.
    app.state.follow = partial(_follow, office=office)
    app.state.follow_copy = asking.copy_questions
    app.state.count_registrations = registrations_desk.count_registrations
    app.state.seats_of = registrations_pages.seats_of
    app.state.count_behind = registrations_desk.count_behind
    app.state.count_letters = registrations_desk.count_letters
    app.state.has_registrations = registrations_desk.has_registrations
    app.state.is_in_use = registrations_desk.is_in_use
    return app


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
    )


def create() -> Starlette:
    """For uvicorn, in each of several processes: the application of settings.toml and the environment."""
    log_no_values()
    return create_app(load_settings(ROOT / "settings.toml", os.environ))


async def _follow(event: Event, *, was_cancelled: bool, now: datetime, office: Office) -> None:
    await registrations_actions.follow_event(event, was_cancelled=was_cancelled, office=office, now=now)


@asynccontextmanager
async def _live(app: Starlette, *, settings: Settings, carries_letters: bool) -> AsyncIterator[None]:
    await open_database(settings.database.url, models=MODELS)
    # What was imported lives as long as the server: left out of collections, it no longer holds requests up.
    gc.collect()
    gc.freeze()
    courier = courier_of(settings, app.state.vault)
    caretaker = Caretaker(app.state.office)
    app.state.courier = courier if carries_letters else None
    answers = lmtp_of(settings, app.state.office) if settings.inbound.is_open and carries_letters else None
    if answers:
        await answers.open()
    work = [asyncio.create_task(each.run()) for each in (courier, caretaker)] if carries_letters else []
    try:
        yield
    finally:
        if answers:
            await answers.close()
        if work:
            caretaker.stop()
            await courier.stop()
            await asyncio.gather(*work)
        await close_database()


def courier_of(settings: Settings, vault: Vault) -> Courier:
    return Courier(settings.mail, vault, COMPOSERS, reader=Reader("courier"))


def lmtp_of(settings: Settings, office: Office) -> LmtpServer:
    """Where calendars' answers arrive, when the operator has set it up."""
    desk = replies.Desk(office, settings.inbound.authserv_id, settings.inbound.forward_to)

    async def take(recipient: str, raw: bytes, return_path: str) -> None:
        await replies.take(recipient, raw, return_path, desk=desk, now=clock.now())

    return LmtpServer(settings.inbound, is_ours=replies.is_ours, take=take)


class VersionedFiles(StaticFiles):
    """Static files: with the mark of their content in the address they are kept for a year, without it for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        marked = b"v=" in scope.get("query_string", b"") or path.startswith("fonts")
        response.headers["Cache-Control"] = (
            f"public, max-age={A_YEAR}, immutable" if marked else "public, max-age=3600"
        )
        return response


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
    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *events_feeds.routes,
        *events_schedules.routes,
        *events_atom.routes,
        *events_pages.routes,
        *registrations_pages.routes,
        *registrations_feed.routes,
        *registrations_own.routes,
        *accounts_pages.routes,
        *events_desk.routes,
        *desk_parts.routes,
        *registrations_desk.routes,
        *registrations_questions.routes,
        *desk_letters.routes,
        *desk_import.routes,
        *desk_invitations.routes,
        *desk_changes.routes,
        *desk_acts.routes,
        *desk_duplicates.routes,
        *desk_people.routes,
        *desk_reminders.routes,
        *desk_mail.routes,
        *exports_pages.routes,
        Mount("/static", VersionedFiles(directory=STATIC), name="static"),
    ]


async def say_no(request: Request, refusal: Exception) -> Response:
    """A refusal in the person's language, with the status of its kind."""
    assert isinstance(refusal, Refusal)
    status = next(status for kind, status in STATUS_OF if isinstance(refusal, kind))
    sentence = i18n.translate(refusal.sentence, **refusal.values)
    return page(request, "web/refusal.html", status=status, code=status, sentence=sentence)


async def say_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await say_no(request, NoSuchPage())
    sentence = {405: i18n.N_("This page does not take what was sent to it.")}.get(
        error.status_code, i18n.N_("We could not read what was sent.")
    )
    response = page(
        request,
        "web/refusal.html",
        status=error.status_code,
        code=error.status_code,
        sentence=i18n.translate(sentence),
    )
    response.headers.update(error.headers or {})
    return response


async def say_sorry(request: Request, error: Exception) -> Response:
    """Something is broken on our side. The log gets the exception's type and place, never a value."""
    sentence = i18n.N_("Something broke on our side. Nothing of yours was lost; please try again.")
    response = page(request, "web/refusal.html", status=500, code=500, sentence=i18n.translate(sentence))
    # This answer is made outside the guards.
    response.headers.update({**HEADERS, "cache-control": "no-store"})
    if site_of(request).base_url.startswith("https://"):
        response.headers["strict-transport-security"] = INSIST_ON_HTTPS
    return response


async def _refuse_foreign(scope: Scope, receive: Receive, send: Send) -> None:
    response = await say_no(Request(scope, receive), FromElsewhere())
    await response(scope, receive, send)


async def _refuse_unknown(scope: Scope, receive: Receive, send: Send) -> None:
    response = await say_no(Request(scope, receive), NoSuchPage())
    await response(scope, receive, send)
