"""HTTP responses: a page, a way onward, a file, an ETag."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from events_app import i18n
from events_app.i18n import N_, ngettext, translate
from events_app.offload.breathing import with_breaths
from events_app.rendering import macro, render, rendered
from events_app.web.cookies import cookie_in
from events_app.web.site import site_of

FLASH_COOKIE = "flash"
KINDS: Final = frozenset({"info", "success", "warning", "danger"})
_FOR_EVERYBODY = "for_everybody"
QUERY = "query"
"""Where the scope of a request says as how much of its query the page that answers it is kept."""


@dataclass(frozen=True)
class LanguageLink:
    code: str
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Flash:
    """One sentence that the next page says once; `kind` is info, success, warning or danger. `undo`: where a POST takes
    back what was done, with its fields as a query; only at the desk, and never for what has told anybody anything."""

    kind: str
    text: str
    undo: str = ""

    @property
    def undo_fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.undo.partition("?")[2], keep_blank_values=True)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render `templates/TEMPLATE` with what every page knows, in the request's language."""
    flash = None if request.scope.get(_FOR_EVERYBODY) else flash_of(request)
    text = render(template, **page_context(request), flash=flash, status=status, **context)
    return _page_of(text, status, flash)


async def long_page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The same of a page with a long list: after some rows others are answered, who would wait for all of it."""
    flash = flash_of(request)
    pieces = rendered(template, **page_context(request), flash=flash, status=status, **context)
    text = "".join([piece async for piece in with_breaths(pieces, PIECES)])
    return _page_of(text, status, flash)


PIECES: Final = 100
"""Of a page, rendered between two breaths: some five rows of a list, a millisecond."""


def _page_of(text: str, status: int, flash: Flash | None) -> HTMLResponse:
    response = HTMLResponse(text, status_code=status)
    response.headers["Content-Language"] = i18n.current_language()
    if flash:
        response.delete_cookie(FLASH_COOKIE, path="/")
    return response


@contextmanager
def nobody_in_particular(request: Request) -> Iterator[None]:
    """Inside the block `page` makes pages that may be kept: what this reader alone shall see is put in afterwards."""
    request.scope[_FOR_EVERYBODY] = True
    try:
        yield
    finally:
        del request.scope[_FOR_EVERYBODY]


def is_page(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/html")


def with_flash(response: Response, flash: Flash) -> HTMLResponse:
    """A kept page for one reader: the sentence stands first in its main part, as in base.html, and is forgotten."""
    page = bytes(response.body)
    place = page.find(b">", page.find(b"<main")) + 1
    sentence = str(macro("parts/notices.html", "toast")(flash)).encode()
    greeted = HTMLResponse(page[:place] + b"\n" + sentence + page[place:], status_code=response.status_code)
    greeted.headers["Content-Language"] = response.headers["content-language"]
    greeted.delete_cookie(FLASH_COOKIE, path="/")
    return greeted


def page_context(request: Request) -> dict[str, Any]:
    """What every page knows: the language, the site, who is signed in (only desk pages look that up)."""
    site = site_of(request)
    language = i18n.current_language()
    return {
        "language": language,
        "direction": i18n.direction(language),
        "language_links": [_language_link(request, code, language) for code in site.languages],
        "site_name": site.name(),
        "site_url": site.base_url,
        "sends_mail": site.sends_mail,
        "here": request.url.path,
        "organizer": getattr(request.state, "organizer", None),
        "form_token": getattr(request.state, "form_token", ""),
        "typed": getattr(request.state, "typed", None),
    }


def _language_link(request: Request, code: str, current: str) -> LanguageLink:
    asked = parse_qsl(request.scope[QUERY]) if QUERY in request.scope else request.query_params.multi_items()
    query = [(key, value) for key, value in asked if key != "lang"]
    url = f"?{urlencode([*query, ('lang', code)])}"  # without the path, so that every 404 is the same page
    return LanguageLink(code, i18n.name_of_language(code), url, code == current)


def see_other(path: str, *, flash: Flash | None = None) -> RedirectResponse:
    """303 to another page of ours, which may say one sentence first. `path` is never taken from the request."""
    response = RedirectResponse(path, status_code=303)
    if flash:
        response.set_cookie(
            FLASH_COOKIE,
            quote("|".join(filter(None, [flash.kind, flash.undo, flash.text]))),
            max_age=60,
            path="/",
            httponly=True,
            samesite="lax",
        )
    return response


def asked_by_script(request: Request) -> bool:
    """Whether a script asks (looksAgain in house.js): nobody has clicked, and no page is opened."""
    return request.headers.get("sec-fetch-dest") == "empty"


def flash_of(request: Request) -> Flash | None:
    """The sentence that the page before wanted to be said; a script that looks again leaves it for the reader."""
    from urllib.parse import unquote

    if asked_by_script(request):
        return None
    kind, separator, text = unquote(cookie_in(request.headers, FLASH_COOKIE)).partition("|")
    undo = ""
    if text.startswith("/desk/"):
        undo, _bar, text = text.partition("|")
    return Flash(kind, text[:300], undo) if separator and kind in KINDS else None


def download(
    content: bytes | AsyncIterator[bytes],
    *,
    name: str,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A file to keep. `name` is ASCII: other names harm delivery and old browsers."""
    fields = {"Content-Disposition": f'attachment; filename="{name}"', **(headers or {})}
    if isinstance(content, bytes):
        return Response(content, media_type=media_type, headers=fields)
    return _Streamed(content, media_type=media_type, headers=fields)


class _Streamed(StreamingResponse):
    """A file that is written while it is read. When nobody reads it any more, whatever writes it ends at once, and not
    when Python comes to clean up: the next one may wait for its place (`offload.pool`)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await asyncio.shield(self.body_iterator.aclose())


def etag_of(content: bytes) -> str:
    """The mark (ETag) by which a client knows its copy of these bytes (RFC 9110, 8.8.3)."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def has_copy(request: Request, etag: str) -> bool:
    """Whether the client says that it holds what this ETag marks, or anything at all (RFC 9110, 13.1.2)."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return bool(etag) and not known.isdisjoint({etag, "*"})


CALENDAR_TYPE = "text/calendar; charset=utf-8"


def saved(sentence: str = "", *, doubts: Sequence[str] = ()) -> Flash:
    """What was saved, and what of it may be a mistake: the first of it in words, the rest by number."""
    said = sentence or translate(N_("Saved."))
    if not doubts:
        return Flash("success", said)
    parts = [said, translate(N_("Please check:")), doubts[0].strip()]
    if len(doubts) > 1:
        more = len(doubts) - 1
        parts.append(
            ngettext("(%(num)d more thing on the overview)", "(%(num)d more things on the overview)", more)
        )
    return Flash("warning", " ".join(parts))
