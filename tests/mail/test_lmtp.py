"""The LMTP server takes what is ours and refuses the rest before it is read."""

import smtplib

import anyio.to_thread
import pytest

from events_app.mail.lmtp import LmtpServer
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
            codes = [client.rcpt(f"events+r-{token}@example.org")[0] for token in ("unknown", "ABC")]
            client.putcmd("data")
            client.getreply()
            client.send(MAIL + b".\r\n")
            return [*codes, client.getreply()[0]]

    codes = await anyio.to_thread.run_sync(speak)
    await server.close()

    assert codes == [550, 250, 250]
    assert taken == [("events+r-abc@example.org", MAIL, "guest@example.org")]
