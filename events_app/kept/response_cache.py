"""The response cache: who asks for a kept page as somebody did before gets the same bytes, before any guard is asked.

What two readers of one kept page may be told apart by is `MAY_CHANGE_A_PAGE`, and nothing else. A guard or a page that
begins to answer by another header of the request would be given to the wrong reader: tests/kept/test_request_headers.py
fails then, and says what to do.
"""

import time
from dataclasses import dataclass
from weakref import ref

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events_app.database import DatabaseTrouble
from events_app.kept.page_cache import KEPT_PAGE, KeptPage
from events_app.web.security import LANGUAGE_COOKIE

MOST_ANSWERS = 1000
LONGEST_HEADER = 200

MAY_CHANGE_A_PAGE = frozenset({b"accept-encoding", b"accept-language", b"cookie"})
"""The headers of a request by which one reader's kept page may differ from another's."""

LET_THROUGH = frozenset({b"if-none-match", b"if-modified-since", b"range"})
"""Who sends one of these is answered by the pages themselves."""

_ONLY_A_LANGUAGE = f"{LANGUAGE_COOKIE}=".encode()

Key = tuple[object, ...]


@dataclass(frozen=True)
class _Finished:
    """A finished head, with all that the guards inside put in, and the body. It lives as long as its page is kept."""

    page: "ref[KeptPage]"
    head: list[tuple[bytes, bytes]]
    is_compressed: bool

    def body_of(self, page: KeptPage) -> bytes:
        answer = page.compressed if self.is_compressed else page.plain
        return bytes(answer.body) if answer else b""


class ResponseCache:
    """Remembers finished answers by all that they depend on: address, languages and encodings the reader takes.

    Only kept pages (`PageCache`), and only while they are true; nothing for who carries a cookie but the choice of
    language, nothing that sets one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: dict[Key, _Finished] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        answer = self._answers.get(key)
        if answer is not None:
            page = answer.page()
            if page is not None and await _is_true(page):
                await send({"type": "http.response.start", "status": 200, "headers": list(answer.head)})
                await send({"type": "http.response.body", "body": answer.body_of(page)})
                return
            # Of many who found it untrue together, the first took it away.
            if self._answers.get(key) is answer:
                del self._answers[key]
        await self.app(scope, receive, self._remembering(key, scope, send))

    def _remembering(self, key: Key, scope: Scope, send: Send) -> Send:
        head: list[tuple[bytes, bytes]] = []

        async def send_and_remember(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                head.extend(message.get("headers", ()))
            elif message["type"] == "http.response.body" and head and KEPT_PAGE in scope:
                self._remember(key, head, scope[KEPT_PAGE], message)
            await send(message)

        return send_and_remember

    def _remember(self, key: Key, head: list[tuple[bytes, bytes]], page: KeptPage, message: Message) -> None:
        names = {name for name, _value in head}
        body = page.compressed if b"content-encoding" in names else page.plain
        if body is None or message.get("body") != body.body or b"set-cookie" in names:
            return
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[key] = _Finished(ref(page), head, body is page.compressed)


async def _is_true(page: KeptPage) -> bool:
    """When nobody can say so, the page itself is asked, and answers for what is wrong."""
    try:
        return await page.is_true(time.monotonic())
    except DatabaseTrouble:
        return False


def key_of(scope: Scope) -> Key | None:
    """All that a kept page depends on; None for a request that has to be let through."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    key: list[object] = [scope["path"], scope["query_string"]]
    for pair in scope["headers"]:
        name, value = pair
        if name in LET_THROUGH:
            return None
        if name in MAY_CHANGE_A_PAGE:
            is_more = name == b"cookie" and (not value.startswith(_ONLY_A_LANGUAGE) or b";" in value)
            if is_more or len(value) > LONGEST_HEADER:
                return None
            key.append(pair)
    return tuple(key)
