"""Before anything else looks at a request: is it for this site, how long are its fields, does its reader take gzip?"""

from collections.abc import Collection
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from events_app.settings.values import is_loopback
from events_app.web.cookies import whole_cookies

FOR_ANY_HOST = frozenset({"/healthz", "/readyz"})
"""Whoever watches over the server asks by its address; what they are told is the same for everybody."""


MOST_OF: Final = {
    b"accept-encoding": 400,
    b"accept-language": 400,
    b"content-type": 400,
    b"host": 300,
    b"if-modified-since": 100,
    b"if-none-match": 2000,
    b"if-range": 200,
    b"origin": 300,
    b"range": 200,
    b"x-forwarded-for": 2000,
}
"""Bytes of what is read of a request. Longer ones are no browser's, and count as not sent; cookies are cut at
`MOST_OF_COOKIES`."""


class OurRequests:
    """Answers 421 (RFC 9110, 15.5.20) where the Host is not this site's: no link or redirect is made of another's name.

    A site whose own address means this machine only (a trial, a demonstration) answers whoever reaches it. The header
    by which encodings are chosen comes out as "gzip", or as "identity" where gzip is not named or not wanted (12.5.3).
    Lengths are looked at before anything else is (`MOST_OF`).
    """

    def __init__(self, app: ASGIApp, *, base_url: str, other_hosts: Collection[str] = ()) -> None:
        self.app = app
        own = (urlsplit(base_url).hostname or "").lower()
        self.hosts = None if is_loopback(own) else frozenset({own, *map(str.lower, other_hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host, headers = b"", []
        for pair in scope["headers"]:
            name, value = pair
            if len(value) > MOST_OF.get(name, len(value)):
                continue
            if name == b"host":
                host = value
            elif name == b"accept-encoding":
                pair = (name, _encoding(value))
            elif name == b"cookie":
                pair = (name, whole_cookies(value))
            headers.append(pair)
        if self.hosts is None or _is_ours(host, self.hosts) or scope["path"] in FOR_ANY_HOST:
            await self.app({**scope, "headers": headers}, receive, send)
        else:
            await _misdirected(send)


async def _misdirected(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": b"This server does not answer for this host.\n"})


@lru_cache(maxsize=256)
def _is_ours(host: bytes, ours: frozenset[str]) -> bool:
    """Whether the Host header names one of ours, or this machine; the port does not count."""
    try:
        name = urlsplit(f"//{host.decode('ascii')}").hostname or ""
    except ValueError:  # UnicodeDecodeError is one
        return False
    return name in ours or is_loopback(name)


@lru_cache(maxsize=256)
def _encoding(accepted: bytes) -> bytes:
    """b"gzip" if that is named with a weight above 0, or everything unnamed is; else b"identity"."""
    weights = dict(map(_weighted, accepted.decode("latin-1").lower().split(",")))
    named = [weights[name] for name in ("gzip", "x-gzip", "*") if name in weights]
    return b"gzip" if named and named[0] > 0 else b"identity"


def _weighted(coding: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in coding.split(";"))
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0
