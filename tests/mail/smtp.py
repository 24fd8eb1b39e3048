"""A real SMTP server on a free loopback port, which can be told to misbehave: for here and for journeys."""

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """One letter as the server got it: the envelope, and the bytes between DATA and the final dot."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])


@dataclass
class SmtpServer:
    """`with SmtpServer() as server:` ... then read `server.letters`. `start` and `stop` may be called again.

    rcpt, data: replies for an address, in order, such as ["451 later", "451 later"]; after them all is well.
    A reply of "hang up" closes the connection without a word; "take and hang up" (data only) takes the letter
    first. always_rcpt: a reply for an address that never changes. always_mail: a reply to every sender; by_sender:
    to one.
    slow: seconds before each final reply.
    """

    port: int = 0
    host: str = "127.0.0.1"
    rcpt: dict[str, list[str]] = field(default_factory=dict)
    data: dict[str, list[str]] = field(default_factory=dict)
    always_rcpt: dict[str, str] = field(default_factory=dict)
    always_mail: str = ""
    by_sender: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    letters: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._news = threading.Condition()
        self._controller: Controller | None = None
        self.port = self.port or free_port(self.host)

    def __enter__(self) -> "SmtpServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._controller = _Controller(_Handler(self), hostname=self.host, port=self.port)
        self._controller.start()
        self.connections = 0

    def stop(self) -> None:
        """Closes the port and every connection."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def wait_for(self, count: int, *, seconds: float = 20.0) -> list[Received]:
        """The letters, once there are at least `count`; for a test that is not async."""
        with self._news:
            arrived = self._news.wait_for(lambda: len(self.letters) >= count, seconds)
        assert arrived, f"{len(self.letters)} of {count} letters came within {seconds} seconds"
        return list(self.letters)

    async def letters_of(self, count: int, *, seconds: float = 20.0) -> list[Received]:
        """The same for an async test."""
        return await asyncio.to_thread(self.wait_for, count, seconds=seconds)

    def take(self, letter: Received) -> None:
        with self._news:
            self.letters.append(letter)
            self._news.notify_all()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class _Controller(Controller):
    def factory(self) -> SMTP:
        self.handler.server.connections += 1
        return SMTP(self.handler, hostname="mail.test", ident="test", enable_SMTPUTF8=False)


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_MAIL(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self.server.always_mail or self.server.by_sender.get(address):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.server.always_rcpt.get(address) or _next(self.server.rcpt, address)
        if reply == "hang up":
            return _hang_up(smtp)
        if reply is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        if self.server.slow:
            await asyncio.sleep(self.server.slow)
        reply = _next(self.server.data, recipient)
        if reply in (None, "take and hang up"):
            content: Any = envelope.original_content
            self.server.take(Received(envelope.mail_from or "", recipient, bytes(content)))
        if reply in ("hang up", "take and hang up"):
            return _hang_up(smtp)
        return reply or "250 OK"


def _next(replies: dict[str, list[str]], address: str) -> str | None:
    waiting = replies.get(address)
    return waiting.pop(0) if waiting else None


def _hang_up(smtp: SMTP) -> str:
    assert isinstance(smtp.transport, asyncio.WriteTransport)
    smtp.transport.abort()
    return "421 gone"
