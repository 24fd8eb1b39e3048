"""Which headers of a request may change a kept page: the response cache gives one reader's page to others by these."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from events_app.kept.response_cache import LET_THROUGH, MAY_CHANGE_A_PAGE, ResponseCache
from events_app.web.forwarding import Forwarding
from events_app.web.requests import OurRequests
from events_app.web.security import (
    BodyLimit,
    LanguageOfRequest,
    NoNulls,
    SameOriginPosts,
    SecurityHeaders,
)
from tests import make

ROOT = Path(__file__).resolve().parents[2]

WHAT_TO_DO = (
    "The response cache (events_app/kept/response_cache.py) gives a kept page to everybody whose request is alike in "
    f"{sorted(name.decode() for name in MAY_CHANGE_A_PAGE)}. If a kept page may now depend on another header, put it "
    "into MAY_CHANGE_A_PAGE; if whoever sends it shall be answered by the page itself, into LET_THROUGH; if no kept "
    "page depends on it, say why in ASKED_OTHERWISE of this test. "
)

ASKED_OTHERWISE = {
    "content-length": "of a body, and the cache answers no request that has one",
    "content-type": "of a body, and the cache answers no request that has one",
    "host": "asked of changing requests only",
    "origin": "asked of changing requests only",
    "sec-fetch-dest": "only decides who is told the sentence in the flash cookie, and that cookie is let through",
    "sec-fetch-site": "asked of changing requests only",
}
"""Headers that the house looks at, and why they change no kept page."""

OF_ANSWERS = {"etag"}
"""What no request has."""

MIDDLEWARE: list[object] = [
    Forwarding,
    OurRequests,
    ResponseCache,
    SecurityHeaders,
    LanguageOfRequest,
    GZipMiddleware,
    NoNulls,
    SameOriginPosts,
    BodyLimit,
]
"""Ours are read below; of GZipMiddleware it is known that it looks at accept-encoding."""

OF_BROWSERS = {
    "accept": "application/json",
    "authorization": "Basic YTpi",
    "cache-control": "no-cache",
    "dnt": "1",
    "forwarded": "for=192.0.2.1;host=other.example;proto=https",
    "from": "somebody@example.org",
    "host": "other.example",
    "if-modified-since": "Sat, 29 Oct 2050 19:43:31 GMT",
    "origin": "https://other.example",
    "pragma": "no-cache",
    "prefer": "return=minimal",
    "priority": "u=1",
    "purpose": "prefetch",
    "referer": "https://other.example/page",
    "save-data": "on",
    "sec-ch-prefers-color-scheme": "dark",
    "sec-ch-ua-mobile": "?1",
    "sec-fetch-dest": "iframe",
    "sec-fetch-mode": "cors",
    "sec-fetch-site": "cross-site",
    "sec-gpc": "1",
    "upgrade-insecure-requests": "1",
    "user-agent": "Mozilla/5.0 (Android 15; Mobile)",
    "via": "1.1 proxy",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-host": "other.example",
    "x-forwarded-prefix": "/below",
    "x-forwarded-proto": "https",
    "x-http-method-override": "DELETE",
    "x-original-url": "/desk",
    "x-requested-with": "XMLHttpRequest",
}


PAGES = ["/", "/events/here", "/events/here.ics", "/events.atom"]


@pytest.mark.engine_free
def test_languages_encodings_and_cookies_are_all_that_may_change_a_kept_page() -> None:
    known = {name.decode() for name in MAY_CHANGE_A_PAGE | LET_THROUGH} | ASKED_OTHERWISE.keys()

    read = {
        name: f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "events_app").rglob("*.py"))
        for name, line in headers_read(ast.parse(path.read_text(encoding="utf-8")))
    }

    unknown = {name: place for name, place in read.items() if name not in known}
    assert not unknown, f"{WHAT_TO_DO}New here: {unknown}"
    assert ASKED_OTHERWISE.keys() <= read.keys(), (
        "ASKED_OTHERWISE names a header that nobody looks at any more"
    )


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_what_stands_between_a_reader_and_a_page_is_known(house: make.House) -> None:
    found: list[object] = [each.cls for each in house.app.user_middleware if isinstance(each, Middleware)]

    assert found == MIDDLEWARE, f"{WHAT_TO_DO}Then bring MIDDLEWARE of this test up to date."


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", PAGES)
async def test_no_other_header_changes_a_kept_page(house: make.House, path: str) -> None:
    await make.event(house.vault, slug="here")
    client = await house.client()
    plain = said(await client.get(path))
    assert plain[0] == 200

    for name, value in OF_BROWSERS.items():
        cache_of(house)._answers.clear()
        answer = await client.get(path, headers={name: value})
        assert said(answer) == plain, f"{WHAT_TO_DO}The page {path} depends on {name}."


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", PAGES)
async def test_a_kept_page_varies_by_nothing_else(house: make.House, path: str) -> None:
    await make.event(house.vault, slug="here")
    client = await house.client(**{"accept-encoding": "gzip"})

    answer = await client.get(path)

    varies = {name.strip().lower().encode() for name in answer.headers["vary"].split(",")}
    assert varies <= MAY_CHANGE_A_PAGE, f"{WHAT_TO_DO}The page {path} says Vary: {answer.headers['vary']}"


def headers_read(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every header of a request that is asked for by name: `.get("x")`, `["x"]`, `"x" in`, and `.cookies`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=holder, attr="get" | "getlist"), args=[ast.Constant(value=name), *_]
            ):
                yield from named(holder, name, node)
            case ast.Subscript(value=holder, slice=ast.Constant(value=name), ctx=ast.Load()):
                yield from named(holder, name, node)
            case ast.Compare(
                left=ast.Constant(value=name), ops=[ast.In() | ast.NotIn()], comparators=[holder]
            ):
                yield from named(holder, name, node)
            case ast.Attribute(attr="cookies"):
                yield "cookie", node.lineno


def named(holder: ast.expr, name: object, node: ast.expr) -> Iterator[tuple[str, int]]:
    asked = ast.unparse(holder).lower()
    is_answer = asked.startswith(("response", "answer", "found", "plain", "greeted", "kept"))
    is_request = asked.endswith(("headers", "headers(scope=scope)")) and not is_answer
    if is_request and isinstance(name, str) and name.lower() not in OF_ANSWERS:
        yield name.lower(), node.lineno


def said(answer: httpx2.Response) -> tuple[int, Mapping[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, headers, answer.content


def cache_of(house: make.House) -> ResponseCache:
    inside = house.app.middleware_stack
    while not isinstance(inside, ResponseCache):
        inside = inside.app  # type: ignore[union-attr]
    return inside
