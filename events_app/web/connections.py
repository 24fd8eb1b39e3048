"""One connection of the server: how much a stranger may send, and how long we wait for it; who goes when all is full.

uvicorn's own protocol on httptools has no limit on headers or trailers, and no deadline but for idle connections. What
is counted here is counted before a request is one: no session has been looked at, nothing but bytes has been kept.
"""

import asyncio
import select
import socket
import struct
from heapq import nsmallest
from http import HTTPStatus
from typing import ClassVar, Final

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from events_app.offload.breathing import Visitors, visitors
from events_app.web.limits import Bounds, Countdown

UNSENT: Final = 64 * 1024
WAITING: Final = 32 * 1024
"""Bytes of an answer that the kernel takes in advance for one reader, and that we hold beside them before the answer
waits: else somebody who reads nothing holds megabytes."""


class TooMuch(Exception):
    """Stops the parser in the middle of what is over the bounds."""


class Connection(HttpToolsProtocol):
    """Given to uvicorn as `http=`. A subclass with other `bounds` has other limits. `visitors` hear who asks."""

    bounds: ClassVar[Bounds] = Bounds()
    visitors: ClassVar[Visitors] = visitors

    # As a connection lives: made, read, answered, lost.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _keep_little_unsent(transport)
        self.since = self._heard = self.loop.time()
        self.has_spoken = False  # a whole request has come at some time
        self.is_receiving = False  # a request has begun and is not complete
        self.is_in_body = False
        self._refused = HTTPStatus.BAD_REQUEST
        self._unheard = self._in_head = self._in_body = self._announced = self._pieces = 0
        self._reading = Countdown(self.loop, self._read_too_slowly)
        self._writing = Countdown(self.loop, self._written_too_slowly)
        self._reading.start(self.bounds.header)
        self._make_room()

    def data_received(self, data: bytes) -> None:
        """Reads on. What comes without ever becoming a field or a part of a body is counted in `_unheard`: one field,
        a trailer or a chunk's extension without end."""
        if self.transport.is_closing():
            return
        if not self._reading.runs and not self._is_answering:
            self._reading.start(self.bounds.header)
        self._heard = self.loop.time()
        self._unheard += len(data)
        super().data_received(data)
        if self._unheard > self.bounds.head and not self.transport.is_closing():
            self._refused = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self.send_400_response("")

    def connection_lost(self, exc: Exception | None) -> None:
        self._reading.stop()
        self._writing.stop()
        self.visitors.answered(self)
        super().connection_lost(exc)

    # What the parser says, in the order in which it says it.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.is_receiving = True
        self._in_head = self._in_body = self._announced = self._pieces = 0
        if not self._is_answering:
            self._reading.start(self.bounds.header)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.bounds.address:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head. After the head the parser says trailers the same way: nobody of ours sends any."""
        self._unheard = 0
        self._in_head += len(name) + len(value) + 4
        too_many = len(self.headers) >= self.bounds.fields
        if too_many or self._in_head > self.bounds.head or self.is_in_body:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        super().on_header(name, value)
        if name.lower() == b"content-length" and value.isdigit() and len(value) < 16:
            self._announced = int(value)

    def on_headers_complete(self) -> None:
        self._unheard = 0
        self.visitors.ask(self)
        if len(self.pipeline) >= self.bounds.ahead:
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)
        self.app = busy if len(self.tasks) >= self.bounds.requests else self.config.loaded_app
        self.is_in_body = True
        self.since = self.loop.time()
        self._reading.start(min(self.bounds.silence, self.bounds.body))
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unheard = 0
        self._in_body += len(body)
        self._pieces += 1
        if self._pieces > self.bounds.crumbs + self._in_body // 64:
            self._refuse(HTTPStatus.BAD_REQUEST)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.has_spoken = True
        self.is_receiving = self.is_in_body = False
        self.since = self.loop.time()
        self._reading.stop()
        super().on_message_complete()
        if self.cycle.response_complete:  # uvicorn has stopped its own clock at the last byte
            self._reading.start(self.timeout_keep_alive)

    # What the answer does.

    def on_response_complete(self) -> None:
        self.visitors.answered(self)
        super().on_response_complete()
        self.since = self.loop.time()
        if self.transport.get_write_buffer_size():
            self._writing.start(self.bounds.write)
        if self.is_in_body and not self._is_answering:
            self._reading.start(self.bounds.linger)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing.start(self.bounds.write)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._writing.stop()

    # When it was too much, or took too long.

    def send_400_response(self, msg: str) -> None:
        """Says why in a line, unless an answer is on its way already, and closes."""
        self._say(self._refused, msg if self._refused == HTTPStatus.BAD_REQUEST else self._refused.phrase)
        self._reading.stop()
        self._close()

    def _refuse(self, status: HTTPStatus) -> None:
        self._refused = status
        raise TooMuch

    def _read_too_slowly(self) -> None:
        if self.is_in_body and self._time_left > 0:
            self._reading.start(self._time_left)
            return
        if self.is_receiving:
            self._say(HTTPStatus.REQUEST_TIMEOUT, "Request Timeout")
        self._close()

    def _say(self, status: HTTPStatus, words: str) -> None:
        """The server's own short answer, where none has begun; the request before may still be at work on its own."""
        if not self._is_answering or (self.is_in_body and not self.cycle.response_started):
            self.transport.write(_short_answer(status, words))
        if self.cycle is not None:
            self.cycle.disconnected = True

    def _written_too_slowly(self) -> None:
        if self.transport.get_write_buffer_size():
            _hang_up(self.transport)

    def _close(self) -> None:
        self.transport.close()
        self._writing.start(self.bounds.write)

    @property
    def _time_left(self) -> float:
        """Seconds that the rest of a body still has. What comes is not timed piece by piece: a body may have many."""
        if self.flow.read_paused:  # it is we who do not read
            return self.bounds.silence
        if self.cycle.response_complete:
            return 0
        size = max(self._announced, self._in_body)
        whole = self.since + self.bounds.body + size / self.bounds.rate
        return min(whole, self._heard + self.bounds.silence) - self.loop.time()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # When the house is full.

    @property
    def turn_to_go(self) -> int | None:
        """Who goes first when all is full: the silent, then the idle, then those that send or read slowly. Never, whose
        request is at work."""
        if not self.has_spoken and not self.is_in_body:
            return 0
        if not self._is_answering:
            return 1
        return 2 if self.is_in_body or self.flow.write_paused else None

    def _make_room(self) -> None:
        """Newcomers are let in: whoever has waited longest without a word goes, a few at once, so that the next do not
        look again."""
        over = len(self.connections) - self.bounds.connections
        if over <= 0:
            return
        others = (each for each in self.connections if isinstance(each, Connection) and each is not self)
        may_go = [(each.turn_to_go, each.since, each) for each in others if each.turn_to_go is not None]
        few = over + self.bounds.connections // 20
        first = [each for _turn, _since, each in nsmallest(few, may_go, key=lambda one: one[:2])]
        speaking = _with_something_to_say(first)
        for each in first:
            if each not in speaking:
                self.connections.discard(each)
                _hang_up(each.transport)


def _with_something_to_say(connections: list[Connection]) -> set[Connection]:
    """Those whose first words have arrived and were not read yet: many come at once, and nobody reads in between."""
    numbers, poll = dict[int, Connection](), select.poll()
    for each in connections:
        own = each.transport.get_extra_info("socket")
        if own is not None and own.fileno() >= 0:
            numbers[own.fileno()] = each
            poll.register(own.fileno(), select.POLLIN)
    return {numbers[number] for number, why in poll.poll(0) if why == select.POLLIN}


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """All that can be answered at once is being answered (RFC 9110, 15.6.4)."""
    headers = {"retry-after": "5", "connection": "close", "cache-control": "no-store"}
    await PlainTextResponse("Service Unavailable\n", status_code=503, headers=headers)(scope, receive, send)


def _short_answer(status: HTTPStatus, words: str) -> bytes:
    body = f"{words}\n".encode("ascii")
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def _keep_little_unsent(transport: asyncio.Transport) -> None:
    transport.set_write_buffer_limits(high=WAITING)
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    own = _socket_of(transport)
    if option is not None and own is not None:
        own.setsockopt(socket.IPPROTO_TCP, option, UNSENT)


def _hang_up(transport: asyncio.Transport) -> None:
    """At once, with a reset: what the kernel still has to send is given up too, which a silent reader would keep."""
    own = _socket_of(transport)
    if own is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _socket_of(transport: asyncio.Transport) -> socket.socket | None:
    own: socket.socket | None = transport.get_extra_info("socket")
    return own if own is not None and own.family in {socket.AF_INET, socket.AF_INET6} else None
