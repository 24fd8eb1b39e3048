"""The door: who asks for a kept page as somebody did before gets the same bytes, before anything else looks at them."""

import time
from dataclasses import dataclass
from weakref import ref

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events_app.web.kept import KEPT_PAGE, KeptPage
from events_app.web.security import LANGUAGE_COOKIE

MOST_ANSWERS = 1000
LONGEST_HEADER = 200

_DECIDE = {b"accept-encoding", b"accept-language", b"cookie"}
"""The headers by which one reader's kept page differs from another's."""

_CONDITIONS = {b"if-none-match", b"range"}
_ONLY_A_LANGUAGE = f"{LANGUAGE_COOKIE}=".encode()

Wish = tuple[object, ...]


@dataclass(frozen=True)
class _Answer:
    """The finished head, with all that the guards inside put in, and the body. It lives as long as its page is kept."""

    page: "ref[KeptPage]"
    head: list[tuple[bytes, bytes]]
    is_compressed: bool

    def body_of(self, page: KeptPage) -> bytes:
        answer = page.compressed if self.is_compressed else page.plain
        return bytes(answer.body) if answer else b""


class Door:
    """Remembers finished answers by all that they depend on: address, languages and encodings the reader takes.

    Only kept pages (`KeptPages`), and only while they are true; nothing for who carries a cookie but the choice of
    language, nothing that sets one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: dict[Wish, _Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wish = wish_of(scope)
        if wish is None:
            await self.app(scope, receive, send)
            return
        answer = self._answers.get(wish)
        if answer is not None:
            page = answer.page()
            if page is not None and await page.is_true(time.monotonic()):
                await send({"type": "http.response.start", "status": 200, "headers": list(answer.head)})
                await send({"type": "http.response.body", "body": answer.body_of(page)})
                return
            # Of many who found it untrue together, the first took it away.
            if self._answers.get(wish) is answer:
                del self._answers[wish]
        await self.app(scope, receive, self._remembering(wish, scope, send))

    def _remembering(self, wish: Wish, scope: Scope, send: Send) -> Send:
        head: list[tuple[bytes, bytes]] = []

        async def send_and_remember(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                head.extend(message.get("headers", ()))
            elif message["type"] == "http.response.body" and head and KEPT_PAGE in scope:
                self._remember(wish, head, scope[KEPT_PAGE], message)
            await send(message)

        return send_and_remember

    def _remember(
        self, wish: Wish, head: list[tuple[bytes, bytes]], page: KeptPage, message: Message
    ) -> None:
        names = {name for name, _value in head}
        body = page.compressed if b"content-encoding" in names else page.plain
        if body is None or message.get("body") != body.body or b"set-cookie" in names:
            return
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[wish] = _Answer(ref(page), head, body is page.compressed)


def wish_of(scope: Scope) -> Wish | None:
    """All that a kept answer depends on; None for a request that the door has to let through."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    wish: list[object] = [scope["path"], scope["query_string"]]
    for pair in scope["headers"]:
        name, value = pair
        if name in _CONDITIONS:
            return None
        if name in _DECIDE:
            is_more = name == b"cookie" and (not value.startswith(_ONLY_A_LANGUAGE) or b";" in value)
            if is_more or len(value) > LONGEST_HEADER:
                return None
            wish.append(pair)
    return tuple(wish)
