"""What lives as long as the server: the open database, and what works by itself (courier, caretaker, LMTP)."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from starlette.applications import Starlette

from events_app import clock
from events_app.acts import Office
from events_app.caretaker import Caretaker
from events_app.database import close_database, open_database
from events_app.deletion import emails as deletion_emails
from events_app.house import House
from events_app.installation import released
from events_app.invitations import actions as inviting
from events_app.invitations import emails as invitations_emails
from events_app.mail.courier import Compose, Courier
from events_app.mail.lmtp import LmtpServer
from events_app.mail.outcomes import looking_again
from events_app.mailings import emails as mailings_emails
from events_app.mailings.actions import audience
from events_app.notices import emails as notices_emails
from events_app.registrations import emails as registrations_emails
from events_app.registrations.told import adopt
from events_app.replies import actions as replies
from events_app.replies import emails as replies_emails
from events_app.settings import Settings
from events_app.vault import Reader, Vault
from events_app.web.site import Site

MODELS = (
    "events_app.installation", "events_app.accounts.models", "events_app.mail.models",
    "events_app.directory.models", "events_app.conferences.models", "events_app.events.models.event",
    "events_app.events.models.panel", "events_app.events.models.where", "events_app.questions.models",
    "events_app.optouts.models", "events_app.rounds.models", "events_app.registrations.models",
    "events_app.personal.models", "events_app.people.models", "events_app.imports.models",
    "events_app.mailings.models", "events_app.notices.models",
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


@asynccontextmanager
async def live(app: Starlette, *, settings: Settings, carries_letters: bool) -> AsyncIterator[None]:
    await open_database(settings.database.url, models=MODELS)
    await adopt()
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
