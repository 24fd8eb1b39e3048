"""The LMTP server (or SMTP): takes answers to invitations from the operator's own mail server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from events_app.mail.inbound import LARGEST
from events_app.settings import Inbound

IsOurs = Callable[[str, str], Awaitable[bool]]
"""Whether we take mail for this recipient from this sender ('' for a delivery report's); what we do not take is refused
before anything of it is read."""

Take = Callable[[str, bytes, str], Awaitable[None]]
"""Recipient, the mail's bytes, the envelope's sender."""

log = logging.getLogger(__name__)
logging.getLogger("mail.log").disabled = True  # aiosmtpd's own: it writes who writes to whom


class _Slot:
    """What aiosmtpd asks while somebody speaks to us."""

    def __init__(self, is_ours: IsOurs, take: Take) -> None:
        self._is_ours = is_ours
        self._take = take

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not await self._is_ours(address.lower(), envelope.mail_from or ""):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address.lower())
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            try:
                await self._take(recipient, raw, envelope.mail_from or "")
            except Exception as error:  # noqa: BLE001 - ask the server to come again, and never log what it said
                log.warning("an answer could not be taken: %s", type(error).__name__)
                return "451 4.3.0 Please try again later"
        return "250 OK"


class LmtpServer:
    """One listening socket in the running loop. Off unless `inbound.host` is set."""

    def __init__(self, settings: Inbound, *, is_ours: IsOurs, take: Take) -> None:
        self._settings = settings
        self._slot = _Slot(is_ours, take)
        self._server: Any = None

    async def open(self) -> None:
        kind = LMTP if self._settings.protocol == "lmtp" else SMTP

        def speak() -> SMTP:
            return kind(
                self._slot, data_size_limit=LARGEST, enable_SMTPUTF8=False, hostname="events", timeout=60
            )

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(speak, self._settings.host, self._settings.port)

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
