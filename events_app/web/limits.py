"""Rate limits: how often one place may try. Counts in memory, keyed by a hash that is forgotten within the hour."""

import asyncio
import hmac
import ipaddress
import secrets
from collections import deque
from hashlib import sha256

from starlette.requests import HTTPConnection

from events_app.errors import TooMany
from events_app.i18n import N_

LONGEST_PAUSE = 3.0
"""Seconds that a `Brake` makes anybody wait at most."""


class TooOften(TooMany):
    """More tries than the limit allows; waiting helps."""

    sentence = N_("That was a lot of tries in a short time. Please wait a few minutes and try again.")


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
