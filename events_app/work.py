"""What lives as long as the server: the open database, and what works by itself (courier, caretaker, LMTP)."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from typing import Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette

from events_app import clock
from events_app.acts import Office
from events_app.adopting import adopt
from events_app.caretaker import Caretaker
from events_app.database import close_database, open_database
from events_app.deletion import emails as deletion_emails
from events_app.house import House
from events_app.installation import released
from events_app.invitations import actions as inviting
from events_app.invitations import emails as invitations_emails
from events_app.letterheads import Letterheads
from events_app.mail.courier import Compose, Courier
from events_app.mail.lmtp import LmtpServer
from events_app.mail.outcomes import looking_again
from events_app.mailings import emails as mailings_emails
from events_app.mailings.actions import audience
from events_app.notices import emails as notices_emails
from events_app.registrations import emails as registrations_emails
from events_app.replies import actions as replies
from events_app.replies import emails as replies_emails
from events_app.settings import Settings
from events_app.turn import beat, lock_of
from events_app.vault import Reader, Vault
from events_app.web.site import Site

TURN_EVERY = 2.0
"""Seconds between looks at whether somebody else's turn is over."""
OURS_EVERY = 10.0
"""Seconds between looks at whether the turn is still ours."""
BEAT_EVERY = 45.0
"""Seconds between two marks of life."""
STUCK_AFTER = 600.0
"""Seconds in which no part of the work has begun or ended anything: then it hangs, and leaves no mark any more."""
INBOUND_PAUSES = (2.0, 5.0, 15.0, 60.0)
"""Seconds until a port that could not be opened is tried again; the last is repeated."""

log = logging.getLogger(__name__)

MODELS = (
    "events_app.installation", "events_app.accounts.models", "events_app.mail.models",
    "events_app.directory.models", "events_app.conferences.models", "events_app.events.models.event",
    "events_app.events.models.panel", "events_app.events.models.where", "events_app.pictures.models",
    "events_app.questions.models",
    "events_app.optouts.models", "events_app.rounds.models", "events_app.registrations.models",
    "events_app.personal.models", "events_app.people.models", "events_app.imports.models",
    "events_app.mailings.models", "events_app.notices.models", "events_app.health.models", "events_app.allowances",
    "events_app.shadows", "events_app.shown", "events_app.linking.models", "events_app.example.models",
    "events_app.turn", "events_app.typed.models",
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
async def live(app: Starlette, *, settings: Settings, works: bool) -> AsyncIterator[None]:
    """The server's life: its database is open, and with `works` a worker is at work beside it."""
    await open_database(settings.database.url, models=MODELS)
    await adopt()
    # What was imported lives as long as the server: left out of collections, it no longer holds requests up.
    gc.collect()
    gc.freeze()
    house: House = app.state.house

    def tell(courier: Courier | None) -> None:
        app.state.house = replace(house, courier=courier)

    try:
        async with at_work(Worker(settings, house.office, tell=tell)) if works else nullcontext():
            yield
    finally:
        await close_database()


@asynccontextmanager
async def at_work(worker: "Worker") -> AsyncIterator[None]:
    """It works beside whatever is done here, and finishes what it has in hand before this ends."""
    task = asyncio.create_task(worker.run())
    try:
        await worker.begun.wait()
        yield
    finally:
        worker.stop()
        await task


def nobody_asks() -> None:
    """Whether this process lives."""


class Moving(Protocol):
    """A part of the work. moved_at: when it last began or ended anything, by the monotonic clock."""

    @property
    def moved_at(self) -> float: ...


class Worker:
    """Courier, caretaker and inbound mail. Of all processes on one database one works; the others wait until it ends.

    tell: is told of the courier while this process works, and of None when it does not. lives: is called every
    `beat_every` seconds as long as nothing hangs here, whoever has the turn. Why one is enough, and what happens when
    two think so all the same: docs/decisions/0019-one-works.md.
    """

    def __init__(
        self,
        settings: Settings,
        office: Office,
        *,
        tell: Callable[[Courier | None], None],
        lives: Callable[[], None] = nobody_asks,
        beat_every: float = BEAT_EVERY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._office = office
        self._tell = tell
        self._lock = lock_of(settings.database.url)
        self._lives, self._beat_every, self._monotonic = lives, beat_every, monotonic
        self._has_turn, self._parts = False, tuple[Moving, ...]()
        self._stopping = asyncio.Event()
        self.begun = asyncio.Event()  # it works and listens, or is known to wait

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Wait for the turn and work, until `stop`."""
        living = asyncio.create_task(self._live())
        try:
            await self._take_turns()
        finally:
            living.cancel()
            await asyncio.wait([living])

    async def _live(self) -> None:
        """Leave marks of life: for who keeps this process, and where it has the turn for everybody."""
        while True:
            if not self.hangs():
                self._lives()
                try:
                    if self._has_turn:
                        await beat(clock.now())
                except Exception as error:  # noqa: BLE001 - a database that is away is not our death
                    log.warning("no mark of life could be left: %s", type(error).__name__)
            await asyncio.sleep(self._beat_every)

    def hangs(self) -> bool:
        """Whether a part of the work has begun and ended nothing for `STUCK_AFTER`."""
        now = self._monotonic()
        return any(now - each.moved_at > STUCK_AFTER for each in self._parts)

    async def _take_turns(self) -> None:
        says_so = True
        while not self._stopping.is_set():
            try:
                if await self._lock.take():
                    if not says_so:
                        log.info("this process works on the database now")
                    says_so = True
                    await self._work()
                elif says_so:
                    says_so = False
                    log.info("another process works on this database already; this one waits for its turn")
            except Exception as error:  # noqa: BLE001 - a database that is away, say: it tries again
                log.warning("the worker could not work: %s", type(error).__name__)
            finally:
                await self._lock.release()
            self.begun.set()
            await clock.within(TURN_EVERY, self._stopping)

    async def _work(self) -> None:
        """As long as the turn is ours. Mail is taken in at once; letters leave when the operator lets them."""
        courier, caretaker = courier_of(self._settings, self._office.vault), Caretaker(self._office)
        await beat(clock.now())
        self._has_turn = True
        self._tell(courier)
        over = asyncio.create_task(self._over())
        answers = asyncio.create_task(self._take_mail())
        try:
            await self._carry(courier, caretaker, until=over)
        finally:
            self._has_turn, self._parts = False, ()
            self._tell(None)
            over.cancel()
            answers.cancel()
            await asyncio.wait([over, answers])

    async def _carry(self, courier: Courier, caretaker: Caretaker, *, until: asyncio.Task[None]) -> None:
        """Both work, but not before letters may leave after a restore."""
        waiting = asyncio.create_task(released())
        await asyncio.wait([waiting, until], return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            return
        self._parts = (courier, caretaker)

        async def both() -> None:
            await asyncio.gather(courier.run(), caretaker.run())

        work = asyncio.create_task(both())
        await asyncio.wait([work, until], return_when=asyncio.FIRST_COMPLETED)
        caretaker.stop()
        if not work.done():
            await courier.stop()
        await work

    async def _over(self) -> None:
        """Returns when the turn is over: we are asked to stop, or the lock is nobody's any more."""
        while not self._stopping.is_set():
            await clock.within(OURS_EVERY, self._stopping)
            if not self._stopping.is_set() and not await self._lock.is_ours():
                log.warning("the database has forgotten whose turn it is; the worker asks again")
                return

    async def _take_mail(self) -> None:
        """Listen until this is cancelled. A port that is taken is tried again, and keeps nobody else."""
        if not self._settings.inbound.is_open:
            self.begun.set()
            return
        answers = lmtp_of(self._settings, self._office)
        for pause in chain(INBOUND_PAUSES, repeat(INBOUND_PAUSES[-1])):
            try:
                await answers.open()
                self.begun.set()
                break
            except OSError as error:
                log.warning("mail cannot be taken in at inbound.host and port: %s", error.strerror or error)
                self.begun.set()
                await asyncio.sleep(pause)
        try:
            await asyncio.Event().wait()
        finally:
            await answers.close()


def courier_of(settings: Settings, vault: Vault) -> Courier:
    office = Office(vault, site_of_settings(settings, vault))
    heard, to = replies.hears_of(office), replies.returns_to(office.site)
    looks = {**audience.second_looks(office), **inviting.second_looks(office)}
    return Courier(
        settings.mail, vault, COMPOSERS, reader=Reader("courier"), returns_to=to, came_back=heard,
        look_again=looking_again(looks, vault, Reader("courier")), logo_of=Letterheads(),
    )  # fmt: skip


def lmtp_of(settings: Settings, office: Office) -> LmtpServer:
    """Where calendars' answers arrive, when the operator has set it up."""
    reception = replies.Reception(office, settings.inbound.authserv_id, settings.inbound.forward_to)

    async def take(recipient: str, raw: bytes, return_path: str) -> None:
        await replies.take(recipient, raw, return_path, reception=reception, now=clock.now())

    return LmtpServer(settings.inbound, is_ours=partial(replies.is_ours, reception=reception), take=take)
