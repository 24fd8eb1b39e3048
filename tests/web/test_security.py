"""The guards at the door: headers on every answer, posts of our own pages only, small bodies, the reader's language."""

from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events_app import i18n
from events_app.web.security import (
    HEADERS,
    BodyLimit,
    FromElsewhere,
    LanguageOfRequest,
    SecurityHeaders,
    TooLarge,
    refuse_foreign_post,
    take_larger,
)

pytestmark = pytest.mark.engine_free

BASE = "https://events.example.org"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": "https://events.example.org"},
        {"origin": "http://internal:8000", "host": "internal:8000"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_post_of_our_own_page_or_of_a_program_passes(headers: dict[str, str], method: str) -> None:
    refuse_foreign_post(Headers(headers), method, BASE)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "something new"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "cross-site", "origin": "https://events.example.org"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example.com"},
        {"origin": "https://events.example.org.evil.example.com"},
        {"origin": "https://evil.example.com/https://events.example.org"},
        {"origin": "https://events.example.org:8443"},
        {"origin": "https://evil@events.example.org"},
    ],
)
@pytest.mark.parametrize("base_url", [BASE, ""])
def test_a_post_of_another_site_is_refused(headers: dict[str, str], base_url: str) -> None:
    with pytest.raises(FromElsewhere):
        refuse_foreign_post(Headers(headers), "POST", base_url)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_is_open_to_links_from_everywhere(method: str) -> None:
    refuse_foreign_post(Headers({"sec-fetch-site": "cross-site"}), method, BASE)


async def _asked(
    app: ASGIApp,
    *chunks: bytes,
    headers: dict[str, str] | None = None,
    query: bytes = b"",
    path: str = "/",
) -> tuple[int, Headers, bytes]:
    """What an ASGI application answers to a POST of these chunks."""
    sent: list[MutableMapping[str, Any]] = []
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks or (b"",))
    ]

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
    }
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], Headers(raw=sent[0]["headers"]), body


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)}")(scope, receive, send)


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{}, {"content-length": "10"}])
async def test_a_body_up_to_the_limit_is_read(headers: dict[str, str]) -> None:
    status, _headers, body = await _asked(BodyLimit(_echo, most=10), b"12345", b"67890", headers=headers)

    assert (status, body) == (200, b"10")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("chunks", "headers"),
    [
        ((b"x" * 11,), {}),
        ((b"x" * 6, b"x" * 5), {}),
        ((b"x" * 11,), {"content-length": "11"}),
        ((b"x" * 11,), {"content-length": "3"}),
        ((b"x",), {"content-length": "11"}),
        ((b"x",), {"content-length": "-1"}),
        ((b"x",), {"content-length": "²"}),
        ((b"x",), {"content-length": "9" * 5000}),
    ],
)
async def test_a_body_over_the_limit_is_refused_whatever_its_length_is_said_to_be(
    chunks: tuple[bytes, ...], headers: dict[str, str]
) -> None:
    with pytest.raises(TooLarge):
        await _asked(BodyLimit(_echo, most=10), *chunks, headers=headers)


@pytest.mark.anyio
async def test_more_is_read_at_the_paths_that_say_so_and_nowhere_else() -> None:
    app = BodyLimit(_known(_echo), most=10, larger={r"/lists/[^/]+": 20})

    _status, _headers, body = await _asked(app, b"x" * 20, path="/lists/7")

    assert body == b"20"
    for path, size in (("/lists/7", 21), ("/lists/7/people", 11), ("/more/lists/7", 11), ("/lists/", 11)):
        with pytest.raises(TooLarge):
            await _asked(app, b"x" * size, path=path)


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{}, {"content-length": "20"}])
async def test_more_is_never_read_from_a_stranger(headers: dict[str, str]) -> None:
    app = BodyLimit(_echo, most=10, larger={r"/lists/[^/]+": 20})

    with pytest.raises(TooLarge):
        await _asked(app, b"x" * 20, path="/lists/7", headers=headers)


def _known(app: ASGIApp) -> ASGIApp:
    """An app that knows whoever asks."""

    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        take_larger(Request(scope))
        await app(scope, receive, send)

    return known


@pytest.mark.anyio
async def test_nothing_is_read_of_a_body_that_says_it_is_too_large() -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"x"

    async def receive() -> Message:
        return {"type": "http.request", "body": await anext(body()), "more_body": True}

    async def send(message: Message) -> None:
        raise AssertionError("nothing is answered here")

    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", b"11")]}
    with pytest.raises(TooLarge):
        await BodyLimit(_echo, most=10)(scope, receive, send)
    assert read == []


@pytest.mark.anyio
async def test_a_body_that_breaks_off_is_no_failure_of_ours() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError("nobody is there to hear it")

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    await BodyLimit(_echo, most=10)(scope, receive, send)


@pytest.mark.anyio
async def test_a_page_keeps_the_headers_it_chose_itself_and_gets_the_others() -> None:
    async def framed(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = {"x-frame-options": "SAMEORIGIN", "cache-control": "public, max-age=300"}
        await Response(headers=chosen)(scope, receive, send)

    _status, headers, _body = await _asked(SecurityHeaders(framed, https=True))

    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cache-control"] == "public, max-age=300"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert {name: headers[name] for name in HEADERS} == {**HEADERS, "x-frame-options": "SAMEORIGIN"}


@pytest.mark.anyio
async def test_without_https_a_browser_is_not_told_to_insist_on_it() -> None:
    _status, headers, _body = await _asked(SecurityHeaders(_echo, https=False))

    assert "strict-transport-security" not in headers
    assert headers["cache-control"] == "no-store"


async def _tongue(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(i18n.current_language())(scope, receive, send)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "cookie", "browser", "language"),
    [
        ("", "", "", "en"),
        ("", "", "ar", "ar"),
        ("", "", "ar-LB,en;q=0.5", "ar"),
        ("", "", "fr,de", "en"),
        ("", "", "fr;q=1, ar;q=0.8, en;q=0.9", "en"),
        ("", "", "ar;q=nonsense,en", "en"),
        ("", "", "en;q=0,ar", "ar"),
        ("", "language=ar", "en", "ar"),
        ("", "language=xx", "ar", "ar"),
        ("", "language=", "", "en"),
        ("", 'broken="; language', "", "en"),
        ("lang=en", "language=ar", "ar", "en"),
        ("lang=ar", "language=en", "en", "ar"),
        ("lang=xx", "language=ar", "en", "ar"),
        ("a=1&lang=ar&b=2", "", "en", "ar"),
        ("lang=en&lang=ar", "", "en", "ar"),
        ("slang=ar", "", "en", "en"),
        ("lang=%00%ff", "", "en", "en"),
    ],
)
async def test_the_language_is_that_of_the_link_then_of_the_cookie_then_of_the_browser(
    query: str, cookie: str, browser: str, language: str
) -> None:
    i18n.load_languages(("en", "ar"))
    said = {"cookie": cookie, "accept-language": browser}
    headers = {name: value for name, value in said.items() if value}

    _status, answer, body = await _asked(
        LanguageOfRequest(_tongue, default="en", instead={}), headers=headers, query=query.encode()
    )

    assert body.decode() == language
    chosen = [value for value in answer.getlist("set-cookie") if value.startswith("language=")]
    kept = [value for value in query.split("&") if value in ("lang=ar", "lang=en")]
    assert len(chosen) == bool(kept)
    for value in chosen:
        assert value == f"language={language}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
    assert {"Cookie", "Accept-Language"} <= {each.strip() for each in answer["vary"].split(",")}
