"""The LMTP server takes what is ours and refuses the rest before it is read."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
import pytest

from events_app.mail.lmtp import AT_ONCE, LmtpServer, Patience
from events_app.settings import Inbound

pytestmark = [pytest.mark.anyio, pytest.mark.engine_free]

MAIL = b"From: guest@example.org\r\n\r\nHello\r\n"


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
async def test_the_server_takes_what_is_ours_and_refuses_the_rest(protocol: str) -> None:
    taken: list[tuple[str, bytes, str]] = []

    async def is_ours(recipient: str, return_path: str) -> bool:
        return return_path == "guest@example.org" and recipient == "events+r-abc@example.org"

    async def take(recipient: str, raw: bytes, return_path: str) -> None:
        taken.append((recipient, raw, return_path))

    settings = Inbound(address="events@example.org", host="127.0.0.1", port=0, protocol=protocol)
    server = LmtpServer(settings, is_ours=is_ours, take=take)
    await server.open()

    def speak() -> list[int]:
        kind = smtplib.LMTP if protocol == "lmtp" else smtplib.SMTP
        with kind("127.0.0.1", server.port, local_hostname="mx") as client:
            client.ehlo_or_helo_if_needed()
            client.mail("guest@example.org")
            codes = [client.rcpt(f"events+r-{token}@example.org")[0] for token in ("unknown", "ABC", "ABC")]
            client.putcmd("data")
            client.getreply()
            client.send(MAIL + b".\r\n")
            return [*codes, client.getreply()[0]]

    codes = await anyio.to_thread.run_sync(speak)
    await server.close()

    assert codes == [550, 250, 452, 250]  # one reply after DATA: for the one that was taken
    assert taken == [("events+r-abc@example.org", MAIL, "guest@example.org")]


async def test_no_mail_comes_in_pieces_that_keep_others_waiting() -> None:
    """aiosmtpd takes all lines that have come in one turn: a mail of short lines has very many."""
    pieces: list[int | None] = []

    async def is_ours(recipient: str, return_path: str) -> bool:
        (caller,) = server._callers
        pieces.append(getattr(caller.transport, "max_size", None))
        return False

    settings = Inbound(address="events@example.org", host="127.0.0.1", port=0, protocol="lmtp")
    server = LmtpServer(settings, is_ours=is_ours, take=lost)
    await server.open()

    def speak() -> None:
        with smtplib.LMTP("127.0.0.1", server.port, local_hostname="mx") as client:
            client.ehlo_or_helo_if_needed()
            client.mail("guest@example.org")
            client.rcpt("ours@example.org")

    await anyio.to_thread.run_sync(speak)
    await server.close()

    assert pieces == [AT_ONCE]


async def nobody(recipient: str, return_path: str) -> bool:
    return recipient == "ours@example.org"


async def lost(recipient: str, raw: bytes, return_path: str) -> None:
    raise AssertionError("no mail arrives here")


@asynccontextmanager
async def listening(patience: Patience) -> AsyncIterator[int]:
    settings = Inbound(address="events@example.org", host="127.0.0.1", port=0, protocol="lmtp")
    server = LmtpServer(settings, is_ours=nobody, take=lost, patience=patience)
    await server.open()
    yield server.port
    await server.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"LHLO mx",
        b"LHLO mx\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<ours@example.org>\r\nDATA\r\nSubject: x\r\n",
    ],
)
async def test_a_caller_who_says_nothing_more_is_hung_up_on(said: bytes) -> None:
    async with listening(Patience(command=0.2)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        await asyncio.wait_for(reader.read(), 30)
        writer.transport.abort()

        assert reader.at_eof()


async def test_a_caller_who_never_comes_to_an_end_is_hung_up_on() -> None:
    async with listening(Patience(connection=0.3)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        heard = asyncio.create_task(reader.read())
        while not heard.done():
            writer.write(b"NOOP\r\n")
            await asyncio.wait([heard], timeout=0.02)
        writer.transport.abort()

        assert heard.exception() is None or isinstance(heard.exception(), ConnectionError)


async def test_the_silent_are_hung_up_on_never_who_brings_a_mail() -> None:
    async with listening(Patience(connections=3)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"LHLO mx\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<ours@example.org>\r\n")
        while b"250 OK" not in await reader.readline():
            pass
        await reader.readline()
        silent = [await asyncio.open_connection("127.0.0.1", port) for _each in range(20)]
        writer.write(b"QUIT\r\n")
        said = await asyncio.wait_for(reader.readline(), 30)
        for _reader, other in [*silent, (reader, writer)]:
            other.transport.abort()

    assert said.startswith(b"221")
