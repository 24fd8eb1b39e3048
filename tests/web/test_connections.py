"""What a stranger may send on one connection, how long we wait for it, and who goes when all is full."""

import asyncio
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import replace
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn import Config
from uvicorn.server import ServerState

from events_app.offload.breathing import Visitors
from events_app.web.connections import Connection
from events_app.web.limits import Bounds

pytestmark = [pytest.mark.anyio, pytest.mark.engine_free]

HASTY: Final = Bounds(
    header=0.2, body=0.2, rate=1024 * 1024, silence=0.1, write=0.3, linger=0.2, connections=20, requests=5
)
HEAD: Final = b"POST /read HTTP/1.1\r\nHost: here\r\n"


async def read(request: Request) -> Response:
    """Says how much has come, and which fields."""
    body = await request.body()
    return PlainTextResponse(f"{len(body)} {','.join(request.headers)}")


async def refuse(request: Request) -> Response:
    return PlainTextResponse("too large", status_code=413)


async def wait(request: Request) -> Response:
    """Answers when the test says so."""
    await request.app.state.gate.wait()
    return PlainTextResponse("done")


async def much(request: Request) -> Response:
    return StreamingResponse(bytes(1024 * 1024) for _each in range(64))


APP = Starlette(
    routes=[
        Route("/read", read, methods=["GET", "POST"]),
        Route("/refuse", refuse, methods=["POST"]),
        Route("/wait", wait),
        Route("/much", much),
    ]
)


@asynccontextmanager
async def served(bounds: Bounds, visitors: Visitors | None = None) -> AsyncIterator[tuple[int, ServerState]]:
    """A server with these bounds: its port, and what it holds."""

    class Bounded(Connection):
        pass

    Bounded.bounds, Bounded.visitors = bounds, visitors or Visitors()
    config = Config(APP, http=Bounded, log_level="critical", lifespan="off", timeout_keep_alive=1)
    config.load()
    APP.state.gate = asyncio.Event()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Bounded(config, state, {}, loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], state
    finally:
        server.close()
        await asyncio.sleep(0.05)  # who was just let in or dropped
        for each in list(state.connections):
            each.transport.abort()
        await asyncio.gather(*state.tasks, return_exceptions=True)


async def answer_to(port: int, *said: bytes) -> bytes:
    """Everything that comes back until the server closes; what is said to a closed one is lost."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for each in said:
            writer.write(each)
            await writer.drain()
            await asyncio.sleep(0)
        return await all_of(reader)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server closes, in whatever way."""
    said = bytearray()
    with suppress(ConnectionError):
        while piece := await reader.read(4096):
            said += piece
    return bytes(said)


async def until(is_so: Callable[[], bool]) -> None:
    for _each in range(3000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def status_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n")[0].removeprefix(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([HEAD, b"a: " + 33_000 * b"b" + b"\r\n\r\n"], b"431 Request Header Fields Too Large"),
        ([HEAD, 101 * b"a: b\r\n", b"\r\n"], b"431 Request Header Fields Too Large"),
        ([HEAD, b"a: ", *(60 * [10_000 * b"b"])], b"431 Request Header Fields Too Large"),
        ([HEAD, *(60 * [10_000 * b"b"])], b"431 Request Header Fields Too Large"),
        ([b"GET /" + 9_000 * b"a" + b" HTTP/1.1\r\n\r\n"], b"414 Request-URI Too Long"),
        ([b"GET /", *(60 * [10_000 * b"a"])], b"414 Request-URI Too Long"),
        ([b"no request at all\r\n\r\n"], b"400 Bad Request"),
    ],
)
async def test_a_head_without_end_is_never_kept(said: list[bytes], status: bytes) -> None:
    async with served(Bounds()) as (port, _state):
        answer = await answer_to(port, *said)

    assert status_of(answer) in {status, b""}  # b"" where the rest was still on its way when we closed


async def test_a_head_of_the_largest_size_is_answered() -> None:
    async with served(Bounds()) as (port, _state):
        answer = await answer_to(
            port, HEAD, b"a: " + 32_000 * b"b" + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )

    assert status_of(answer) == b"200 OK"


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        [CHUNKED, b"1\r\na\r\n0\r\nx-forwarded-for: somebody\r\n\r\n"],
        [CHUNKED, b"0\r\na: ", *(60 * [10_000 * b"b"])],
        [CHUNKED, b"1;a=", *(60 * [10_000 * b"b"])],
    ],
)
async def test_trailers_and_extensions_never_become_headers(said: list[bytes]) -> None:
    async with served(Bounds()) as (port, _state):
        answer = await answer_to(port, *said)

    assert status_of(answer) in {b"431 Request Header Fields Too Large", b""}


async def test_a_body_in_crumbs_is_never_read_to_its_end() -> None:
    async with served(Bounds()) as (port, _state):
        answer = await answer_to(port, CHUNKED, *(5 * [1_000 * b"1\r\na\r\n"]), b"0\r\n\r\n")

    assert status_of(answer) in {b"400 Bad Request", b""}


async def test_a_body_in_small_pieces_is_taken() -> None:
    async with served(Bounds()) as (port, _state):
        answer = await answer_to(
            port, CHUNKED, 1_000 * b"1\r\na\r\n", 2_000 * (b"40\r\n" + 64 * b"a" + b"\r\n"), b"0\r\n\r\n"
        )

    assert answer.endswith(b"\r\n\r\n129000 host,transfer-encoding,connection")


async def test_many_requests_at_once_are_never_all_kept() -> None:
    async with served(Bounds()) as (port, state):
        answer = await answer_to(port, 5_000 * b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
        at_work = len(state.tasks)
        APP.state.gate.set()

    assert (answer, at_work) == (b"", 1)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([], b""),
        ([b"\r\n"], b""),
        ([HEAD], b"408 Request Timeout"),
        ([HEAD + b"Content-Length: 10\r\n\r\n"], b"408 Request Timeout"),
        ([HEAD + b"Content-Length: 10\r\n\r\nabc"], b"408 Request Timeout"),
        ([CHUNKED + b"3\r\nabc\r\n"], b"408 Request Timeout"),
    ],
)
async def test_nobody_holds_a_connection_by_saying_nothing_more(said: list[bytes], status: bytes) -> None:
    async with served(HASTY) as (port, _state):
        answer = await asyncio.wait_for(answer_to(port, *said), 30)

    assert status_of(answer) == status


@pytest.mark.parametrize(
    ("begins", "drop"),
    [
        (HEAD, b"a: b\r\n"),
        (HEAD + b"a: ", b"b"),
        (HEAD + b"Content-Length: 4000\r\n\r\n", b"z"),
        (CHUNKED, b"1\r\nz\r\n"),
    ],
)
async def test_nobody_holds_a_connection_by_saying_little(begins: bytes, drop: bytes) -> None:
    async with served(HASTY) as (port, _state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = asyncio.create_task(all_of(reader))
        writer.write(begins)
        while not answer.done():
            writer.write(drop)
            await asyncio.wait([answer], timeout=0.02)
        writer.transport.abort()

    assert status_of(await answer) in {b"408 Request Timeout", b""}  # b"" where one more drop was on its way


async def test_a_large_body_that_keeps_coming_is_taken() -> None:
    steady = replace(HASTY, body=0.1, rate=1000, silence=5)
    pieces = 30 * [100 * b"z"]
    async with served(steady) as (port, _state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"Connection: close\r\nContent-Length: 3000\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        answer = await reader.read()
        writer.transport.abort()

    assert b"3000 host" in answer


async def test_whoever_reads_nothing_is_dropped_and_their_request_ends() -> None:
    async with served(HASTY) as (port, state):
        _reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
        writer.write(b"GET /much HTTP/1.1\r\nHost: here\r\n\r\n")
        await until(lambda: bool(state.tasks))
        await until(lambda: not state.tasks and not state.connections)
        writer.transport.abort()

    assert not state.connections


async def test_a_connection_between_two_requests_lives_and_then_ends() -> None:
    async with served(HASTY) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _each in range(3):
            writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
            assert status_of(await reader.readuntil(b"0 host,content-length")) == b"200 OK"
            await asyncio.sleep(0.3)
        rest = await asyncio.wait_for(all_of(reader), 30)
        writer.transport.abort()

    assert (rest, state.connections) == (b"", set())


async def test_a_slow_answer_costs_nobody_their_connection() -> None:
    async with served(HASTY) as (port, _state):
        answer = asyncio.create_task(answer_to(port, get_of("/wait")))
        await asyncio.wait([answer], timeout=2 * max(HASTY.header, HASTY.body, HASTY.write))
        APP.state.gate.set()
        said = await answer

    assert said.endswith(b"done")


async def test_a_refusal_is_read_although_its_body_was_still_coming_and_the_rest_is_not_let_in_for_ever() -> (
    None
):
    async with served(HASTY) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /refuse HTTP/1.1\r\nHost: here\r\nContent-Length: 9000000\r\n\r\n")
        answer = await reader.readuntil(b"too large")
        while state.connections:
            writer.write(b"z")
            await asyncio.sleep(0.02)
        writer.transport.abort()

    assert status_of(answer) == b"413 Request Entity Too Large"


async def test_a_full_house_drops_the_silent_never_the_speaking() -> None:
    async with served(replace(HASTY, header=30)) as (port, state):
        speaking = [asyncio.create_task(answer_to(port, get_of("/wait"))) for _each in range(4)]
        await until(lambda: len(state.tasks) == 4)
        silent = [await asyncio.open_connection("127.0.0.1", port) for _each in range(100)]
        newcomer = await answer_to(port, get_of("/read"))
        held = len(state.connections)
        APP.state.gate.set()
        answers = await asyncio.gather(*speaking)
        for _reader, writer in silent:
            writer.transport.abort()

    assert status_of(newcomer) == b"200 OK"
    assert [status_of(each) for each in answers] == 4 * [b"200 OK"]
    assert held <= HASTY.connections


async def test_whose_words_have_arrived_is_never_dropped_for_silence() -> None:
    """Many connect at once, and nobody reads in between."""
    async with served(replace(HASTY, header=30)) as (port, _state):
        with closing(socket.create_connection(("127.0.0.1", port))) as visitor, ExitStack() as crowd:
            visitor.sendall(get_of("/read"))
            for _each in range(60):
                crowd.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
            visitor.setblocking(False)
            answer = await asyncio.get_running_loop().sock_recv(visitor, 4096)

    assert status_of(answer) == b"200 OK"


async def test_more_requests_than_can_be_answered_are_told_when_to_come_again() -> None:
    async with served(HASTY) as (port, state):
        speaking = [asyncio.create_task(answer_to(port, get_of("/wait"))) for _each in range(5)]
        await until(lambda: len(state.tasks) == 5)
        newcomer = await answer_to(port, get_of("/read"))
        APP.state.gate.set()
        await asyncio.gather(*speaking)

    assert status_of(newcomer) == b"503 Service Unavailable"
    assert b"retry-after: 5" in newcomer


def get_of(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n".encode()


def test_the_server_may_open_as_many_files_as_the_system_allows() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    program = (
        "import resource as r\n"
        "from events_app.web.limits import take_all_files\n"
        f"r.setrlimit(r.RLIMIT_NOFILE, (256, {hard}))\n"
        "take_all_files()\n"
        "print(r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )

    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert int(said.stdout) == min(hard if hard > 0 else 65_536, 65_536)


async def test_work_that_can_wait_is_told_who_waits_and_never_of_whoever_was_answered_or_went_away() -> None:
    visitors, seen = Visitors(lambda: 1000.0), []
    async with served(HASTY, visitors) as (port, _state):
        for answer in (True, False):
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
            await until(lambda: visitors.are_waiting)
            seen.append(visitors.are_waiting)
            if answer:
                APP.state.gate.set()
            else:
                writer.transport.abort()
            await until(lambda: not visitors.are_waiting)
            APP.state.gate.clear()
            writer.transport.abort()
        APP.state.gate.set()

    assert seen == [True, True]
