"""A public page from the page cache, as long as it is still true."""

import time

from starlette.requests import Request
from starlette.responses import Response

from events_app.i18n import current_language
from events_app.kept.page_cache import KEPT_PAGE, PageCache, Render
from events_app.web.responses import QUERY, flash_of, is_page, nobody_in_particular, with_flash


async def kept(request: Request, render: Render, *, cache: PageCache, query: str | None = None) -> Response:
    """The page from memory if it is still true; a sentence for this reader alone is put into a copy.

    query: as much of the address's query as the page depends on, written in one way; of other words behind the "?" no
    page is kept, and no answer. Without it every query is another page."""
    # As they were asked for: a URL put together of them lacks line ends, and would be another page's.
    path, asked_for = request.scope["path"], request.scope["query_string"].decode("latin-1")
    if query is None:
        return await _kept(request, render, cache=cache, asked=(path, asked_for))
    request.scope[QUERY] = query
    answer = await _kept(request, render, cache=cache, asked=(path, query))
    if asked_for != query:
        request.scope.pop(KEPT_PAGE, None)
    return answer


async def _kept(request: Request, render: Render, *, cache: PageCache, asked: tuple[str, str]) -> Response:
    key, now = (*asked, current_language()), time.monotonic()
    flash = flash_of(request)
    if not flash:
        return await cache.get(request, key, render, now=now)
    with nobody_in_particular(request):
        found = await cache.page(key, render, now=now)
    plain = found if isinstance(found, Response) else found.plain
    return with_flash(plain, flash) if is_page(plain) else plain
