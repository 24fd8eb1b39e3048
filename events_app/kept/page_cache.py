"""The page cache: the rendered bytes of public pages, kept as long as nothing they were made of has changed."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from events_app.database import data_version
from events_app.kept.reads import Reads, noted_reads

Render = Callable[[], Awaitable[Response]]
Key = tuple[str, ...]
MOST_PAGES = 500
MOST_BYTES = 64 * 1024 * 1024
SECONDS = 5.0
"""A kept page also grows old by the clock: 'registration closes at 12:00' must be noticed without a commit."""

LEAST_TO_COMPRESS = 1000
KEPT_PAGE = "kept_page"
"""Where the scope of a request says which kept page answered it."""


class RepeatedResponse(Response):
    """A response that is sent many times. It hands out copies of its headers, because middleware changes them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": list(self.raw_headers)}
        )
        await send({"type": "http.response.body", "body": self.body})


@dataclass(eq=False)
class KeptPage:
    """What was rendered, and of which reads. `compressed` is made when somebody first asks for it."""

    version: int
    until: float
    reads: Reads
    plain: RepeatedResponse
    compressed: RepeatedResponse | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def for_reader(self, request: Request) -> RepeatedResponse:
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return self.plain
        if self.compressed is None:
            self.compressed = _compressed(self.plain)
        return self.compressed

    async def is_true(self, now: float) -> bool:
        """Young enough, and made of what the database says now: nobody has committed since, or nothing of it.

        Found true again after a commit it grows old as before, because it may speak of the time.
        """
        if now >= self.until:
            return False
        if self.version == await data_version():
            return True
        async with self._asking:  # of many who come at once, one asks
            version = await data_version()
            if self.version == version:
                return True
            if now < self.until and await self.reads.are_still_true():
                self.version = version
                return True
            self.until = now  # once untrue, always: nobody needs to ask again
            return False


class PageCache:
    """Keeps whole answers by key (path and language). No cookie is ever kept: pages that set one are not.

    After a commit the questions that a page was made of are asked again; only other answers make it anew.
    """

    def __init__(self) -> None:
        self._pages: dict[Key, KeptPage] = {}
        self._size = 0
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def get(self, request: Request, key: Key, render: Render, *, now: float) -> Response:
        """The kept answer for `key`, or what `render` makes now (kept when it is a 200 without cookies)."""
        found = await self.page(key, render, now=now)
        if isinstance(found, Response):
            return found
        request.scope[KEPT_PAGE] = found
        return found.for_reader(request)

    async def page(self, key: Key, render: Render, *, now: float) -> KeptPage | Response:
        """The kept page, or the answer itself where it may not be kept."""
        kept = self._pages.get(key)
        if kept is not None and await kept.is_true(now):
            return kept
        async with self._locks.setdefault(key, asyncio.Lock()):  # of many who come at once, one renders
            kept = self._pages.get(key)
            if kept is not None and await kept.is_true(now):
                return kept
            version = await data_version()
            with noted_reads() as reads:
                response = await render()
            if response.status_code != 200 or "set-cookie" in response.headers:
                return response
            return self._keep(key, KeptPage(version, now + SECONDS, reads, _copy(response)))

    def _keep(self, key: Key, page: KeptPage) -> KeptPage:
        before = self._pages.pop(key, None)
        self._size += len(page.plain.body) - (len(before.plain.body) if before else 0)
        if len(self._pages) >= MOST_PAGES or self._size > MOST_BYTES:
            self._pages.clear()
            self._size = len(page.plain.body)
        self._pages[key] = page
        return page


def _copy(response: Response) -> RepeatedResponse:
    kept = RepeatedResponse(response.body)
    kept.raw_headers = list(response.raw_headers)
    return kept


def _compressed(response: RepeatedResponse) -> RepeatedResponse:
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
