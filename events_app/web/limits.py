"""Limits: how often one place may try, and what one connection may cost. Counts live in memory, under a hash."""

import asyncio
import hmac
import ipaddress
import resource
import secrets
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import HTTPConnection

from events_app.errors import TooMany
from events_app.i18n import N_

LONGEST_PAUSE = 3.0
"""Seconds that a `Brake` makes anybody wait at most."""


class TooOften(TooMany):
    """More tries than the limit allows; waiting helps."""

    sentence = N_("That was a lot of attempts in a short time. Please wait a few minutes and try again.")


class Limit:
    """At most `most` knocks in `seconds` for each place. Counts are per process and never touch the disk.

    A place is the network of the address (/24 or /48) under HMAC with a random key of this process, so that neither
    memory nor a log can tell who came.
    """

    def __init__(self, most: int, *, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._key = secrets.token_bytes(32)
        self._knocks: dict[bytes, deque[float]] = {}

    def knock(self, request: HTTPConnection, *, now: float) -> None:
        """Count one try at the clock's `now` (seconds); refuse with `TooOften` over the limit."""
        self.count(place_of(request), now=now)

    def count(self, place: str, *, now: float) -> int:
        """The same for a place by its name, or for a person by their id; how many tries there are now."""
        name = hmac.digest(self._key, place.encode(), sha256)
        knocks = self._knocks.setdefault(name, deque())
        while knocks and knocks[0] <= now - self.seconds:
            knocks.popleft()
        if len(knocks) >= self.most:
            raise TooOften()
        knocks.append(now)
        if len(self._knocks) > 10_000:
            self._forget_the_quiet(now)
        return len(knocks)

    def _forget_the_quiet(self, now: float) -> None:
        for name in [name for name, knocks in self._knocks.items() if knocks[-1] <= now - self.seconds]:
            del self._knocks[name]


class Brake:
    """Lets everybody through, but whoever comes from a place more than `free` times in `seconds` waits a little longer
    each time; over `most` it refuses with `TooOften`, as any `Limit`."""

    def __init__(self, free: int, *, seconds: float, most: int) -> None:
        self.free = free
        self._limit = Limit(most, seconds=seconds)

    async def slow(self, request: HTTPConnection, *, now: float) -> None:
        """Count one try at the clock's `now` (seconds), and wait as long as it has to."""
        pause = self.pause(place_of(request), now=now)
        if pause:
            await asyncio.sleep(pause)

    def pause(self, place: str, *, now: float) -> float:
        """Seconds to wait: none for a while, then up to `LONGEST_PAUSE`."""
        over = self._limit.count(place, now=now) - self.free
        return min(max(0, over) * 0.05, LONGEST_PAUSE)


def place_of(request: HTTPConnection) -> str:
    """The network a request comes from; loopback and unix sockets are one place each."""
    if request.client is None:
        return "socket"
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped  # how a socket for both versions names an IPv4 client
    width = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{width}", strict=False))


@dataclass(frozen=True)
class Bounds:
    """What one connection may cost: sizes in bytes, times in seconds.

    A body has `body` seconds, and one more for each `rate` bytes that its Content-Length announces or that have come.
    `write` is how long a reader may take nothing of what waits for it; `linger`, how long the rest of a body that was
    refused is let in, so that the refusal is read. A body may come in `crumbs` pieces of any size, and in one more for
    each 64 bytes of it: each piece costs as much as a page of bytes. `connections` and `requests` are of one process.
    """

    address: int = 8 * 1024
    head: int = 32 * 1024
    fields: int = 100
    ahead: int = 8
    header: float = 10
    body: float = 20
    rate: int = 16 * 1024
    silence: float = 20
    write: float = 20
    linger: float = 5
    crumbs: int = 1024
    connections: int = 1000
    requests: int = 1000


class Countdown:
    """Calls `then` once, after so many seconds, unless it is stopped or started again before."""

    def __init__(self, loop: AbstractEventLoop, then: Callable[[], None]) -> None:
        self._loop = loop
        self._then = then
        self._handle: TimerHandle | None = None

    @property
    def runs(self) -> bool:
        return self._handle is not None

    def start(self, seconds: float) -> None:
        self.stop()
        self._handle = self._loop.call_later(seconds, self._over)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _over(self) -> None:
        self._handle = None
        self._then()


def take_all_files() -> None:
    """Each connection is an open file; systems begin with 1,024 of them and allow more to whoever asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if 0 <= hard < 65_536 else 65_536
    if 0 <= soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
