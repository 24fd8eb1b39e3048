"""Clients that are slow on purpose: they send drop by drop, read nothing, or say nothing at all."""

import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tests.bench.client import HOST

KINDS: Final = ("headers", "body", "read", "idle")

_HEAD: Final = b"POST /desk/events/new HTTP/1.1\r\nHost: 127.0.0.1\r\n"
_FORM: Final = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 30000\r\n\r\n"
_FONT: Final = b"GET /static/fonts/IBMPlexSansArabic-Regular.ttf HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

FIRST: Final = {
    "headers": _HEAD,
    "body": _HEAD + _FORM + b"a=",
    "read": 3 * _FONT,
    "idle": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "silent": b"",
}
DROP: Final = {"headers": b"a", "body": b"b"}
"""What is sent once a second."""


@dataclass(frozen=True)
class Slow:
    """So many clients of a kind; those that come again connect anew when they are dropped."""

    kind: str
    number: int
    comes_again: bool = False


def seconds_held(port: int, crowds: list[Slow], *, patience: float) -> dict[str, float]:
    """For how long the server held the last client of each kind; `patience` for whoever it never dropped."""
    begun, gone = time.perf_counter(), select.poll()
    clients: dict[int, tuple[socket.socket, Slow]] = {}

    def connect(crowd: Slow) -> None:
        with suppress(OSError):
            client = _connected(port, crowd.kind)
            clients[client.fileno()] = client, crowd
            gone.register(client, select.POLLRDHUP)

    for crowd in crowds:
        for _each in range(crowd.number):
            connect(crowd)
    held, dripped, again = dict.fromkeys((crowd.kind for crowd in crowds), 0.0), begun, list[Slow]()
    while (clients or again) and (passed := time.perf_counter() - begun) < patience:
        for number, _why in gone.poll(200):
            client, crowd = clients.pop(number)
            gone.unregister(number)
            client.close()
            held[crowd.kind] = passed
            again += [crowd] if crowd.comes_again else []
        if time.perf_counter() - dripped >= 1:
            dripped = time.perf_counter()
            while again:
                connect(again.pop())
            _drip([each for each in clients.values() if each[1].kind in DROP])
    for client, crowd in clients.values():
        held[crowd.kind] = patience
        client.close()
    return held


def _connected(port: int, kind: str) -> socket.socket:
    client = socket.socket()
    if kind == "read":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(5)
    client.connect((HOST, port))
    client.sendall(FIRST[kind])
    client.setblocking(False)
    return client


def _drip(clients: list[tuple[socket.socket, Slow]]) -> None:
    for client, crowd in clients:
        with suppress(OSError):
            client.send(DROP[crowd.kind])
