"""A mail server that takes every letter and counts: `python -m tests.bench.sink KIND PORT`, in a process of its own.

KIND `bare` does so little that only the sending side is measured. KIND `aiosmtpd` is a whole server in Python; it takes
a letter in half a millisecond and throws it away, so it is quicker than most real ones and seldom the limit itself.
"""

import asyncio
import smtplib
import sys
from collections.abc import Callable

from aiosmtpd.handlers import Sink as TakesEverything
from aiosmtpd.smtp import SMTP, Envelope, Session

COUNT = "XCOUNT"  # our own word: how many letters have been taken
FORGET = "XFORGET"


class Sink(asyncio.Protocol):
    """One connection (RFC 5321), the commands in order and one at a time."""

    taken = 0

    def __init__(self) -> None:
        self._waiting = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while not self._in_data and b"\r\n" in self._waiting:
            line, _, self._waiting = self._waiting.partition(b"\r\n")
            self._command(line.split(b" ", 1)[0].decode("ascii").upper())
        if self._in_data and self._waiting.endswith(b"\r\n.\r\n"):
            self._waiting, self._in_data = b"", False
            Sink.taken += 1
            self._transport.write(b"250 2.0.0 taken\r\n")

    def _command(self, word: str) -> None:
        if word == "DATA":
            self._in_data = True
            self._transport.write(b"354 go on\r\n")
        elif word == "QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            said = {"EHLO": "sink\r\n250 8BITMIME", COUNT: str(Sink.taken)}.get(word, "OK")
            if word == FORGET:
                Sink.taken = 0
            glue = "-" if word == "EHLO" else " "
            self._transport.write(f"250{glue}{said}\r\n".encode("ascii"))


class WholeServer(SMTP):
    """aiosmtpd's, with our two words."""

    def __init__(self) -> None:
        super().__init__(_Counting(), hostname="sink", enable_SMTPUTF8=False)

    async def smtp_XCOUNT(self, argument: str) -> None:
        await self.push(f"250 {Sink.taken}")

    async def smtp_XFORGET(self, argument: str) -> None:
        Sink.taken = 0
        await self.push("250 OK")


class _Counting(TakesEverything):
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        Sink.taken += 1
        return "250 2.0.0 taken"


def count_of(port: int) -> int:
    """How many letters the sink at this port has taken since `forget`."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as smtp:
        return int(smtp.docmd(COUNT)[1])


def forget(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as smtp:
        smtp.docmd(FORGET)


KINDS: dict[str, Callable[[], asyncio.Protocol]] = {"bare": Sink, "aiosmtpd": WholeServer}


async def serve(kind: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(KINDS[kind], "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
