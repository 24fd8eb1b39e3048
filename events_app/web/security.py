"""The middleware, as plain ASGI: security headers, CSRF, size of bodies, language of the request."""

import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events_app import i18n
from events_app.errors import Forbidden, Refusal
from events_app.i18n import N_
from events_app.web.cookies import cookie_in

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LANGUAGE_COOKIE = "language"
A_YEAR = 365 * 24 * 3600
INSIST_ON_HTTPS = f"max-age={A_YEAR}; includeSubDomains"

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # same-origin, not no-referrer: with no-referrer browsers post `Origin: null`, which the guard below refuses.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class FromElsewhere(Forbidden):
    """Another website's page posted to ours."""

    sentence = N_(
        "This form was sent from another website, so we did not accept it. Please open the page here."
    )


class TooLarge(Refusal):
    """The body is over the limit (RFC 9110, 413)."""

    sentence = N_(
        "What was sent is too large for us to accept, so nothing was changed. Please go back, and shorten it or "
        "choose something smaller."
    )


class SecurityHeaders:
    """Adds the headers of `HEADERS` to every answer, and `no-store` where the page did not say how long it keeps.

    With `https` every cookie is Secure, those that end too: a browser takes a `__Host-` cookie away for nothing less
    (RFC 6265bis, 5.7). And the way from an address with a slash too many leads on here, whatever Host was asked for.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https
        wanted = {**HEADERS, "cache-control": "no-store"}
        if https:
            wanted["strict-transport-security"] = INSIST_ON_HTTPS
        self.wanted = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in wanted.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"] = list(message.get("headers", ()))
                if self.https:
                    given[:] = map(_secured, given)
                if message["status"] == 307:
                    given[:] = map(_leading_here, given)
                said = {name.lower() for name, _value in given}
                given += [pair for pair in self.wanted if pair[0] not in said]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _secured(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = pair
    is_open = name == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure") if is_open else pair


def _leading_here(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A redirect without scheme and host; several slashes in front would name a host again."""
    name, value = pair
    if name != b"location":
        return pair
    parts = urlsplit(value)
    return name, b"/" + parts.path.lstrip(b"/") + (b"?" + parts.query if parts.query else b"")


def refuse_foreign_post(headers: Headers, method: str, base_url: str) -> None:
    """Refuse a changing request that another site made (`FromElsewhere`).

    Browsers say where a post comes from in Sec-Fetch-Site; older ones in Origin. A program that sends neither is
    not a browser carrying somebody's cookies, so it may pass. The desk adds a form token as second line.
    """
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise FromElsewhere()
        return
    origin = headers.get("origin")
    ours = {headers.get("host", ""), urlsplit(base_url).netloc} - {""}  # `Origin: null` has no host either
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise FromElsewhere()


class BodyLimit:
    """Stops reading a body after `most` bytes: `TooLarge`, raised inside the handler, so answered in words.

    `larger` are paths (regular expressions for all of the path) that may take more from whoever is known there
    (`take_larger`); the first that fits counts. The state of the request says how much is taken, as `most_bytes`, and
    how much could be, as `larger_bytes`.
    """

    def __init__(self, app: ASGIApp, *, most: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.most = most
        self.larger = [(re.compile(path), size) for path, size in (larger or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        larger = next((size for path, size in self.larger if path.fullmatch(scope["path"])), 0)
        state = scope.setdefault("state", {})
        state |= {"most_bytes": self.most, "larger_bytes": max(self.most, larger)}
        said = _length_said(Headers(scope=scope))
        come = 0

        async def receive_a_little() -> Message:
            nonlocal come
            if max(come, said) > state["most_bytes"]:
                raise TooLarge()
            message = await receive()
            come += len(message.get("body", b""))
            if come > state["most_bytes"]:
                raise TooLarge()
            return message

        with suppress(
            ClientDisconnect
        ):  # whoever left, or was too slow, hears no answer; it is no failure of ours
            await self.app(scope, receive_a_little, send)


def _length_said(headers: Headers) -> int:
    """Bytes that the body is said to have; what is no such number is more than any limit."""
    said = headers.get("content-length", "0")
    return int(said) if said.isdecimal() and len(said) < 20 else 10**20


def take_larger(request: Request) -> None:
    """From now on the body may be as large as its path takes: who sends it is known. A stranger's is never read."""
    request.state.most_bytes = getattr(request.state, "larger_bytes", 0)


class LanguageOfRequest:
    """Chooses the language: `?lang=` (and keeps it in a cookie), else the cookie, else what the browser asks for.

    instead: sentences that are not true of this site, and what is said in their place."""

    def __init__(self, app: ASGIApp, *, default: str, instead: Mapping[str, str]) -> None:
        self.app = app
        self.default = default
        self.instead = instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wished = _wished_language(scope)
        headers = Headers(scope=scope)
        i18n.say_instead(self.instead)
        i18n.set_language(wished or _cookie_language(headers) or self._browser_language(headers))

        async def send_with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Cookie")
                answer.add_vary_header("Accept-Language")
                if wished and _is_for_a_reader(answer):
                    cookie = f"{LANGUAGE_COOKIE}={wished}; Path=/; Max-Age={A_YEAR}; SameSite=Lax; HttpOnly"
                    answer.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_language)

    def _browser_language(self, headers: Headers) -> str:
        accepted = headers.get("accept-language", "")
        return i18n.negotiate(accepted, self.default) if accepted else self.default


def _is_for_a_reader(answer: Headers) -> bool:
    """Not a feed, a picture or a file: programs ask for those, and what shared caches keep may choose nothing for
    anybody (RFC 9111, 7.3)."""
    return "public" not in answer.get("cache-control", "") and "content-disposition" not in answer


def _wished_language(scope: Scope) -> str:
    if b"lang=" not in scope["query_string"]:
        return ""
    wished = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("lang", "")
    return wished if wished in i18n.languages() else ""


def _cookie_language(headers: Headers) -> str:
    kept = cookie_in(headers, LANGUAGE_COOKIE)
    return kept if kept in i18n.languages() else ""


class SameOriginPosts:
    """Holds every changing request to `refuse_foreign_post`; the refusal is answered by `refuse`.

    `from_anywhere` is the one exception, a regular expression for all of the path: mail programs, also those that are
    websites, post there without a token (RFC 8058), and the link alone says what may be done.
    """

    def __init__(self, app: ASGIApp, *, base_url: str, refuse: ASGIApp, from_anywhere: str) -> None:
        self.app = app
        self.from_anywhere = re.compile(from_anywhere)
        self.base_url = base_url
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.from_anywhere.fullmatch(scope["path"]):
            try:
                refuse_foreign_post(Headers(scope=scope), scope["method"], self.base_url)
            except FromElsewhere:
                await self.refuse(scope, receive, send)
                return
        await self.app(scope, receive, send)


class NoNulls:
    """Answers an address with a NUL in it like any unknown one: none of ours has one, and PostgreSQL refuses them."""

    def __init__(self, app: ASGIApp, *, refuse: ASGIApp) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await self.refuse(scope, receive, send)
            return
        await self.app(scope, receive, send)
