"""The courier (the mail worker): takes letters out of the outbox, composes, sends, records what became of each."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from events_app.clock import now as clock_now
from events_app.database import DatabaseTrouble
from events_app.mail import outbox, rules
from events_app.mail.dkim import signer_of
from events_app.mail.leases import Leased, Leases
from events_app.mail.message import Composed, LogoOf, build, no_logo, recipient_of
from events_app.mail.outcomes import CameBack, LookAgain, Outcomes, all_are_wanted, nobody_hears
from events_app.mail.smtp import REFUSALS, Barred, Connection, SmtpConnection
from events_app.mail.standing import Standing, Stop
from events_app.offload.breathing import OneByOne
from events_app.settings import Mail
from events_app.tokens import new_token

Compose = Callable[[str, Mapping[str, Any]], Composed]
"""A room's composer: the kind of letter and its facts in, what it says out. It reads no rows."""

SENDERS = 3
"""For each connection: while one sends over it, others compose and record."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """Seconds. lease: longer than one try can take. poll: between looks when nobody posts. grace: for what is in
    flight at a stop. backoff: until a deferred letter's next try. pauses: until the server is called again after it
    could not be reached. long_pauses: until it is called again after it refused us. insist: between attempts to
    record an outcome. The last of each is repeated.
    """

    lease: float = rules.LEASE
    poll: float = 2.0
    grace: float = 20.0
    backoff: tuple[float, ...] = rules.BACKOFF
    pauses: tuple[float, ...] = (2, 5, 10, 30, 60)
    long_pauses: tuple[float, ...] = (15, 30, 60, 300, 900)
    insist: tuple[float, ...] = (0.1, 0.5, 2, 5)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A composed letter: its bytes, the same bytes sealed, its Message-ID, and whom the envelope names as sender."""

    message: bytes
    sealed: bytes
    message_id: str
    sender: str


class Courier:
    """Sends what the outbox holds, until it is stopped. Several may work on one outbox, in one process or in many.

    composers: by the first word of a letter's kind. reader: how the courier names itself to the vault.
    returns_to: the mailbox whose plus-addresses take delivery reports in, '' for none. came_back: is told of an
    address that the server refuses for good. look_again: says why a letter is not wanted any more.
    Without a mail server in the settings, letters are composed and kept. A letter leaves at most once
    without saying so: "sending" is committed before the first byte of DATA, and a courier that dies after
    that leaves a letter in doubt, which is sent again with the same Message-ID, or not, as its
    `when_unsure` says, and is listed either way.
    """

    def __init__(
        self,
        settings: Mail,
        vault: outbox.Sealing,
        composers: Mapping[str, Compose],
        *,
        reader: Any,
        transport: Callable[[], Connection] | None = None,
        pace: Pace = Pace(),
        clock: Callable[[], datetime] = clock_now,
        returns_to: str = "",
        came_back: CameBack = nobody_hears,
        look_again: LookAgain = all_are_wanted,
        logo_of: LogoOf = no_logo,
    ) -> None:
        self._settings, self._vault = settings, vault
        self._composers, self._beginning, self._composing = composers, OneByOne(), OneByOne()
        self._look_again, self._reader, self._logo_of = look_again, reader, logo_of
        self._transport = transport or (lambda: SmtpConnection(settings))
        self._leases = Leases(new_token(), lease=pace.lease)
        self._sender = settings.sender_address or "outbox@localhost"
        self._signer = signer_of(settings)
        self.looked_at: datetime | None = None
        self.moved_at = float("inf")  # of the loop's clock, at its last look
        self._waiting: asyncio.Queue[Leased] = asyncio.Queue()
        self._connections: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        self._posted, self._stopping, self._finished = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._pace, self._clock = pace, clock
        self._standing = Standing(away=pace.pauses, refusing=pace.long_pauses)
        self._outcomes = Outcomes(
            self._leases, self._standing, backoff=pace.backoff, clock=clock, came_back=came_back
        )
        self._returns_to = returns_to
        self._next_slot = 0.0

    @property
    def stop_of_mail(self) -> Stop | None:
        """Why nothing leaves at present: the mail server is away, or refuses us."""
        return self._standing.stop

    async def run(self) -> None:
        """Work until `stop`. Being cancelled stops too, without grace."""
        connections = [self._transport() for _ in range(self._settings.connections)]
        for connection in connections:
            self._connections.put_nowait(connection)
        senders = [asyncio.create_task(self._send_all()) for _ in connections * SENDERS]
        outbox.add_courier(self._posted)
        try:
            while not self._stopping.is_set():
                self._posted.clear()
                await self._look()
                await _within(self._rest(), self._posted.wait())
            await self._wind_up()
        finally:
            outbox.remove_courier(self._posted)
            await _dismiss(senders)
            await asyncio.gather(*(connection.close() for connection in connections), return_exceptions=True)
            self._finished.set()

    async def stop(self) -> None:
        """Take no more letters, let those in flight finish (within `pace.grace`), give the others back."""
        self._stopping.set()
        self._posted.set()
        await self._finished.wait()

    async def _look(self) -> None:
        """Take letters for every sender, and some more so that none waits; one when the server cannot be reached."""
        now = self._clock()
        self.looked_at, self.moved_at = clock_now(), asyncio.get_running_loop().time()
        if not self._standing.may_call(now):
            return
        most = self._settings.connections * SENDERS * 2
        most = min(most, self._settings.per_minute or most)
        most = (1 if self._standing.stop else most) - self._waiting.qsize()
        try:
            for letter in await self._leases.take(most, now=now) if most > 0 else []:
                self._waiting.put_nowait(letter)
        except Exception as error:  # noqa: BLE001 - the courier outlives a database that is away
            log.warning("the outbox could not be looked into: %s", type(error).__name__)

    def _rest(self) -> float:
        """Seconds until the next look, if nobody posts."""
        stop = self._standing.stop
        pause = (stop.until - self._clock()).total_seconds() if stop else 0
        return min(self._pace.poll, pause) if pause > 0 else self._pace.poll

    async def _wind_up(self) -> None:
        while not self._waiting.empty():
            letter = self._waiting.get_nowait()
            await self._certainly(partial(self._leases.released, letter, now=self._clock()))
            self._waiting.task_done()
        await _within(self._pace.grace, self._waiting.join())

    async def _send_all(self) -> None:
        """One letter after another, as long as the courier works."""
        while True:
            letter = await self._waiting.get()
            try:
                await self._handle(letter)
            except Exception as error:  # noqa: BLE001 - a full disk, say: the lease runs out, and it is taken again
                log.warning("letter %s was put down: %s", letter.id, type(error).__name__)
            finally:
                self._waiting.task_done()
                if self._waiting.qsize() <= self._settings.connections * SENDERS:
                    self._posted.set()

    async def _handle(self, letter: Leased) -> None:
        await self._beginning.turn()  # one COMMIT wakes many senders, and a page would wait for all of them
        try:
            if reason := await self._look_again(letter):
                await self._leases.withheld(letter, f"{rules.NOT_WANTED}{reason}")
                return
            first = await self._leases.first_sent(letter)
            async with self._composing:
                written = await self._written(letter, first)
        except DatabaseTrouble:
            raise  # which says nothing of the letter: it is put down, and taken again
        except Exception as error:  # noqa: BLE001 - whatever a composer raises, the others go on
            log.warning("letter %s could not be composed: %s", letter.id, type(error).__name__)
            await self._leases.withheld(letter, type(error).__name__)
            return
        if not self._settings.host:
            await self._leases.kept(letter, written.sealed, written.message_id)
            return
        await self._slot()
        try:
            has_left = await self._send(letter, written)
        except REFUSALS as answer:
            await self._certainly(
                partial(self._outcomes.refusal, letter, recipient_of(written.message), answer)
            )
            return
        if has_left:
            await self._certainly(partial(self._outcomes.sent, letter))

    async def _send(self, letter: Leased, written: Sealed) -> bool:
        """Over the connection used last, so that idle ones may be closed. False: it did not leave after all."""
        connection = await self._connections.get()
        try:
            if self._stopping.is_set() or not self._standing.may_call(self._clock()):
                await self._leases.released(letter, now=self._clock())
                return False
            await self._offer(connection, written)
            ours = False
            try:
                ours = await self._leases.sending(
                    letter, written.sealed, written.message_id, now=self._clock()
                )
            finally:
                if not ours:
                    await connection.forget()
            if ours:
                await connection.deliver(written.message)
            return ours
        finally:
            self._connections.put_nowait(connection)

    async def _offer(self, connection: Connection, written: Sealed) -> None:
        """Name the envelope; where the server refuses a sender with a plus, but takes the plain one, go by that."""
        recipient = recipient_of(written.message)
        try:
            await connection.offer(written.sender, recipient)
        except Barred:
            if written.sender == self._sender:
                raise
            await connection.offer(self._sender, recipient)
            self._returns_to = ""
            log.warning("the mail server takes no plus-address as sender: what comes back will mark nobody")

    async def _written(self, letter: Leased, first: str) -> Sealed:
        """As stored at an earlier try, or composed now, as an answer to the first of its thread (a Message-ID)."""
        facts = self._vault.reveal(letter.scope, letter.facts_context, letter.facts, self._reader)
        sender = rules.return_path_of(facts, mailbox=self._returns_to) or self._sender
        if letter.message is not None and letter.message_id is not None:
            raw = self._vault.reveal_bytes(letter.scope, letter.message_context, letter.message, self._reader)
            return Sealed(raw, letter.message, letter.message_id, sender)
        kind = rules.called_today(letter.kind)
        composed = self._composers[kind.partition(".")[0]](kind, facts)
        composed = replace(
            composed,
            sender_name=self._settings.sender_name or composed.sender_name,
            reply_to=composed.reply_to or self._settings.reply_to,
            in_reply_to=composed.in_reply_to or first,
            logo=await self._logo_of(composed.logo_of) if composed.logo_of else b"",
        )
        message_id = f"<{new_token()}@{self._sender.rpartition('@')[2]}>"
        raw = build(composed, sender_address=self._sender, message_id=message_id, date=clock_now())
        raw = self._signer.sign(raw) if self._signer else raw
        return Sealed(
            raw, self._vault.seal_bytes(letter.scope, letter.message_context, raw), message_id, sender
        )

    async def _certainly(self, record: Callable[[], Awaitable[bool]]) -> None:
        """What happened has happened: if it cannot be recorded now, try for a while; then it is in doubt."""
        for seconds in self._pace.insist:
            try:
                await record()
            except Exception as error:  # noqa: BLE001 - a full disk, a database that is away
                log.warning("an outcome could not be recorded yet: %s", type(error).__name__)
                await asyncio.sleep(seconds)
            else:
                return
        await record()

    async def _slot(self) -> None:
        """Wait for this letter's turn, when letters are rationed (settings: per_minute, for each process)."""
        if not self._settings.per_minute:
            return
        moment = asyncio.get_running_loop().time()
        slot = max(moment, self._next_slot)
        self._next_slot = slot + 60 / self._settings.per_minute
        await _within(slot - moment, self._stopping.wait())


async def _within(seconds: float, event: Awaitable[object]) -> None:
    """Wait for the event, but no longer. Not `wait_for`, which before Python 3.12 can swallow a cancellation."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event


async def _dismiss(senders: list[asyncio.Task[None]]) -> None:
    """Cancel, and again where it was not heard: aiosmtplib waits with `wait_for`."""
    waiting = set(senders)
    while waiting:
        for sender in waiting:
            sender.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=1)
