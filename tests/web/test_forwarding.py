"""A reverse proxy that nobody named in the settings is said, once, and not by strangers."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from events_app.health.models import Trouble
from events_app.web.forwarding import A_DAY, Forwarding
from tests.make import House

pytestmark = pytest.mark.anyio

VISITOR, PROXY = "198.51.100.7", "127.0.0.1"


async def told(*requests: tuple[str, dict[bytes, bytes]], breaks: int = 0, every: float = 1) -> list[bool]:
    """What is said of these requests, each a peer and its headers, so many seconds apart."""
    said: list[bool] = []
    left = breaks

    async def say(believed: bool) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise OSError
        said.append(believed)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answered.append(scope)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None: ...

    answered: list[Scope] = []
    forwarding = Forwarding(app, say=say, clock=lambda: every * len(answered))
    for peer, headers in requests:
        scope = {"type": "http", "client": (peer, 4000) if peer else None, "headers": list(headers.items())}
        await forwarding(scope, receive, send)
    assert len(answered) == len(requests)
    return said


@pytest.mark.engine_free
@pytest.mark.parametrize("peer", [PROXY, "10.0.0.2", "::1", ""])
@pytest.mark.parametrize("header", [b"x-forwarded-for", b"forwarded"])
async def test_a_proxy_that_is_not_believed_is_said_once(peer: str, header: bytes) -> None:
    request = (peer, {header: VISITOR.encode()})

    assert await told(request, request, request) == [False]


@pytest.mark.engine_free
async def test_a_proxy_that_stays_unbelieved_is_said_again_every_day() -> None:
    request = (PROXY, {b"x-forwarded-for": VISITOR.encode()})

    assert await told(request, request, request, every=A_DAY / 2) == [False, False]


@pytest.mark.engine_free
@pytest.mark.parametrize("named", ["198.51.100.7", "203.0.113.9, 198.51.100.7", "198.51.100.7:5123"])
async def test_a_proxy_that_is_believed_is_no_trouble(named: str) -> None:
    request = (VISITOR, {b"x-forwarded-for": named.encode()})

    assert await told(request, request) == [True]


@pytest.mark.engine_free
async def test_no_stranger_can_say_that_there_is_a_proxy() -> None:
    assert await told(("8.8.8.8", {b"x-forwarded-for": VISITOR.encode()}), (PROXY, {b"host": b"here"})) == []


@pytest.mark.engine_free
async def test_what_could_not_be_written_down_is_said_with_the_next_request() -> None:
    request = (PROXY, {b"x-forwarded-for": VISITOR.encode()})

    assert await told(request, request, breaks=1) == [False]


async def test_an_unnamed_proxy_stands_at_the_desk_and_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    client = await house.client(**{"x-forwarded-for": VISITOR})

    answers = [await client.get("/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [each.job for each in await Trouble.all()] == ["forwarded"]
    assert caplog.text.count("server.trusted_proxies") == 1
    assert VISITOR not in caplog.text
