"""Is there a reverse proxy before us that we were not told to believe? Then all visitors look like one."""

import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

A_DAY: Final = 86_400.0
"""Seconds. The sign at the desk goes when it was not said for longer than that (`health.actions.watching`)."""

log = logging.getLogger(__name__)


class Forwarding:
    """Says once a day, of the first request that a proxy sent on, whether the proxy was believed; and at once if that
    changes. A header that a stranger sends us directly says nothing about proxies."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        say: Callable[[bool], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self._say = say
        self._clock = clock
        self._said = dict[bool, float]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            believed = is_believed(scope)
            if believed is not None and self._clock() - self._said.get(believed, -A_DAY) >= A_DAY:
                await self._say_once(believed)
        await self.app(scope, receive, send)

    async def _say_once(self, believed: bool) -> None:
        self._said[believed] = self._clock()
        try:
            await self._say(believed)
        except Exception as error:  # noqa: BLE001 - whoever asked for a page gets it all the same
            self._said.pop(believed, None)
            log.warning("could not write down what a proxy says: %s", type(error).__name__)


def is_believed(scope: Scope) -> bool | None:
    """Whether the visitor's address is one that a proxy named; None where no proxy of ours seems to be there.

    The server has put that address in the peer's place, if the peer is one of `server.trusted_proxies`.
    """
    said = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    named = b",".join(said).decode("latin-1")
    client = scope.get("client")
    peer = client[0] if client else ""
    if peer and any(_is_one(peer, each) for each in named.split(",")):
        return True
    if not said and not any(name == b"forwarded" for name, _value in scope["headers"]):
        return None
    return False if _is_near(peer) else None


def _is_one(peer: str, named: str) -> bool:
    bare = named.strip().strip("[]")
    return bare == peer or bare.rpartition(":")[0].strip("[]") == peer


def _is_near(peer: str) -> bool:
    """Whether it is this machine, or one of its own network: where proxies are."""
    try:
        return not ipaddress.ip_address(peer).is_global
    except ValueError:
        return True  # a socket of this machine
