"""What is answered: a page, a way onward, a file."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from events_app import i18n
from events_app.rendering import render
from events_app.web.site import site_of

FLASH_COOKIE = "flash"


@dataclass(frozen=True)
class LanguageLink:
    code: str
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Flash:
    """One sentence that the next page says once; `kind` is info, success, warning or danger."""

    kind: str
    text: str


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render `templates/TEMPLATE` with what every page knows, in the request's language."""
    flash = _flash_of(request)
    response = HTMLResponse(
        render(template, **page_context(request), flash=flash, **context), status_code=status
    )
    response.headers["Content-Language"] = i18n.current_language()
    if flash:
        response.delete_cookie(FLASH_COOKIE, path="/")
    return response


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
        "here": request.url.path,
        "organizer": getattr(request.state, "organizer", None),
        "form_token": getattr(request.state, "form_token", ""),
    }


def _language_link(request: Request, code: str, current: str) -> LanguageLink:
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    url = f"?{urlencode([*query, ('lang', code)])}"  # without the path, so that every 404 is the same page
    return LanguageLink(code, i18n.name_of_language(code), url, code == current)


def see_other(path: str, *, flash: Flash | None = None) -> RedirectResponse:
    """303 to another page of ours, which may say one sentence first. `path` is never taken from the request."""
    response = RedirectResponse(path, status_code=303)
    if flash:
        response.set_cookie(
            FLASH_COOKIE,
            quote(f"{flash.kind}|{flash.text}"),
            max_age=60,
            path="/",
            httponly=True,
            samesite="lax",
        )
    return response


def _flash_of(request: Request) -> Flash | None:
    from urllib.parse import unquote

    kind, separator, text = unquote(request.cookies.get(FLASH_COOKIE, "")).partition("|")
    return Flash(kind, text[:300]) if separator and kind in {"info", "success", "warning", "danger"} else None


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
    return StreamingResponse(content, media_type=media_type, headers=fields)


CALENDAR_TYPE = "text/calendar; charset=utf-8"
