"""Kept pages: the rendered bytes of public pages, true as long as nothing was committed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from events_app.database import data_version

Render = Callable[[], Awaitable[Response]]
MOST_PAGES = 500
SECONDS = 5.0
"""A kept page also grows old by the clock: 'registration closes at 12:00' must be noticed without a commit."""


@dataclass(frozen=True)
class _Kept:
    version: int
    until: float
    response: Response


class KeptPages:
    """Keeps whole answers by key (path and language). No cookie is ever kept: pages that set one are not."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, ...], _Kept] = {}

    async def get(self, key: tuple[str, ...], render: Render, *, now: float) -> Response:
        """The kept answer for `key`, or what `render` makes now (kept when it is a 200 without cookies)."""
        version = await data_version()
        kept = self._pages.get(key)
        if kept and kept.version == version and now < kept.until:
            return kept.response
        response = await render()
        if response.status_code == 200 and "set-cookie" not in response.headers:
            if len(self._pages) >= MOST_PAGES:
                self._pages.clear()
            self._pages[key] = _Kept(version, now + SECONDS, response)
        return response
