"""Kept pages: the rendered bytes of public pages, true as long as nothing was committed."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from events_app.database import data_version

Render = Callable[[], Awaitable[Response]]
MOST_PAGES = 500
SECONDS = 5.0
"""A kept page also grows old by the clock: 'registration closes at 12:00' must be noticed without a commit."""

LEAST_TO_COMPRESS = 1000


class KeptAnswer(Response):
    """An answer that is sent many times. It hands out copies of its headers, because middleware changes them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": list(self.raw_headers)}
        )
        await send({"type": "http.response.body", "body": self.body})


@dataclass
class _Kept:
    """`compressed` is made when somebody first asks for it."""

    version: int
    until: float
    plain: KeptAnswer
    compressed: KeptAnswer | None = None

    def for_reader(self, request: Request) -> KeptAnswer:
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return self.plain
        if self.compressed is None:
            self.compressed = _compressed(self.plain)
        return self.compressed


class KeptPages:
    """Keeps whole answers by key (path and language). No cookie is ever kept: pages that set one are not."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, ...], _Kept] = {}
        self._locks: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = WeakValueDictionary()

    async def get(self, request: Request, key: tuple[str, ...], render: Render, *, now: float) -> Response:
        """The kept answer for `key`, or what `render` makes now (kept when it is a 200 without cookies)."""
        kept = await self._true_one(key, now)
        if kept is not None:
            return kept.for_reader(request)
        async with self._locks.setdefault(key, asyncio.Lock()):  # of many who come at once, one renders
            kept = await self._true_one(key, now)
            if kept is not None:
                return kept.for_reader(request)
            version = await data_version()
            response = await render()
            if response.status_code != 200 or "set-cookie" in response.headers:
                return response
            if len(self._pages) >= MOST_PAGES:
                self._pages.clear()
            kept = self._pages[key] = _Kept(version, now + SECONDS, _copy(response))
            return kept.for_reader(request)

    async def _true_one(self, key: tuple[str, ...], now: float) -> _Kept | None:
        kept = self._pages.get(key)
        if kept is None or now >= kept.until or kept.version != await data_version():
            return None
        return kept


def _copy(response: Response) -> KeptAnswer:
    kept = KeptAnswer(response.body)
    kept.raw_headers = list(response.raw_headers)
    return kept


def _compressed(response: KeptAnswer) -> KeptAnswer:
    """The answer compressed once, for everybody who takes it so; itself where it is too short to be worth it."""
    body = bytes(response.body)
    if len(body) < LEAST_TO_COMPRESS:
        return response
    kept = _copy(response)
    kept.body = gzip.compress(body, compresslevel=6, mtime=0)
    kept.headers["Content-Encoding"] = "gzip"
    kept.headers["Content-Length"] = str(len(kept.body))
    kept.headers.add_vary_header("Accept-Encoding")
    return kept
