"""The LMTP server (or SMTP): takes answers to invitations from the operator's own mail server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from events_app.errors import silence
from events_app.mail.inbound import LARGEST
from events_app.settings import Inbound

IsOurs = Callable[[str, str], Awaitable[bool]]
"""Whether we take mail for this recipient from this sender ('' for a delivery report's); what we do not take is refused
before anything of it is read."""

Take = Callable[[str, bytes, str], Awaitable[None]]
"""Recipient, the mail's bytes, the envelope's sender."""

AT_ONCE: Final = 8 * 1024
"""Bytes that one caller is read at once. aiosmtpd takes every line that has come before anybody else has a turn: a
mail of nothing but short lines would make visitors wait."""

log = logging.getLogger(__name__)
silence("mail.log")  # aiosmtpd's own: it writes who writes to whom


@dataclass(frozen=True)
class Patience:
    """How long we listen to one caller, and to how many: seconds from one command to the next, a mail's bytes included;
    seconds of a whole connection; commands of one kind in it; connections at once."""

    command: float = 60
    connection: float = 600
    commands: int = 200
    connections: int = 20


class _Slot:
    """What aiosmtpd asks while somebody speaks to us. One mail is taken after the other."""

    def __init__(self, is_ours: IsOurs, take: Take) -> None:
        self._is_ours = is_ours
        self._take = take
        self._one_by_one = asyncio.Lock()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient for each mail: LMTP wants a reply for each (RFC 2033, 4.2), which aiosmtpd does not give, and
        a server that is told to come again for the others does (RFC 5321, 4.5.3.1.10)."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        if not await self._is_ours(address.lower(), envelope.mail_from or ""):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address.lower())
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            async with self._one_by_one:
                await self._take(envelope.rcpt_tos[0], raw, envelope.mail_from or "")
        except Exception as error:  # noqa: BLE001 - ask the server to come again, and never log what it said
            log.warning("an answer could not be taken: %s", type(error).__name__)
            return "451 4.3.0 Please try again later"
        return "250 OK"


class _Caller(SMTP):
    """One connection. Where too many are open, the one goes that has waited longest without a mail in hand."""

    def __init__(self, slot: _Slot, callers: "list[_Caller]", patience: Patience) -> None:
        self._callers = callers
        self._patience = patience
        super().__init__(
            slot,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=False,
            hostname="events",
            timeout=patience.command,
            command_call_limit=patience.commands,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        transport.max_size = AT_ONCE  # type: ignore[attr-defined]
        self._callers.append(self)
        self._end = self.loop.call_later(self._patience.connection, self.hang_up)
        if len(self._callers) > self._patience.connections:
            next((each for each in self._callers if not each.has_a_mail), self).hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        self._end.cancel()
        if self in self._callers:
            self._callers.remove(self)
        super().connection_lost(error)

    @property
    def has_a_mail(self) -> bool:
        return bool(self.envelope and self.envelope.rcpt_tos)

    def hang_up(self) -> None:
        """At once, also on who does not read what we say."""
        abort = getattr(self.transport, "abort", None)
        if abort is not None:
            abort()


class _LmtpCaller(_Caller, LMTP):
    """The same in LMTP."""


class LmtpServer:
    """One listening socket in the running loop. Off unless `inbound.host` is set."""

    def __init__(
        self, settings: Inbound, *, is_ours: IsOurs, take: Take, patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._slot = _Slot(is_ours, take)
        self._callers: list[_Caller] = []
        self._patience = patience or Patience()
        self._server: Any = None

    async def open(self) -> None:
        kind = _LmtpCaller if self._settings.protocol == "lmtp" else _Caller
        speak = partial(kind, self._slot, self._callers, self._patience)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(speak, self._settings.host, self._settings.port)

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
